// `tend trial`: the whole pipeline in one process over files.

#ifndef TEND_SERVICES_CLI_TRIAL_TRIAL_COMMAND_H_
#define TEND_SERVICES_CLI_TRIAL_TRIAL_COMMAND_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "services/cli/exit_code.h"

namespace tend::cli {

// Adds the subcommand. When it is chosen it runs while `app` parses and sets exit_code, which
// outlives the app.
void AddTrialCommand(CLI::App& app, ExitCode& exit_code);

// The mappings that --map knows by name.
std::vector<std::string> ReadyMappingNames();

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TRIAL_TRIAL_COMMAND_H_
