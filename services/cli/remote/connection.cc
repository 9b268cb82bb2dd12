#include "services/cli/remote/connection.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/pem.h"
#include "common/base/status_macros.h"
#include "common/runtime/text_config.h"
#include "services/cli/remote/call_error.h"
#include "tend/v1/client_config.pb.h"

namespace tend::cli {
namespace {

constexpr char kLocalIngest[] = "127.0.0.1:7410";
constexpr char kLocalQuery[] = "127.0.0.1:7414";
constexpr char kLocalEnrichment[] = "127.0.0.1:7411";
constexpr char kLocalScoring[] = "127.0.0.1:7412";
constexpr char kLocalNotification[] = "127.0.0.1:7413";
constexpr char kLocalKafka[] = "127.0.0.1:19092";

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The file asked for, which must be there; else the one in its place, which need not.
absl::StatusOr<v1::ClientConfig> ReadClientConfig(const std::string& asked) {
  v1::ClientConfig config;
  std::string path = asked;
  if (path.empty()) {
    path = absl::StrCat(Environment("HOME"), "/.config/tend/config.textproto");
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return config;
  }
  TEND_RETURN_IF_ERROR(OfFile(ReadTextConfig(path, &config)));
  if (config.certificate_file().empty() != config.key_file().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": certificate_file and key_file go together: set both or neither"));
  }
  return config;
}

// Who says the value of an option: a variable of the environment, or the option itself.
std::string SourceOf(const std::string& option, const std::string& variable,
                     const std::string& value) {
  return value == Environment(variable.c_str()) ? variable : option;
}

std::string FirstOf(const std::string& a, const std::string& b, const std::string& c = "") {
  if (!a.empty()) return a;
  return b.empty() ? c : b;
}

// Addresses with commas, one by one.
std::vector<std::string> Each(const std::string& addresses) {
  return absl::StrSplit(addresses, ',');
}

// What is wrong with the first of them that is wrong.
std::string AddressesFault(const std::string& addresses) {
  for (const std::string& one : Each(addresses)) {
    if (std::string fault = AddressFault(one); !fault.empty()) return fault;
  }
  return "";
}

// Where a service is, and who says so.
struct Place {
  const char *service, *source;
  std::string addresses;
};

std::vector<Place> PlacesOf(const v1::ClientConfig& config, const ServerOptions& options) {
  const std::string ingest = Environment("TEND_INGEST");
  return {
      {"ingest", ingest.empty() ? "ingest_address" : "TEND_INGEST",
       FirstOf(ingest, config.ingest_address(), kLocalIngest)},
      {"enrichment", "enrichment_address", FirstOf(config.enrichment_address(), kLocalEnrichment)},
      {"scoring", "scoring_address", FirstOf(config.scoring_address(), kLocalScoring)},
      {"notification", "notification_address",
       FirstOf(config.notification_address(), kLocalNotification)},
      {"query", "query_address", FirstOf(options.address, config.query_address(), kLocalQuery)}};
}

// gRPC tells nothing of a file without certificates but that nobody can be reached.
absl::Status CheckAuthority(const std::string& path) {
  TEND_ASSIGN_OR_RETURN(const std::string pem, ReadConfigFile(path));
  return Annotate(CheckCertificates({pem.data(), pem.size()}), path.c_str());
}

// How this client and the servers prove themselves; without address and token.
absl::StatusOr<rpc::ChannelOptions> CertificatesOf(const v1::ClientConfig& config,
                                                   const ServerOptions& options) {
  rpc::ChannelOptions channel;
  channel.ca_file = FirstOf(options.ca_file, config.ca_file());
  if (!channel.ca_file.empty()) {
    const std::string by =
        options.ca_file.empty() ? "ca_file" : SourceOf("--ca", "TEND_CA", options.ca_file);
    TEND_RETURN_IF_ERROR(OfFile(Annotate(CheckAuthority(channel.ca_file), by.c_str())));
  }
  channel.certificate_file = config.certificate_file();
  channel.key_file = config.key_file();
  return channel;
}

// The token without a line break at its end. gRPC ends the process at one with other characters
// than it can send. Errors: INVALID_ARGUMENT with where it is from, never with its text.
absl::StatusOr<std::string> TokenOf(const v1::ClientConfig& config) {
  const std::string environment = Environment("TEND_TOKEN");
  std::string token = FirstOf(environment, config.token());
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  if (std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; })) {
    return token;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(environment.empty() ? "the token of the configuration file" : "TEND_TOKEN",
                   " has a character that no token has: a space, a line break, or no ASCII"));
}

// An option of AddEnvironmentOption, whose value `fault_in` finds fault with, or does not.
void AddCheckedOption(CLI::App& command, const std::string& name, std::string& value,
                      const std::string& description, const std::string& variable,
                      std::string (*fault_in)(const std::string&)) {
  const auto check = [&command, name, variable, fault_in](const std::string& said) -> std::string {
    const std::string fault = command.parsed() ? fault_in(said) : "";
    const bool by_environment = !fault.empty() && SourceOf(name, variable, said) == variable;
    return by_environment ? absl::StrCat(fault, " (of ", variable, ")") : fault;
  };
  AddEnvironmentOption(command, name, value, description, variable)->check(check);
}

}  // namespace

