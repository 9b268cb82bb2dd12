// How the command reaches the services.

#ifndef TEND_SERVICES_CLI_REMOTE_CONNECTION_H_
#define TEND_SERVICES_CLI_REMOTE_CONNECTION_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"

namespace tend::cli {

// Where the services are; each can be set by an option or from the environment.
struct Servers {
  std::string ingest = "127.0.0.1:7410";  // --server, TEND_SERVER
};

void AddServerOption(CLI::App& command, Servers& servers);

std::shared_ptr<grpc::Channel> Connect(const std::string& address);

// What to do about an error of a call, for a person.
std::string Advice(const absl::Status& status, const std::string& address);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_REMOTE_CONNECTION_H_
