#include "common/testing/http_call.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace tend {

HttpAnswer HttpRaw(int port, const std::string& bytes) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  TEND_CHECK(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t step = send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (step <= 0) break;  // the server has heard enough
    sent += static_cast<size_t>(step);
  }
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
    text.append(buffer, static_cast<size_t>(got));
  }
  close(fd);
  HttpAnswer answer;
  const size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) return answer;
  answer.head = text.substr(0, end);
  answer.body = text.substr(end + 4);
  TEND_CHECK(absl::SimpleAtoi(answer.head.substr(9, 3), &answer.status));
  return answer;
}

HttpAnswer HttpPost(int port, const std::string& path, const std::vector<std::string>& headers,
                    const std::string& body) {
  std::string bytes =
      absl::StrCat("POST ", path, " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n",
                   "Content-Length: ", body.size(), "\r\n");
  for (const std::string& header : headers) absl::StrAppend(&bytes, header, "\r\n");
  return HttpRaw(port, absl::StrCat(bytes, "\r\n", body));
}

}  // namespace tend
