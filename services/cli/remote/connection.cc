#include "services/cli/remote/connection.h"

#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/runtime/text_config.h"
#include "tend/v1/client_config.pb.h"

namespace tend::cli {
namespace {

constexpr char kLocalIngest[] = "127.0.0.1:7410";
constexpr char kLocalQuery[] = "127.0.0.1:7414";

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
  TEND_RETURN_IF_ERROR(ReadTextConfig(path, &config));
  return config;
}

std::string FirstOf(const std::string& a, const std::string& b, const std::string& c = "") {
  if (!a.empty()) return a;
  return b.empty() ? c : b;
}

}  // namespace

void AddServerOptions(CLI::App& command, Service service, ServerOptions& options) {
  command.add_option("--server", options.address, "The service, host:port; else this machine's")
      ->envname(service == Service::kIngest ? "TEND_INGEST" : "TEND_QUERY");
  command.add_option("--ca", options.ca_file, "TLS: a PEM file with the server's authority")
      ->type_name("FILE")
      ->envname("TEND_CA");
  command
      .add_option("--config", options.config_file,
                  "Addresses, token (or TEND_TOKEN); else ~/.config/tend/config.textproto")
      ->type_name("FILE")
      ->envname("TEND_CONFIG");
}

absl::StatusOr<rpc::ChannelOptions> Resolve(Service service, const ServerOptions& options) {
  TEND_ASSIGN_OR_RETURN(const v1::ClientConfig config, ReadClientConfig(options.config_file));
  const bool ingest = service == Service::kIngest;
  rpc::ChannelOptions resolved;
  resolved.address =
      FirstOf(options.address, ingest ? config.ingest_address() : config.query_address(),
              ingest ? kLocalIngest : kLocalQuery);
  resolved.ca_file = FirstOf(options.ca_file, config.ca_file());
  resolved.certificate_file = config.certificate_file();
  resolved.key_file = config.key_file();
  resolved.token = FirstOf(Environment("TEND_TOKEN"), config.token());
  return resolved;
}

std::string Advice(const absl::Status& status, const std::string& address) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return absl::StrCat("is the service at ", address,
                          " up, and Kafka? 'make status' says; then run the command again");
    case absl::StatusCode::kUnauthenticated:
      return "set TEND_TOKEN, or the token in ~/.config/tend/config.textproto";
    case absl::StatusCode::kPermissionDenied:
      return "ask for a token with that scope";
    case absl::StatusCode::kAlreadyExists:
      return "nothing was changed; --again imports it once more";
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kInvalidArgument:
      return "see --help";
    case absl::StatusCode::kUnimplemented:
      return absl::StrCat("the service at ", address,
                          " has no such method: is it of this version?");
    case absl::StatusCode::kDeadlineExceeded:
      return "ask again; 'tend status' says how far behind the services are";
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return "ask for a later time: what is older is no longer kept";
    default:
      return "look into the service's log";
  }
}

}  // namespace tend::cli
