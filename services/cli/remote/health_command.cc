#include "services/cli/remote/health_command.h"

#include <iostream>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/rpc/health.h"
#include "services/cli/json.h"
#include "services/cli/remote/call_error.h"
#include "services/cli/remote/question.h"
#include "services/cli/remote/status_report.h"

namespace tend::cli {
namespace {

constexpr absl::Duration kTimeLimit = absl::Seconds(2);

void Run(const QuestionOptions& options, ExitCode& exit_code) {
  const auto server = Resolve(Service::kQuery, options.server);  // whichever it is: by its address
  if (!server.ok()) return TellError("health", server.status(), "", exit_code);
  const absl::StatusOr<bool> serving = rpc::IsServing(*server, kTimeLimit);
  const std::string state = StateOf(serving);
  const std::string error = serving.ok() ? "" : MessageOf(serving.status());
  if (options.json) {
    Json json;
    json.Put("address", server->address);
    json.Put("state", state);
    json.Put("error", error);
    std::cout << json.Text(1) << "\n";
  } else {
    std::cout << (serving.ok() ? absl::StrCat(server->address, ": ", state) : error) << "\n";
  }
  exit_code = serving.value_or(false) ? ExitCode::kOk : ExitCode::kFailed;
}

}  // namespace

void AddHealthCommand(CLI::App& app, ExitCode& exit_code) {
  const auto options = std::make_shared<QuestionOptions>();  // shared with the callback
  CLI::App* health = app.add_subcommand("health", "Ask a service whether it serves");
  health->add_option("ADDRESS", options->server.address, "Its gRPC address, host:port")
      ->check(AddressFault)
      ->required();
  health->add_flag("--json", options->json, "JSON instead of words");
  AddCertificateOptions(*health, options->server);
  health->footer(
      "Examples:\n  tend health 127.0.0.1:7412\n"
      "  tend health scoring.example:7412 --config tend.textproto     by TLS, with a "
      "certificate\n\n"
      "Exit code 0: it serves; 1: not.");
  health->callback([options, &exit_code] { Run(*options, exit_code); });
}

}  // namespace tend::cli
