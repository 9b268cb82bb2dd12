// absl::Status as gRPC's, and back. The codes are the same numbers.

#ifndef TEND_COMMON_RPC_STATUS_H_
#define TEND_COMMON_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace tend::rpc {

grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace tend::rpc

#endif  // TEND_COMMON_RPC_STATUS_H_
