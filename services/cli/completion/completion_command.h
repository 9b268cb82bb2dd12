// `tend completion bash | zsh | fish`: prints what a shell needs to complete tend's command lines.

#ifndef TEND_SERVICES_CLI_COMPLETION_COMPLETION_COMMAND_H_
#define TEND_SERVICES_CLI_COMPLETION_COMPLETION_COMMAND_H_

#include "CLI/CLI.hpp"
#include "services/cli/exit_code.h"

namespace tend::cli {

// The script is made of all that `app` has when the command runs. exit_code is set then.
void AddCompletionCommand(CLI::App& app, ExitCode& exit_code);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_COMPLETION_COMPLETION_COMMAND_H_
