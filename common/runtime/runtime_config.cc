#include "common/runtime/runtime_config.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/runtime/tls_files.h"

namespace tend {
namespace {

constexpr size_t kSha256HexDigits = 64;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

bool IsInstanceName(absl::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  });
}

bool IsSha256(absl::string_view hex) {
  return hex.size() == kSha256HexDigits && std::all_of(hex.begin(), hex.end(), [](char c) {
           return absl::ascii_isxdigit(static_cast<unsigned char>(c));
         });
}

void CheckLoopback(absl::string_view key, absl::string_view address, ConfigFaults& faults) {
  const absl::StatusOr<HostAndPort> parsed = ParseHostAndPort(address);
  if (!parsed.ok() || !IsLoopback(parsed->host)) {
    faults.Add(key, address, "host:port of a loopback address, as 127.0.0.1:7411");
  }
}

void CheckServed(absl::string_view key, absl::string_view address, const v1::RuntimeConfig& config,
                 ConfigFaults& faults) {
  if (!CheckListenAddress(address, config).ok()) {
    faults.Add(key, address,
               "host:port of a loopback address, as 127.0.0.1:7411; any with tls and tokens");
  }
}

// Whether `host` takes an address away that `other` has.
bool Covers(absl::string_view host, absl::string_view other) {
  return host == other || host == "0.0.0.0" || host == "::" ||
         (host == "localhost" && (other == "127.0.0.1" || other == "::1"));
}

bool Overlap(const HostAndPort& a, const HostAndPort& b) {
  return a.port == b.port &&
         (Covers(View(a.host), View(b.host)) || Covers(View(b.host), View(a.host)));
}

// What listens needs an address of its own; port 0 is any free one.
void CheckPorts(const v1::RuntimeConfig& config, ConfigFaults& faults) {
  const std::pair<const char*, const std::string&> listening[] = {
      {"runtime.rpc_address", config.rpc_address()},
      {"runtime.metrics_address", config.metrics_address()},
      {"runtime.http_address", config.http_address()}};
  std::vector<std::pair<const char*, HostAndPort>> taken;
  for (const auto& [key, address] : listening) {
    const absl::StatusOr<HostAndPort> parsed = ParseHostAndPort(address);
    if (!parsed.ok() || parsed->port == 0) continue;
    const auto first = std::find_if(taken.begin(), taken.end(), [&parsed](const auto& before) {
      return Overlap(before.second, *parsed);
    });
    if (first != taken.end()) {
      faults.Add(key, address, absl::StrCat("another port than ", first->first, "'s"));
    }
    taken.emplace_back(key, *parsed);
  }
}

void CheckTokens(const v1::RuntimeConfig& config, ConfigFaults& faults) {
  std::set<std::string> names;
  for (int i = 0; i < config.tokens_size(); ++i) {
    const v1::AccessToken& token = config.tokens(i);
    const std::string key = absl::StrCat("runtime.tokens[", i, "].");
    if (token.name().empty() || !names.insert(token.name()).second) {
      faults.Add(absl::StrCat(key, "name"), token.name(), "not empty, and each name once");
    }
    // Whoever wrote the token itself here must not find it in a log.
    if (!IsSha256(token.sha256())) {
      faults.Add(absl::StrCat(key, "sha256"), "***", "64 hex digits, as 'tend token' prints them");
    }
    if (token.scopes().empty() || std::count(token.scopes().begin(), token.scopes().end(),
                                             static_cast<int>(v1::SCOPE_UNSPECIFIED)) > 0) {
      faults.Add(absl::StrCat(key, "scopes"), "", "SCOPE_INGEST, SCOPE_READ, ...; at least one");
    }
  }
}

}  // namespace

absl::Status CheckListenAddress(absl::string_view address, const v1::RuntimeConfig& config) {
  TEND_ASSIGN_OR_RETURN(const HostAndPort parsed, ParseHostAndPort(address));
  if (IsLoopback(parsed.host) || (config.has_tls() && config.tokens_size() > 0)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(address, " is no loopback address: others reach it only with TLS and tokens"));
}

absl::Status CannotListen(absl::string_view key, absl::string_view address, absl::string_view why) {
  return absl::UnavailableError(absl::StrCat(key, ": cannot listen at ", address, " (", why,
                                             "); free the port, or configure another address"));
}

void CheckRuntime(const v1::RuntimeConfig& config, ConfigFaults& faults) {
  if (!IsInstanceName(config.instance())) {
    faults.Add("runtime.instance", config.instance(), "letters, digits, \"-\", \"_\" and \".\"");
  }
  faults.RequireAddresses("runtime.kafka_bootstrap_servers", config.kafka_bootstrap_servers());
  if (!config.metrics_address().empty()) {
    CheckLoopback("runtime.metrics_address", config.metrics_address(), faults);
  }
  CheckServed("runtime.rpc_address", config.rpc_address(), config, faults);
  if (!config.http_address().empty()) {
    CheckServed("runtime.http_address", config.http_address(), config, faults);
  }
  CheckPorts(config, faults);
  if (config.has_tls()) ReadTlsFiles(config.tls(), faults);
  CheckTokens(config, faults);
}

v1::Roster ReadRoster(const std::string& path, ConfigFaults& faults) {
  v1::Roster roster;
  if (faults.Read("roster_file", path, &roster) && roster.owners().empty()) {
    faults.Check("roster_file", absl::InvalidArgumentError("has no owners"), View(path));
  }
  return roster;
}

}  // namespace tend
