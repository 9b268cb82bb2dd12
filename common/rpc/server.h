// A gRPC server with what every service of ours has: health, reflection, an orderly end.

#ifndef TEND_COMMON_RPC_SERVER_H_
#define TEND_COMMON_RPC_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace grpc {
class Server;
class Service;
}  // namespace grpc

namespace tend::rpc {

class Server {
 public:
  // Answers at host:port (port 0: any free one) for the services given, which outlive the server.
  // Health says NOT_SERVING until SetServing. Errors: INVALID_ARGUMENT for an address that others
  // than this machine reach (no TLS yet); UNAVAILABLE when the port is taken.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const std::string& address, const std::vector<grpc::Service*>& services = {});
  // Ends calls within a second.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const { return port_; }
  // What gRPC's health service (and so a supervisor) is told. Any thread.
  void SetServing(bool serving);

 private:
  Server(std::unique_ptr<grpc::Server> server, int port);

  std::unique_ptr<grpc::Server> server_;
  int port_;
};

}  // namespace tend::rpc

#endif  // TEND_COMMON_RPC_SERVER_H_
