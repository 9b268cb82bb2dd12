// `tend list`: what became of the people of a list.

#ifndef TEND_SERVICES_CLI_REMOTE_LIST_COMMAND_H_
#define TEND_SERVICES_CLI_REMOTE_LIST_COMMAND_H_

#include "CLI/CLI.hpp"
#include "services/cli/exit_code.h"

namespace tend::cli {

// exit_code is set when the command has run.
void AddListCommand(CLI::App& app, ExitCode& exit_code);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_REMOTE_LIST_COMMAND_H_
