// `tend token`: a fresh bearer token, and the line that lets a service know it.

#ifndef TEND_SERVICES_CLI_REMOTE_TOKEN_COMMAND_H_
#define TEND_SERVICES_CLI_REMOTE_TOKEN_COMMAND_H_

#include "CLI/CLI.hpp"
#include "services/cli/exit_code.h"

namespace tend::cli {

void AddTokenCommand(CLI::App& app, ExitCode& exit_code);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_REMOTE_TOKEN_COMMAND_H_
