// Configuration: files of protobuf text, read into messages. A key that the message does not know
// is a fault, and all faults of values are told at once.

#ifndef TEND_COMMON_RUNTIME_TEXT_CONFIG_H_
#define TEND_COMMON_RUNTIME_TEXT_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace tend {

// Errors: NOT_FOUND.
absl::StatusOr<std::string> ReadConfigFile(const std::string& path);

// Reads a file into *message. Errors: NOT_FOUND; INVALID_ARGUMENT naming each line and column that
// is no protobuf text of that message.
absl::Status ReadTextConfig(const std::string& path, google::protobuf::Message* message);

// Collects what is wrong with the values of one configuration.
class ConfigFaults {
 public:
  // key: as in the file ("runtime.instance"). allowed: what would be right.
  void Add(absl::string_view key, absl::string_view value, absl::string_view allowed);
  void RequireSet(absl::string_view key, absl::string_view value);

  // INVALID_ARGUMENT with a line for each fault; OK when there is none. path: of the file.
  absl::Status ToStatus(absl::string_view path) const;

 private:
  std::vector<std::string> faults_;
};

// An address as configuration gives it.
struct HostAndPort {
  std::string host;
  int port = 0;
};

// Errors: INVALID_ARGUMENT unless it is "host:port" ("[::1]:80" for IPv6) with a port of 0..65535.
absl::StatusOr<HostAndPort> ParseHostAndPort(absl::string_view address);

// Whether only this machine reaches it: 127.0.0.0/8, ::1, localhost.
bool IsLoopback(absl::string_view host);

}  // namespace tend

#endif  // TEND_COMMON_RUNTIME_TEXT_CONFIG_H_
