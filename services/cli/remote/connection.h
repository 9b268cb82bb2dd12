// How the command reaches the services: by options, else the environment, else a file
// (proto/tend/v1/client_config.proto), else on this machine.

#ifndef TEND_SERVICES_CLI_REMOTE_CONNECTION_H_
#define TEND_SERVICES_CLI_REMOTE_CONNECTION_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
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

void AddServerOptions(CLI::App& command, Service service, ServerOptions& options);

// All of it put together, with the token (TEND_TOKEN, else the file's: never an option, which
// others on the machine would see). Errors: NOT_FOUND and INVALID_ARGUMENT of the file.
absl::StatusOr<rpc::ChannelOptions> Resolve(Service service, const ServerOptions& options);

// What to do about an error of a call, for a person.
std::string Advice(const absl::Status& status, const std::string& address);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_REMOTE_CONNECTION_H_
