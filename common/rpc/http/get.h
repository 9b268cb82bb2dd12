// One GET over plain HTTP: how a service reads a page of another on its machine.

#ifndef TEND_COMMON_RPC_HTTP_GET_H_
#define TEND_COMMON_RPC_HTTP_GET_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace tend::rpc {

// The body of http://ADDRESS/PATH, of at most 4 MiB. address: host:port. time_limit: for all of it.
// Errors: INVALID_ARGUMENT for an address that is none; UNAVAILABLE when nobody answers in time, or
// not with 200.
absl::StatusOr<std::string> HttpGet(absl::string_view address, absl::string_view path,
                                    absl::Duration time_limit);

}  // namespace tend::rpc

#endif  // TEND_COMMON_RPC_HTTP_GET_H_
