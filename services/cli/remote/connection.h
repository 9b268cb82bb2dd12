// How the command reaches the services: an option wins over the environment, that over a file
// (proto/tend/v1/client_config.proto), that over this machine.

#ifndef TEND_SERVICES_CLI_REMOTE_CONNECTION_H_
#define TEND_SERVICES_CLI_REMOTE_CONNECTION_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/rpc/channel.h"

namespace tend::cli {

// Who is asked: commands go to ingest, questions to query.
enum class Service { kIngest, kQuery };

// What a command's options said; empty where they said nothing.
struct ServerOptions {
  std::string address;      // --server, TEND_INGEST or TEND_QUERY
  std::string ca_file;      // --ca, TEND_CA
  std::string config_file;  // --config, TEND_CONFIG
};

// An option that `variable` of the environment sets where the command line does not. Commands may
// share `value`: only the one that is run sets it.
CLI::Option* AddEnvironmentOption(CLI::App& command, const std::string& name, std::string& value,
                                  const std::string& description, const std::string& variable);
// The same for the address of a service.
void AddAddressOption(CLI::App& command, const std::string& name, std::string& value,
                      const std::string& description, const std::string& variable);
// What is wrong with an address; empty where it is host:port. For CLI::Option::check.
std::string AddressFault(const std::string& address);
// --server, TEND_INGEST or TEND_QUERY; and as AddCertificateOptions.
void AddServerOptions(CLI::App& command, Service service, ServerOptions& options);
// Without --server: for a command that has its address from elsewhere.
void AddCertificateOptions(CLI::App& command, ServerOptions& options);

// All of it put together, with the token (TEND_TOKEN, else the file's: never an option, which
// others on the machine would see). Errors: NOT_FOUND and INVALID_ARGUMENT of the file, of what it
// says, of the authority's file or the token.
absl::StatusOr<rpc::ChannelOptions> Resolve(Service service, const ServerOptions& options);

// A server that is asked whether it serves.
struct NamedServer {
  std::string service;  // "scoring"
  rpc::ChannelOptions channel;
};

// All services' servers: of `named` ("scoring=host:port", several with commas), else of the file,
// else of this machine; query is where options.address says. Without token: health needs none.
// Errors: as Resolve; INVALID_ARGUMENT of `named`.
absl::StatusOr<std::vector<NamedServer>> ResolveServices(const ServerOptions& options,
                                                         const std::string& named);

// --config, TEND_CONFIG.
void AddConfigOption(CLI::App& command, std::string& config_file);
// --bootstrap, TEND_BOOTSTRAP.
void AddBootstrapOption(CLI::App& command, std::string& bootstrap_servers);

// Where Kafka is: the option, else the file, else this machine. Errors: as Resolve.
absl::StatusOr<std::string> ResolveBootstrap(const std::string& bootstrap_servers,
                                             const std::string& config_file);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_REMOTE_CONNECTION_H_
