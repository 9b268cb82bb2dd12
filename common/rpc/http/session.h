// One connection of the HTTP server: reads a request, has it answered on a worker's thread, writes
// the answer, again and again. Inside common/rpc/http only.

#ifndef TEND_COMMON_RPC_HTTP_SESSION_H_
#define TEND_COMMON_RPC_HTTP_SESSION_H_

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/http/message.h"

namespace tend::rpc {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

// What all sessions share. Of the I/O thread alone, except `workers`.
struct SessionShared {
  const std::vector<HttpRoute> routes;
  asio::thread_pool& workers;
  int connections = 0;
  int requests = 0;  // between their headers and the end of their answer

  // The longest prefix; null: none.
  const HttpRoute* Find(const std::string& path) const;
};

HttpRequest HeadOf(const http::request<http::string_body>& message);
http::response<http::string_body> ToMessage(const HttpResponse& response, unsigned version,
                                            bool keep_alive);

inline constexpr std::chrono::seconds kHandshakeTime{10};
inline constexpr std::chrono::seconds kIdleTime{30};  // to the end of the next request's headers
inline constexpr std::chrono::seconds kBodyTime{20};
inline constexpr std::chrono::seconds kWriteTime{20};
inline constexpr std::chrono::seconds kDrainTime{2};
inline constexpr size_t kDrainBytes = 64 << 10;
inline constexpr uint32_t kMaxHeaderBytes = 16 << 10;
inline constexpr int kMaxRequests = 64;

// Kept alive by its own pending operation alone: hence shared_from_this.
template <typename Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
 public:
  Session(Stream stream, SessionShared& shared) : stream_(std::move(stream)), shared_(shared) {
    ++shared_.connections;
  }
  ~Session() {
    Release();
    --shared_.connections;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void Run() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      Limit(kHandshakeTime);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](beast::error_code error) {
                                if (!error) self->ReadHeader();
                              });
    } else {
      ReadHeader();
    }
  }

 private:
  void Limit(std::chrono::seconds time) { beast::get_lowest_layer(stream_).expires_after(time); }

  void ReadHeader() {
    parser_.emplace();
    parser_->header_limit(kMaxHeaderBytes);
    // Set once the route is known. (To Boost 1.74 every length is more than "none".)
    parser_->body_limit(std::numeric_limits<uint64_t>::max());
    Limit(kIdleTime);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = this->shared_from_this()](beast::error_code error, size_t) {
                              self->OnHeader(error);
                            });
  }

  void OnHeader(beast::error_code error) {
    if (error == http::error::header_limit) {
      return Refuse(HttpError(431, "resource_exhausted", "the headers are too long"));
    }
    if (error) return OnReadError(error);
    request_ = HeadOf(parser_->get());
    route_ = shared_.Find(request_.path);
    if (route_ == nullptr) return Refuse(HttpError(404, "unimplemented", "nothing is here"));
    if (route_->admit) {
      if (const std::optional<HttpResponse> refusal = route_->admit(request_)) {
        return Refuse(*refusal);
      }
    }
    const auto length = parser_->content_length();
    if (length.has_value() && *length > route_->max_body_bytes) return RefuseBody();
    if (shared_.requests >= kMaxRequests) {
      HttpResponse busy = HttpError(429, "unavailable", "too many requests at a time");
      busy.headers.emplace_back("Retry-After", "1");
      return Refuse(busy);
    }
    holds_ = true;
    ++shared_.requests;
    parser_->body_limit(route_->max_body_bytes);
    Limit(kBodyTime);
    if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) return Continue();
    ReadBody();
  }

  void Continue() {
    auto go_on = std::make_shared<http::response<http::empty_body>>(http::status::continue_, 11);
    http::async_write(stream_, *go_on,
                      [self = this->shared_from_this(), go_on](beast::error_code error, size_t) {
                        if (!error) self->ReadBody();
                      });
  }

  void ReadBody() {
    http::async_read(stream_, buffer_, *parser_,
                     [self = this->shared_from_this()](beast::error_code error, size_t) {
                       self->OnBody(error);
                     });
  }

  void OnBody(beast::error_code error) {
    if (error == http::error::body_limit) return RefuseBody();
    if (error) return OnReadError(error);
    request_.body = std::move(parser_->get().body());
    Limit(kWriteTime * 3);  // the answer may wait for the log
    asio::post(shared_.workers, [self = this->shared_from_this()] {
      HttpResponse response = self->route_->answer(self->request_);
      asio::post(self->stream_.get_executor(), [self, response = std::move(response)] {
        self->Write(response, self->parser_->get().keep_alive());
      });
    });
  }

  void RefuseBody() {
    Refuse(HttpError(413, "resource_exhausted", "the body is longer than allowed here"));
  }

  // Answers without having read the rest: the connection is of no more use.
  void Refuse(const HttpResponse& response) { Write(response, /*keep_alive=*/false); }

  void OnReadError(beast::error_code error) {
    if (error == http::error::end_of_stream) return Close();
    if (error.category() == make_error_code(http::error::bad_method).category()) {
      Refuse(HttpError(400, "invalid_argument", "this is no HTTP request"));
    }
  }

  void Write(const HttpResponse& response, bool keep_alive) {
    response_ = ToMessage(response, parser_->get().version(), keep_alive);
    Limit(kWriteTime);
    http::async_write(
        stream_, response_,
        [self = this->shared_from_this(), keep_alive](beast::error_code error, size_t) {
          self->Release();
          if (error) return;
          keep_alive ? self->ReadHeader() : self->Close();
        });
  }

  void Release() {
    if (holds_) --shared_.requests;
    holds_ = false;
  }

  // Takes what the caller is still sending, or a reset would eat our answer.
  void Close() {
    beast::error_code ignored;  // it ends either way
    beast::get_lowest_layer(stream_).socket().shutdown(asio::ip::tcp::socket::shutdown_send,
                                                       ignored);
    Limit(kDrainTime);
    Drain();
  }

  void Drain() {
    buffer_.clear();
    beast::get_lowest_layer(stream_).async_read_some(
        buffer_.prepare(kDrainBytes),
        [self = this->shared_from_this()](beast::error_code error, size_t) {
          if (!error) self->Drain();
        });
  }

  Stream stream_;
  SessionShared& shared_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  const HttpRoute* route_ = nullptr;
  HttpRequest request_;
  http::response<http::string_body> response_;
  bool holds_ = false;  // one of shared_.requests
};

}  // namespace tend::rpc

#endif  // TEND_COMMON_RPC_HTTP_SESSION_H_
