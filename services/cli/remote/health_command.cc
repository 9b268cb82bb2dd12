#include "services/cli/remote/health_command.h"

#include <iostream>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/health.h"

namespace tend::cli {
namespace {

constexpr absl::Duration kTimeLimit = absl::Seconds(2);

}  // namespace

void AddHealthCommand(CLI::App& app, ExitCode& exit_code) {
  const auto server = std::make_shared<rpc::ChannelOptions>();  // shared with the callback
  CLI::App* health = app.add_subcommand("health", "Ask a service whether it serves");
  health->add_option("ADDRESS", server->address, "Its gRPC address, host:port")->required();
  health->add_option("--ca", server->ca_file, "TLS: a PEM file with the server's authority")
      ->type_name("FILE")
      ->envname("TEND_CA");
  health->footer("Example:\n  tend health 127.0.0.1:7412\n\nExit code 0: it serves; 1: not.");
  health->callback([server, &exit_code] {
    const absl::StatusOr<bool> serving = rpc::IsServing(*server, kTimeLimit);
    if (!serving.ok()) {
      std::cout << serving.status().message() << "\n";
    } else {
      std::cout << server->address << (*serving ? ": serving" : ": not serving") << "\n";
    }
    exit_code = serving.value_or(false) ? ExitCode::kOk : ExitCode::kFailed;
  });
}

}  // namespace tend::cli
