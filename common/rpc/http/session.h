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

// Kept alive by its own pending operation alone: hence shared_from_this.
template <typename Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
 public:
  Session(Stream stream, SessionShared& shared);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Begins; returns at once.
  void Run();

 private:
  void Limit(std::chrono::seconds time);
  void ReadHeader();
  void OnHeader(beast::error_code error);
  void Continue();
  void ReadBody();
  void OnBody(beast::error_code error);
  void RefuseBody();
  // Answers without having read the rest: the connection is of no more use.
  void Refuse(const HttpResponse& response);
  void OnReadError(beast::error_code error);
  void Write(const HttpResponse& response, bool keep_alive);
  void Release();
  // Takes what the caller is still sending, or a reset would eat our answer.
  void Close();
  void Drain();

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
