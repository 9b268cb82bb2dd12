// What is the same in the configuration of all services: is it right, and may it listen there?

#ifndef TEND_COMMON_RUNTIME_RUNTIME_CONFIG_H_
#define TEND_COMMON_RUNTIME_RUNTIME_CONFIG_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/runtime/text_config.h"
#include "tend/v1/person.pb.h"
#include "tend/v1/service_config.pb.h"

namespace tend {

// Its files too: those of TLS are read.
void CheckRuntime(const v1::RuntimeConfig& config, ConfigFaults& faults);

// The roster in the file that the key roster_file names; it must have owners.
v1::Roster ReadRoster(const std::string& path, ConfigFaults& faults);

// OK where a server of this configuration may listen: at a loopback address, or anywhere when it
// has both TLS and tokens. Errors: INVALID_ARGUMENT, saying what is missing.
absl::Status CheckListenAddress(absl::string_view address, const v1::RuntimeConfig& config);

// UNAVAILABLE: nobody can listen at the address that the key gives. why: for people.
absl::Status CannotListen(absl::string_view key, absl::string_view address,
                          absl::string_view why = "is the port taken?");

}  // namespace tend

#endif  // TEND_COMMON_RUNTIME_RUNTIME_CONFIG_H_
