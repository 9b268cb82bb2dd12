// Asks a server of ours (or any that speaks grpc.health.v1) whether it serves.

#ifndef TEND_COMMON_RPC_HEALTH_H_
#define TEND_COMMON_RPC_HEALTH_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/channel.h"

namespace tend::rpc {

// address: host:port. False: it answers, and says that it does not serve (yet).
// Errors: UNAVAILABLE when nobody answers within the time limit; the answer's own error otherwise.
absl::StatusOr<bool> IsServing(const std::string& address, absl::Duration time_limit);
absl::StatusOr<bool> IsServing(const ChannelOptions& options, absl::Duration time_limit);

}  // namespace tend::rpc

#endif  // TEND_COMMON_RPC_HEALTH_H_
