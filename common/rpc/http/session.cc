#include "common/rpc/http/session.h"

#include <limits>
#include <type_traits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace tend::rpc {
namespace {

constexpr std::chrono::seconds kHandshakeTime{10};
constexpr std::chrono::seconds kIdleTime{30};  // to the end of the next request's headers
constexpr std::chrono::seconds kBodyTime{20};
constexpr std::chrono::seconds kWriteTime{20};
constexpr std::chrono::seconds kDrainTime{2};
constexpr size_t kDrainBytes = 64 << 10;
constexpr uint32_t kMaxHeaderBytes = 16 << 10;
constexpr int kMaxRequests = 64;

absl::string_view View(const beast::string_view& s) { return {s.data(), s.size()}; }
std::string Str(const beast::string_view& s) { return {s.data(), s.size()}; }

HttpRequest HeadOf(const http::request<http::string_body>& message) {
  HttpRequest request;
  request.method = Str(message.method_string());
  const beast::string_view target = message.target();
  request.path = Str(target.substr(0, target.find('?')));
  for (const auto& field : message) {
    request.headers.emplace_back(absl::AsciiStrToLower(View(field.name_string())),
                                 Str(field.value()));
  }
  return request;
}

http::response<http::string_body> ToMessage(const HttpResponse& response, unsigned version,
                                            bool keep_alive) {
  http::response<http::string_body> message;
  message.version(version);
  message.result(static_cast<unsigned>(response.status));
  message.set(http::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.body() = response.body;
  message.keep_alive(keep_alive);
  message.prepare_payload();
  return message;
}

}  // namespace

const HttpRoute* SessionShared::Find(const std::string& path) const {
  const HttpRoute* best = nullptr;
  for (const HttpRoute& route : routes) {
    if (absl::StartsWith(path, route.prefix) &&
        (best == nullptr || route.prefix.size() > best->prefix.size())) {
      best = &route;
    }
  }
  return best;
}

template <typename Stream>
Session<Stream>::Session(Stream stream, SessionShared& shared)
    : stream_(std::move(stream)), shared_(shared) {
  ++shared_.connections;
}

template <typename Stream>
Session<Stream>::~Session() {
  Release();
  --shared_.connections;
}

template <typename Stream>
void Session<Stream>::Run() {
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

template <typename Stream>
void Session<Stream>::Limit(std::chrono::seconds time) {
  beast::get_lowest_layer(stream_).expires_after(time);
}

template <typename Stream>
void Session<Stream>::ReadHeader() {
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

template <typename Stream>
void Session<Stream>::OnHeader(beast::error_code error) {
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

template <typename Stream>
void Session<Stream>::Continue() {
  auto go_on = std::make_shared<http::response<http::empty_body>>(http::status::continue_, 11);
  http::async_write(stream_, *go_on,
                    [self = this->shared_from_this(), go_on](beast::error_code error, size_t) {
                      if (!error) self->ReadBody();
                    });
}

template <typename Stream>
void Session<Stream>::ReadBody() {
  http::async_read(
      stream_, buffer_, *parser_,
      [self = this->shared_from_this()](beast::error_code error, size_t) { self->OnBody(error); });
}

template <typename Stream>
void Session<Stream>::OnBody(beast::error_code error) {
  if (error == http::error::body_limit) return RefuseBody();
  if (error) return OnReadError(error);
  request_.body = std::move(parser_->get().body());
  asio::post(shared_.workers, [self = this->shared_from_this()]() mutable {
    HttpResponse response = self->route_->answer(self->request_);
    const auto io = self->stream_.get_executor();
    // The session goes along: it may not end on a worker's thread.
    asio::post(io, [self = std::move(self), response = std::move(response)] {
      self->Write(response, self->parser_->get().keep_alive());
    });
  });
}

template <typename Stream>
void Session<Stream>::RefuseBody() {
  Refuse(HttpError(413, "resource_exhausted", "the body is longer than allowed here"));
}

template <typename Stream>
void Session<Stream>::Refuse(const HttpResponse& response) {
  Write(response, /*keep_alive=*/false);
}

template <typename Stream>
void Session<Stream>::OnReadError(beast::error_code error) {
  if (error == http::error::end_of_stream) return Close();
  if (error.category() == make_error_code(http::error::bad_method).category()) {
    Refuse(HttpError(400, "invalid_argument", "this is no HTTP request"));
  }
}

template <typename Stream>
void Session<Stream>::Write(const HttpResponse& response, bool keep_alive) {
  response_ = ToMessage(response, parser_->get().version(), keep_alive);
  Limit(kWriteTime);
  http::async_write(stream_, response_,
                    [self = this->shared_from_this(), keep_alive](beast::error_code error, size_t) {
                      self->Release();
                      if (error) return;
                      keep_alive ? self->ReadHeader() : self->Close();
                    });
}

template <typename Stream>
void Session<Stream>::Release() {
  if (holds_) --shared_.requests;
  holds_ = false;
}

template <typename Stream>
void Session<Stream>::Close() {
  beast::error_code ignored;  // it ends either way
  beast::get_lowest_layer(stream_).socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  Limit(kDrainTime);
  Drain();
}

template <typename Stream>
void Session<Stream>::Drain() {
  buffer_.clear();
  beast::get_lowest_layer(stream_).async_read_some(
      buffer_.prepare(kDrainBytes),
      [self = this->shared_from_this()](beast::error_code error, size_t) {
        if (!error) self->Drain();
      });
}

template class Session<PlainStream>;
template class Session<TlsStream>;

}  // namespace tend::rpc
