// An HTTP/1.1 server with limits, TLS as configured, and an orderly end. Handlers may wait: they
// run on threads of their own. (The only user of Boost.Beast and Asio, and none of it is shown
// here.)
//
// Limits: 30 s from one request to the end of the next one's headers (so idle and slow callers go),
// 20 s a body, 16 KiB of headers, 2048 connections, 64 requests at a time (beyond: 429 with
// Retry-After).

#ifndef TEND_COMMON_RPC_HTTP_SERVER_H_
#define TEND_COMMON_RPC_HTTP_SERVER_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/http/message.h"
#include "tend/v1/service_config.pb.h"

namespace tend::rpc {

class HttpServer {
 public:
  // Answers at config.http_address (port 0: any free one), over TLS where config.tls is set. What a
  // caller may do is its routes' affair. Errors: INVALID_ARGUMENT for an address that others than
  // this machine reach without TLS and tokens, and for certificates that cannot be used;
  // UNAVAILABLE when the port is taken.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const v1::RuntimeConfig& config,
                                                           std::vector<HttpRoute> routes);
  // Takes no more connections, gives requests under way a second, then closes.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;

 private:
  class Core;
  explicit HttpServer(std::unique_ptr<Core> core);

  std::unique_ptr<Core> core_;
};

}  // namespace tend::rpc

#endif  // TEND_COMMON_RPC_HTTP_SERVER_H_
