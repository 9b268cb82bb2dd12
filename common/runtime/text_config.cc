#include "common/runtime/text_config.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace tend {
namespace {

// Lines and columns as an editor counts them.
class Places final : public google::protobuf::io::ErrorCollector {
 public:
  explicit Places(const std::string& path) : path_(path) {}

  void AddError(int line, int column, const std::string& message) override {
    places_.push_back(absl::StrCat(path_, ":", line + 1, ":", column + 1, ": ", message));
  }
  std::string text() const { return absl::StrJoin(places_, "\n"); }

 private:
  const std::string& path_;
  std::vector<std::string> places_;
};

}  // namespace

absl::StatusOr<std::string> ReadConfigFile(const std::string& path) {
  // A folder opens as a file does, and reads as an empty one.
  std::error_code error;
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in || std::filesystem::is_directory(path, error)) {
    return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  }
  return text.str();
}

absl::Status ReadTextConfig(const std::string& path, google::protobuf::Message* message) {
  TEND_ASSIGN_OR_RETURN(const std::string text, ReadConfigFile(path));
  Places places(path);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&places);
  if (parser.ParseFromString(text, message)) return absl::OkStatus();
  return absl::InvalidArgumentError(places.text());
}

void ConfigFaults::Add(absl::string_view key, absl::string_view value, absl::string_view allowed) {
  faults_.push_back(absl::StrCat(key, ": \"", value, "\"; allowed: ", allowed));
}

void ConfigFaults::RequireSet(absl::string_view key, absl::string_view value) {
  if (value.empty()) faults_.push_back(absl::StrCat(key, ": is empty"));
}

void ConfigFaults::RequireAddresses(absl::string_view key, absl::string_view addresses) {
  for (const absl::string_view address : absl::StrSplit(addresses, ',')) {
    if (ParseServerAddress(address).ok()) continue;
    Add(key, address, "host:port with a port of 1 to 65535, several with commas and no blanks");
  }
}

bool ConfigFaults::Check(absl::string_view key, const absl::Status& status,
                         absl::string_view path) {
  if (status.ok()) return true;
  for (const absl::string_view line : absl::StrSplit(status.message(), '\n')) {
    faults_.push_back(absl::StrCat(key, ": ", path, path.empty() ? "" : ": ", line));
  }
  return false;
}

bool ConfigFaults::Read(absl::string_view key, const std::string& path,
                        google::protobuf::Message* message) {
  if (!path.empty()) return Check(key, ReadTextConfig(path, message));
  RequireSet(key, "");
  return false;
}

absl::Status ConfigFaults::ToStatus(absl::string_view path) const {
  if (faults_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrJoin(faults_, "\n", [path](std::string* out, const std::string& fault) {
        absl::StrAppend(out, path, ": ", fault);
      }));
}

absl::StatusOr<HostAndPort> ParseHostAndPort(absl::string_view address) {
  const size_t colon = address.rfind(':');
  HostAndPort parsed;
  if (colon == absl::string_view::npos || colon == 0 ||
      address.find_first_of("/ \t\r\n") != absl::string_view::npos ||
      !absl::SimpleAtoi(address.substr(colon + 1), &parsed.port) || parsed.port < 0 ||
      parsed.port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("\"", address, "\" is no host:port"));
  }
  absl::string_view host = address.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[") && !absl::ConsumeSuffix(&host, "]")) {
    return absl::InvalidArgumentError(absl::StrCat("\"", address, "\" has no closing bracket"));
  }
  parsed.host = std::string(host.data(), host.size());
  return parsed;
}

absl::StatusOr<HostAndPort> ParseServerAddress(absl::string_view address) {
  TEND_ASSIGN_OR_RETURN(HostAndPort parsed, ParseHostAndPort(address));
  if (parsed.port > 0) return parsed;
  return absl::InvalidArgumentError(absl::StrCat("\"", address, "\" has no port to connect to"));
}

bool IsLoopback(absl::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  const std::vector<absl::string_view> bytes = absl::StrSplit(host, '.');
  return bytes.size() == 4 && bytes[0] == "127" &&
         std::all_of(bytes.begin(), bytes.end(), [](absl::string_view byte) {
           int value = 0;
           return absl::SimpleAtoi(byte, &value) && value >= 0 && value <= 255;
         });
}

}  // namespace tend
