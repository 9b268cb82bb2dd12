// `tend`, the command. Each subcommand is a file of its own that adds itself here.

#include "CLI/CLI.hpp"
#include "common/rpc/grpc_log.h"
#include "common/runtime/version.h"
#include "services/cli/completion/completion_command.h"
#include "services/cli/exit_code.h"
#include "services/cli/remote/health_command.h"
#include "services/cli/remote/import_command.h"
#include "services/cli/remote/list_command.h"
#include "services/cli/remote/nudge_commands.h"
#include "services/cli/remote/publish_command.h"
#include "services/cli/remote/rejects_command.h"
#include "services/cli/remote/relationship_commands.h"
#include "services/cli/remote/status_command.h"
#include "services/cli/remote/token_command.h"
#include "services/cli/sample_command.h"
#include "services/cli/topics/topics_command.h"
#include "services/cli/trial/trial_command.h"
#include "services/cli/usage.h"

int main(int argc, char** argv) {
  tend::rpc::SetGrpcLog(tend::rpc::GrpcLog::kSilent);
  CLI::App app(
      "Tend tells which relationships are ready for a conversation, why, and whom to leave alone.",
      "tend");
  app.require_subcommand(1);
  app.failure_message(tend::cli::UsageText);
  app.set_version_flag("--version", std::string("tend ") + tend::kVersion, "Which version this is");
  app.footer(
      "'tend COMMAND --help' shows a command's options and examples. An option wins over the\n"
      "environment, the environment over ~/.config/tend/config.textproto.\n" +
      std::string(tend::cli::kExitCodesHelp));
  tend::cli::ExitCode exit_code = tend::cli::ExitCode::kOk;
  tend::cli::AddCompletionCommand(
      app,
      [] {
        return tend::cli::TypeChoices{{"MAPPING", tend::cli::ReadyMappingNames()}};
      },
      exit_code);
  tend::cli::AddHealthCommand(app, exit_code);
  tend::cli::AddImportCommand(app, exit_code);
  tend::cli::AddListCommand(app, exit_code);
  tend::cli::AddNudgeCommands(app, exit_code);
  tend::cli::AddPublishCommand(app, exit_code);
  tend::cli::AddRejectsCommand(app, exit_code);
  tend::cli::AddRelationshipCommands(app, exit_code);
  tend::cli::AddSampleCommand(app, exit_code);
  tend::cli::AddStatusCommand(app, exit_code);
  tend::cli::AddTokenCommand(app, exit_code);
  tend::cli::AddTopicsCommand(app, exit_code);
  tend::cli::AddTrialCommand(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& end) {  // so come --help and --version, too
    exit_code = app.exit(end) == 0 ? tend::cli::ExitCode::kOk : tend::cli::ExitCode::kRejected;
  }
  return static_cast<int>(tend::cli::EndOf(exit_code));
}
