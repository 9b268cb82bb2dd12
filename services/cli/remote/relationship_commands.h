// `tend ready`, `show PERSON`, `explain PERSON`: who is open for a conversation, where somebody
// stands, and why.

#ifndef TEND_SERVICES_CLI_REMOTE_RELATIONSHIP_COMMANDS_H_
#define TEND_SERVICES_CLI_REMOTE_RELATIONSHIP_COMMANDS_H_

#include "CLI/CLI.hpp"
#include "services/cli/exit_code.h"

namespace tend::cli {

// exit_code is set when a command has run.
void AddRelationshipCommands(CLI::App& app, ExitCode& exit_code);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_REMOTE_RELATIONSHIP_COMMANDS_H_
