#include "services/cli/remote/connection.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/pem.h"
#include "common/base/status_macros.h"
#include "common/runtime/text_config.h"
#include "services/cli/text_width.h"
#include "tend/v1/client_config.pb.h"

namespace tend::cli {
namespace {

constexpr char kAdvicePayload[] = "tend.advice";
constexpr char kNoGrpc[] = "the other end speaks no gRPC";
constexpr char kNoGrpcAdvice[] =
    "is that its port of JSON, or of metrics? rpc_address in its configuration is the right one";

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

constexpr char kClosed[] = "the connection was closed at the other end";

// Takes away what gRPC says, by where it notices, of an end that goes away while it is spoken to.
bool ConsumeClosing(absl::string_view* said) {
  for (const absl::string_view end :
       {"Socket closed", "Cancelling all calls", "recvmsg:Connection reset by peer",
        "sendmsg:Connection reset by peer", "sendmsg:Broken pipe"}) {
    if (absl::ConsumeSuffix(said, end)) return true;
  }
  return false;
}

// What gRPC says of a connection that did not come about: it tells the whole way to its last
// sentence, which says why.
struct NoConnection {
  absl::string_view before;  // whose words these are; or empty
  absl::string_view why;
};

std::optional<NoConnection> NoConnectionIn(absl::string_view message) {
  for (const absl::string_view begin :
       {"failed to connect to all addresses", "DNS resolution failed"}) {
    const size_t at = message.find(begin);
    if (at == absl::string_view::npos) continue;
    return NoConnection{message.substr(0, at), message.substr(message.rfind(": ") + 2)};
  }
  return std::nullopt;
}

// How a service is wrongly addressed.
struct Mistake {
  absl::string_view end;  // of what gRPC says why; libgrpc 1.51's words
  absl::string_view words, advice;
};

constexpr Mistake kMistakes[] = {
    {"Domain name not found", "there is no such host", "look at how the host's name is written"},
    {"wrong version number", "the other end speaks no TLS",
     "leave the authority out (--ca, TEND_CA, ca_file), or ask at a port where it speaks TLS"},
    {"certificate verify failed", "its certificate cannot be verified",
     "name the authority that signed it (--ca, TEND_CA, ca_file); is it still good, too?"},
    {"is not in peer certificate", "its certificate is for another name",
     "ask by a name that its certificate has"},
    {"missing selected ALPN property.", kNoGrpc, kNoGrpcAdvice},
    {"Failed parsing HTTP/2", kNoGrpc, kNoGrpcAdvice},
    {"Trying to connect an http1.x server", kNoGrpc, kNoGrpcAdvice}};

// As who speaks TLS does with others, and who asks for a certificate; or whoever starts or ends.
constexpr Mistake kHungUp = {
    "", "the other end hung up",
    "does it ask for TLS (--ca, TEND_CA, ca_file) or for a certificate (certificate_file), or is "
    "it no gRPC port? Where it was only starting, run the command again"};

// Null where it is none: who is only away may come back.
const Mistake* MistakeIn(const NoConnection& failed) {
  for (const Mistake& mistake : kMistakes) {
    if (absl::EndsWith(failed.why, mistake.end)) return &mistake;
  }
  absl::string_view why = failed.why;
  return ConsumeClosing(&why) ? &kHungUp : nullptr;
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

std::string MessageOf(const absl::Status& status) {
  absl::string_view said = status.message();
  if (said == "keepalive watchdog timeout") return "no sign of life from the other end";
  if (const auto failed = NoConnectionIn(said)) {
    const Mistake* mistake = MistakeIn(*failed);
    return PrintableLines(absl::StrCat(
        failed->before, "no connection: ", mistake == nullptr ? failed->why : mistake->words));
  }
  if (absl::ConsumeSuffix(&said, "Deadline Exceeded")) {
    return PrintableLines(absl::StrCat(said, "no answer in time"));
  }
  if (ConsumeClosing(&said)) return PrintableLines(absl::StrCat(said, kClosed));
  return PrintableLines(said);
}

bool IsWronglyAddressed(const absl::Status& status) {
  const auto failed = NoConnectionIn(status.message());
  return failed.has_value() && MistakeIn(*failed) != nullptr;
}

absl::Status Advise(absl::Status status, absl::string_view advice) {
  status.SetPayload(kAdvicePayload, absl::Cord(advice));
  return status;
}

absl::Status OfFile(absl::Status status) {
  if (!absl::IsNotFound(status)) return status;
  return Advise(std::move(status), "look at how the file's name is written, and in which folder");
}

std::string Advice(const absl::Status& status, const std::string& address) {
  if (const auto brought = status.GetPayload(kAdvicePayload)) {
    std::string advice(*brought);
    return advice;
  }
  if (const auto failed = NoConnectionIn(status.message())) {
    if (const Mistake* mistake = MistakeIn(*failed)) return absl::StrCat(mistake->advice);
  }
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return absl::StrCat(
          "is the service at ", address,
          " up, with Kafka and PostgreSQL? 'tend status' says; then run the command again");
    case absl::StatusCode::kUnauthenticated:
      return "set TEND_TOKEN, or the token in ~/.config/tend/config.textproto";
    case absl::StatusCode::kPermissionDenied:
      return "ask for a token with that scope ('tend token --help')";
    case absl::StatusCode::kAlreadyExists:
      return "nothing was changed; where it is meant, --again does it once more";
    case absl::StatusCode::kNotFound:
      return "is it written right, and there already? What was sent a moment ago is seen some "
             "seconds later";
    case absl::StatusCode::kInvalidArgument:
      return "put that right; --help shows how it is written";
    case absl::StatusCode::kUnimplemented:
      return absl::StrCat("the service at ", address,
                          " has no such method: is it of this version?");
    case absl::StatusCode::kDeadlineExceeded:
      return "ask again; 'tend status' says what hangs, and how far behind the services are";
    case absl::StatusCode::kFailedPrecondition:
      return "ask for a later time; or, where something is missing, have whoever runs Tend make it "
             "first";
    case absl::StatusCode::kOutOfRange:
      return "ask for what is still kept: a later time or a newer token, or none";
    case absl::StatusCode::kDataLoss:
      return "fetch or pack the file anew; where a service says it, look into its log";
    default:
      return "look into the service's log ('make logs')";
  }
}

}  // namespace tend::cli