CLI::Option* AddEnvironmentOption(CLI::App& command, const std::string& name, std::string& value,
                                  const std::string& description, const std::string& variable) {
  // CLI11 reads the environment for all commands, also for those that are not run.
  const auto set = [&command, &value](const std::string& said) {
    if (command.parsed()) value = said;
  };
  return command.add_option_function<std::string>(name, set, description)->envname(variable);
}

void AddAddressOption(CLI::App& command, const std::string& name, std::string& value,
                      const std::string& description, const std::string& variable) {
  AddCheckedOption(command, name, value, description, variable, AddressFault);
}

std::string AddressFault(const std::string& address) {
  const absl::StatusOr<HostAndPort> place = ParseHostAndPort({address.data(), address.size()});
  if (place.ok() && place->port > 0) return "";
  return absl::StrCat("\"", address, "\" is no host:port");
}

void AddServerOptions(CLI::App& command, Service service, ServerOptions& options) {
  AddAddressOption(command, "--server", options.address,
                   "The service, host:port; else this machine's",
                   service == Service::kIngest ? "TEND_INGEST" : "TEND_QUERY");
  AddCertificateOptions(command, options);
}

void AddCertificateOptions(CLI::App& command, ServerOptions& options) {
  AddEnvironmentOption(command, "--ca", options.ca_file,
                       "TLS: a PEM file with the server's authority", "TEND_CA")
      ->type_name("FILE");
  AddConfigOption(command, options.config_file);
}

void AddConfigOption(CLI::App& command, std::string& config_file) {
  AddEnvironmentOption(command, "--config", config_file,
                       "Addresses, certificates, token; else ~/.config/tend/config.textproto",
                       "TEND_CONFIG")
      ->type_name("FILE");
}

void AddBootstrapOption(CLI::App& command, std::string& bootstrap_servers) {
  AddCheckedOption(command, "--bootstrap", bootstrap_servers,
                   "Kafka, host:port[,host:port...]; else this machine's", "TEND_BOOTSTRAP",
                   AddressesFault);
}

absl::StatusOr<rpc::ChannelOptions> Resolve(Service service, const ServerOptions& options) {
  TEND_ASSIGN_OR_RETURN(const v1::ClientConfig config, ReadClientConfig(options.config_file));
  const bool ingest = service == Service::kIngest;
  TEND_ASSIGN_OR_RETURN(rpc::ChannelOptions resolved, CertificatesOf(config, options));
  resolved.address =
      FirstOf(options.address, ingest ? config.ingest_address() : config.query_address(),
              ingest ? kLocalIngest : kLocalQuery);
  if (const std::string fault = AddressFault(resolved.address); !fault.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(ingest ? "ingest_address: " : "query_address: ", fault));
  }
  TEND_ASSIGN_OR_RETURN(resolved.token, TokenOf(config));
  return resolved;
}

absl::StatusOr<std::vector<NamedServer>> ResolveServices(const ServerOptions& options,
                                                         const std::string& named) {
  TEND_ASSIGN_OR_RETURN(const v1::ClientConfig config, ReadClientConfig(options.config_file));
  TEND_ASSIGN_OR_RETURN(rpc::ChannelOptions channel, CertificatesOf(config, options));
  std::vector<NamedServer> servers;
  const auto add = [&](const std::string& service, absl::string_view address) {
    channel.address = absl::StrCat(address);
    servers.push_back({service, channel});
  };
  if (named.empty()) {
    for (const Place& place : PlacesOf(config, options)) {
      if (const std::string fault = AddressesFault(place.addresses); !fault.empty()) {
        return absl::InvalidArgumentError(absl::StrCat(place.source, ": ", fault));
      }
      for (const std::string& one : Each(place.addresses)) add(place.service, one);
    }
    return servers;
  }
  for (const absl::string_view part : absl::StrSplit(named, ',', absl::SkipEmpty())) {
    const std::vector<std::string> words = absl::StrSplit(part, absl::MaxSplits('=', 1));
    if (words.size() != 2 || words[0].empty() || !AddressFault(words[1]).empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(SourceOf("--services", "TEND_SERVICES", named), ": \"", part,
                       "\" is no name=host:port, like scoring=127.0.0.1:7412"));
    }
    add(words[0], words[1]);
  }
  return servers;
}

absl::StatusOr<std::string> ResolveBootstrap(const std::string& bootstrap_servers,
                                             const std::string& config_file) {
  TEND_ASSIGN_OR_RETURN(const v1::ClientConfig config, ReadClientConfig(config_file));
  std::string resolved = FirstOf(bootstrap_servers, config.bootstrap_servers(), kLocalKafka);
  if (const std::string fault = AddressesFault(resolved); !fault.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("bootstrap_servers: ", fault));
  }
  return resolved;
}

}  // namespace tend::cli
