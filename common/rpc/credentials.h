// How a server of ours proves itself and knows its callers, as gRPC's credentials.

#ifndef TEND_COMMON_RPC_CREDENTIALS_H_
#define TEND_COMMON_RPC_CREDENTIALS_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "tend/v1/service_config.pb.h"

namespace tend::rpc {

// Reads the files of config.tls. Errors: INVALID_ARGUMENT naming all that is wrong with them.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const v1::RuntimeConfig& config);

}  // namespace tend::rpc

#endif  // TEND_COMMON_RPC_CREDENTIALS_H_
