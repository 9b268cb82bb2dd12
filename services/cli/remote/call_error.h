// What ended a call, for a person: what is wrong, and what to do about it.

#ifndef TEND_SERVICES_CLI_REMOTE_CALL_ERROR_H_
#define TEND_SERVICES_CLI_REMOTE_CALL_ERROR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tend::cli {

// An error of a call, for a person.
std::string MessageOf(const absl::Status& status);

// Whether a call found no way to the service that waiting would open: a host that is not there, TLS
// where there is none, another protocol. Who only hangs up on a caller may be starting.
bool IsWronglyAddressed(const absl::Status& status);

// The error with what to do about it, where its code does not tell enough.
absl::Status Advise(absl::Status status, absl::string_view advice);
// The error of reading a file: what is not there is a name to look at, no answer of a service.
absl::Status OfFile(absl::Status status);

// What to do about an error of a call, for a person: what Advise said, else what its code tells.
std::string Advice(const absl::Status& status, const std::string& address);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_REMOTE_CALL_ERROR_H_
