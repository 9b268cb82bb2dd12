// A client's way to a server of ours: plain or TLS, with its token on every call.

#ifndef TEND_COMMON_RPC_CHANNEL_H_
#define TEND_COMMON_RPC_CHANNEL_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace tend::rpc {

struct ChannelOptions {
  std::string address;  // host:port
  // PEM file: the server must show a certificate of one of these authorities. Empty: no TLS.
  std::string ca_file;
  // PEM files: what a server that asks for a certificate is shown. Both or neither.
  std::string certificate_file;
  std::string key_file;
  std::string token;  // empty: none is sent
};

// Connects when first used. Errors: NOT_FOUND for a file that cannot be read.
absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const ChannelOptions& options);

}  // namespace tend::rpc

#endif  // TEND_COMMON_RPC_CHANNEL_H_
