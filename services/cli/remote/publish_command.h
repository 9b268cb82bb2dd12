// `tend publish`: what happens, sent on as it happens: one Interaction as JSON a line, from a file
// or a pipe, by PublishInteractions.

#ifndef TEND_SERVICES_CLI_REMOTE_PUBLISH_COMMAND_H_
#define TEND_SERVICES_CLI_REMOTE_PUBLISH_COMMAND_H_

#include "CLI/CLI.hpp"
#include "services/cli/exit_code.h"

namespace tend::cli {

void AddPublishCommand(CLI::App& app, ExitCode& exit_code);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_REMOTE_PUBLISH_COMMAND_H_
