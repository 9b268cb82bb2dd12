// One unary call with bytes in and bytes out, for whoever does not know the method before it runs.

#ifndef TEND_COMMON_RPC_UNARY_CALL_H_
#define TEND_COMMON_RPC_UNARY_CALL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace tend::rpc {

// method: "/package.Service/Method". request, and what is returned: serialized messages. Waits.
// Errors: the call's own; DEADLINE_EXCEEDED after the time limit.
absl::StatusOr<std::string> CallUnary(const std::shared_ptr<grpc::Channel>& channel,
                                      const std::string& method, const std::string& request,
                                      absl::Duration time_limit);

}  // namespace tend::rpc

#endif  // TEND_COMMON_RPC_UNARY_CALL_H_
