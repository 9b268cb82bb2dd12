// An HTTP request and its answer, as values: handlers know nothing of sockets.

#ifndef TEND_COMMON_RPC_HTTP_MESSAGE_H_
#define TEND_COMMON_RPC_HTTP_MESSAGE_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace tend::rpc {

struct HttpRequest {
  std::string method;                                        // "POST"
  std::string path;                                          // before any "?", as it was sent
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, in order
  std::string body;

  // The first header of this name (in lower case); empty when there is none.
  absl::string_view Header(absl::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // beside Content-Type and -Length
};

// {"code":..., "message":...}: the form of every error we answer (Connect's).
HttpResponse HttpError(int status, absl::string_view code, absl::string_view message);

// What answers the paths that begin with `prefix`; the longest prefix counts.
struct HttpRoute {
  std::string prefix;
  // A longer body is 413, unread.
  size_t max_body_bytes = 1 << 20;
  // Sees the request without its body. An answer is given at once, and the body never read.
  // Quick: it holds up all other connections. Empty: everything is admitted.
  std::function<std::optional<HttpResponse>(const HttpRequest&)> admit;
  // May wait. Many threads.
  std::function<HttpResponse(const HttpRequest&)> answer;
};

}  // namespace tend::rpc

#endif  // TEND_COMMON_RPC_HTTP_MESSAGE_H_
