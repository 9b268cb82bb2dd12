// `tend nudges` and `tend answer`: what Tend would tell whom, and what they say to it.

#ifndef TEND_SERVICES_CLI_REMOTE_NUDGE_COMMANDS_H_
#define TEND_SERVICES_CLI_REMOTE_NUDGE_COMMANDS_H_

#include "CLI/CLI.hpp"
#include "services/cli/exit_code.h"

namespace tend::cli {

// exit_code is set when a command has run.
void AddNudgeCommands(CLI::App& app, ExitCode& exit_code);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_REMOTE_NUDGE_COMMANDS_H_
