#include "common/rpc/http/session.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace tend::rpc {
namespace {

absl::string_view View(const beast::string_view& s) { return {s.data(), s.size()}; }
std::string Str(const beast::string_view& s) { return {s.data(), s.size()}; }

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

}  // namespace tend::rpc
