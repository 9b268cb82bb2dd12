// A gRPC server with what every service of ours has: health, reflection, TLS and tokens as
// configured, limits, an orderly end.

#ifndef TEND_COMMON_RPC_SERVER_H_
#define TEND_COMMON_RPC_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tend/v1/service_config.pb.h"

namespace grpc {
class Channel;
class Server;
class Service;
}  // namespace grpc

namespace tend::rpc {

// A longer message is answered RESOURCE_EXHAUSTED, unread.
inline constexpr int kMaxMessageBytes = 8 << 20;

class Server {
 public:
  // Answers at config.rpc_address (port 0: any free one) for the services given, which outlive the
  // server. With tokens in the configuration every method but health needs one (access.h).
  // Health says NOT_SERVING until SetServing. Errors: INVALID_ARGUMENT for an address that others
  // than this machine reach without TLS and tokens, and for certificates that cannot be used;
  // UNAVAILABLE when the port is taken.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const v1::RuntimeConfig& config, const std::vector<grpc::Service*>& services = {});
  // The same at a loopback address, for everybody.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const std::string& address, const std::vector<grpc::Service*>& services = {});
  // Ends calls within a second.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const { return port_; }
  // What gRPC's health service (and so a supervisor) is told. Any thread.
  void SetServing(bool serving);
  // To this server without a socket. Asks for no token: its user has checked (http/connect.h).
  std::shared_ptr<grpc::Channel> InProcessChannel();

 private:
  Server(std::unique_ptr<grpc::Server> server, int port);

  std::unique_ptr<grpc::Server> server_;
  int port_;
};

}  // namespace tend::rpc

#endif  // TEND_COMMON_RPC_SERVER_H_
