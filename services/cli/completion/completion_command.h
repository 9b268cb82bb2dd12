// `tend completion bash | zsh | fish`: prints what a shell needs to complete tend's command lines.

#ifndef TEND_SERVICES_CLI_COMPLETION_COMPLETION_COMMAND_H_
#define TEND_SERVICES_CLI_COMPLETION_COMPLETION_COMMAND_H_

#include <functional>

#include "CLI/CLI.hpp"
#include "services/cli/completion/command_tree.h"
#include "services/cli/exit_code.h"

namespace tend::cli {

// The script is made of all that `app` has when the command runs. exit_code is set then. choices:
// asked then what the types of its values offer, where their names do not say it.
void AddCompletionCommand(CLI::App& app, std::function<TypeChoices()> choices, ExitCode& exit_code);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_COMPLETION_COMPLETION_COMMAND_H_
