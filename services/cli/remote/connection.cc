#include "services/cli/remote/connection.h"

#include <grpcpp/grpcpp.h>

#include "absl/strings/str_cat.h"

namespace tend::cli {

void AddServerOption(CLI::App& command, Servers& servers) {
  command.add_option("--server", servers.ingest, "The ingest service, host:port")
      ->envname("TEND_SERVER")
      ->capture_default_str();
}

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  return grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
}

std::string Advice(const absl::Status& status, const std::string& address) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return absl::StrCat("is the service at ", address,
                          " up, and Kafka? 'make status' says; then run the command again");
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kInvalidArgument:
      return "see --help";
    default:
      return "look into the service's log";
  }
}

}  // namespace tend::cli
