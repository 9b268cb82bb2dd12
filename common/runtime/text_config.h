// Configuration: files of protobuf text, read into messages. A key that the message does not know
// is a fault, and all faults of values are told at once.

#ifndef TEND_COMMON_RUNTIME_TEXT_CONFIG_H_
#define TEND_COMMON_RUNTIME_TEXT_CONFIG_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace tend {

// Errors: NOT_FOUND naming the path.
absl::StatusOr<std::string> ReadConfigFile(const std::string& path);

// Reads a file into *message. Errors: NOT_FOUND; INVALID_ARGUMENT naming each line and column that
// is no protobuf text of that message.
absl::Status ReadTextConfig(const std::string& path, google::protobuf::Message* message);

// Collects what is wrong with one configuration: its values, and the files that it names.
class ConfigFaults {
 public:
  // key: as in the file ("runtime.instance"). allowed: what would be right.
  void Add(absl::string_view key, absl::string_view value, absl::string_view allowed);
  void RequireSet(absl::string_view key, absl::string_view value);
  // Each of `addresses`, which commas part, must be one to connect to.
  void RequireAddresses(absl::string_view key, absl::string_view addresses);

  // Each line of an error's message is a fault of the key. path: of the file, where the message
  // does not name it. Returns whether there was none.
  bool Check(absl::string_view key, const absl::Status& status, absl::string_view path = "");
  // The value; T() where there is none, which is a fault of the key.
  template <typename T>
  T Take(absl::string_view key, absl::StatusOr<T> value, absl::string_view path = "") {
    return Check(key, value.status(), path) ? *std::move(value) : T();
  }
  // Reads the file that the key names into *message. Returns whether it is right; a key must name
  // one.
  bool Read(absl::string_view key, const std::string& path, google::protobuf::Message* message);
  // Reads the file that the key names as a Message, and makes of it what is used; T() where either
  // cannot be.
  template <typename Message, typename T>
  T Make(absl::string_view key, const std::string& path,
         absl::StatusOr<T> (*make)(const Message& message)) {
    Message message;
    return Read(key, path, &message) ? Take(key, make(message), path) : T();
  }

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

// Errors: INVALID_ARGUMENT unless it is "host:port" ("[::1]:80" for IPv6) with a port of 0..65535,
// without a blank or a slash.
absl::StatusOr<HostAndPort> ParseHostAndPort(absl::string_view address);

// The same of an address to connect to: nobody listens at port 0.
absl::StatusOr<HostAndPort> ParseServerAddress(absl::string_view address);

// Whether only this machine reaches it: 127.0.0.0/8, ::1, localhost.
bool IsLoopback(absl::string_view host);

}  // namespace tend

#endif  // TEND_COMMON_RUNTIME_TEXT_CONFIG_H_
