#include "common/rpc/http/get.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/runtime/text_config.h"

namespace tend::rpc {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr uint64_t kMaxBodyBytes = 4 << 20;

// Each step starts the next one; all run within Run, on the caller's thread.
class Getting {
 public:
  Getting(const HostAndPort& server, absl::string_view path) : server_(server) {
    request_.version(11);
    request_.method(http::verb::get);
    request_.target({path.data(), path.size()});
    request_.set(http::field::host, server.host);
    request_.keep_alive(false);
    parser_.body_limit(kMaxBodyBytes);
  }

  absl::StatusOr<std::string> Run(absl::Duration time_limit) {
    asio::ip::tcp::resolver resolver(context_);
    const auto found = resolver.resolve(server_.host, absl::StrCat(server_.port), error_);
    if (error_) return absl::UnavailableError(error_.message());
    stream_.expires_after(absl::ToChronoMilliseconds(time_limit));
    stream_.async_connect(found, [this](beast::error_code error, const auto& /*endpoint*/) {
      if (Succeeds(error)) Write();
    });
    context_.run();
    if (error_) return absl::UnavailableError(error_.message());
    if (parser_.get().result() != http::status::ok) {
      return absl::UnavailableError(absl::StrCat("it answers ", parser_.get().result_int()));
    }
    return std::move(parser_.get().body());
  }

 private:
  bool Succeeds(beast::error_code error) {
    error_ = error;
    return !error;
  }
  void Write() {
    http::async_write(stream_, request_, [this](beast::error_code error, size_t /*bytes*/) {
      if (Succeeds(error)) ReadHeader();
    });
  }
  // Beast 1.74 does not hold a response's Content-Length to the limit.
  void ReadHeader() {
    http::async_read_header(
        stream_, buffer_, parser_, [this](beast::error_code error, size_t /*bytes*/) {
          const bool fits = parser_.content_length().value_or(0) <= kMaxBodyBytes;
          if (Succeeds(fits ? error : http::make_error_code(http::error::body_limit))) ReadBody();
        });
  }
  void ReadBody() {
    http::async_read(stream_, buffer_, parser_,
                     [this](beast::error_code error, size_t /*bytes*/) { Succeeds(error); });
  }

  const HostAndPort server_;
  asio::io_context context_;
  beast::tcp_stream stream_{context_};
  http::request<http::empty_body> request_;
  http::response_parser<http::string_body> parser_;
  beast::flat_buffer buffer_;
  beast::error_code error_;
};

}  // namespace

absl::StatusOr<std::string> HttpGet(absl::string_view address, absl::string_view path,
                                    absl::Duration time_limit) {
  TEND_ASSIGN_OR_RETURN(const HostAndPort server, ParseHostAndPort(address));
  Getting getting(server, path);
  absl::StatusOr<std::string> body = getting.Run(time_limit);
  if (body.ok()) return body;
  return absl::UnavailableError(
      absl::StrCat("http://", address, path, ": ", body.status().message()));
}

}  // namespace tend::rpc
