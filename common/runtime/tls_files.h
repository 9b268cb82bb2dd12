// What the files of a TlsConfig hold: read and looked at the same way when a configuration is
// checked and when a server starts.

#ifndef TEND_COMMON_RUNTIME_TLS_FILES_H_
#define TEND_COMMON_RUNTIME_TLS_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/runtime/text_config.h"
#include "tend/v1/service_config.pb.h"

namespace tend {

// In PEM.
struct TlsFiles {
  std::string certificates;  // the server's own, and those that vouch for it
  std::string key;           // of the first certificate
  std::string client_ca;     // empty: clients need no certificate
};

// What is wrong with the files is a fault of their keys.
TlsFiles ReadTlsFiles(const v1::TlsConfig& config, ConfigFaults& faults);

// Errors: INVALID_ARGUMENT naming all that is wrong.
absl::StatusOr<TlsFiles> ReadTlsFiles(const v1::TlsConfig& config);

}  // namespace tend

#endif  // TEND_COMMON_RUNTIME_TLS_FILES_H_
