// An HTTP client for tests: one request over a socket of its own, to 127.0.0.1.

#ifndef TEND_COMMON_TESTING_HTTP_CALL_H_
#define TEND_COMMON_TESTING_HTTP_CALL_H_

#include <string>
#include <vector>

namespace tend {

struct HttpAnswer {
  int status = 0;    // 0: the connection ended without an answer
  std::string head;  // status line and headers
  std::string body;
};

// Sends the bytes as they are and reads until the server closes.
HttpAnswer HttpRaw(int port, const std::string& bytes);

// POSTs a body; headers: "name: value".
HttpAnswer HttpPost(int port, const std::string& path, const std::vector<std::string>& headers,
                    const std::string& body);

}  // namespace tend

#endif  // TEND_COMMON_TESTING_HTTP_CALL_H_
