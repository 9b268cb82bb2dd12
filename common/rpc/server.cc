#include "common/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <chrono>
#include <utility>

#include "common/base/status_macros.h"
#include "common/rpc/credentials.h"
#include "common/rpc/grpc_log.h"
#include "common/runtime/runtime_config.h"

namespace tend::rpc {

namespace {

// A sync handler holds a thread while it runs, a stream for its whole life. Beyond this many calls
// a caller is told RESOURCE_EXHAUSTED.
constexpr int kMaxThreads = 256;
constexpr int kMaxStreamsPerConnection = 100;
// Of all connections' buffers together.
constexpr size_t kMaxBufferBytes = 256 << 20;
// Who connects and says nothing, or has not called for a while, goes; who is gone is noticed.
constexpr int kHandshakeMs = 10'000;
constexpr int kIdleMs = 15 * 60'000;
constexpr int kKeepaliveMs = 120'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
constexpr int kMinClientPingMs = 20'000;

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  grpc::ResourceQuota quota("tend");
  quota.Resize(kMaxBufferBytes);
  quota.SetMaxThreads(kMaxThreads);
  builder.SetResourceQuota(quota);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinClientPingMs);
  // Two servers on one port would each get half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const v1::RuntimeConfig& config,
                                                      const std::vector<grpc::Service*>& services) {
  const std::string& address = config.rpc_address();
  TEND_RETURN_IF_ERROR(CheckListenAddress({address.data(), address.size()}, config));
  TEND_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ServerCredentials> credentials,
                        MakeServerCredentials(config));
  SetGrpcLog(GrpcLog::kEvents);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetLimits(builder);
  int port = 0;
  builder.AddListeningPort(address, credentials, &port);
  for (grpc::Service* service : services) builder.RegisterService(service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return CannotListen("runtime.rpc_address", address);
  }
  std::unique_ptr<Server> started(new Server(std::move(server), port));
  started->SetServing(false);
  return started;
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const std::string& address,
                                                      const std::vector<grpc::Service*>& services) {
  v1::RuntimeConfig config;
  config.set_rpc_address(address);
  return Start(config, services);
}

Server::Server(std::unique_ptr<grpc::Server> server, int port)
    : server_(std::move(server)), port_(port) {}

Server::~Server() {
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  server_->Wait();
}

void Server::SetServing(bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(serving);
}

std::shared_ptr<grpc::Channel> Server::InProcessChannel() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);  // what we said ourselves is no danger
  return server_->InProcessChannel(arguments);
}

}  // namespace tend::rpc
