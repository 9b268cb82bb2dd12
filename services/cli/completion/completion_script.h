// Scripts by which shells complete a command line.

#ifndef TEND_SERVICES_CLI_COMPLETION_COMPLETION_SCRIPT_H_
#define TEND_SERVICES_CLI_COMPLETION_COMPLETION_SCRIPT_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "services/cli/completion/command_tree.h"

namespace tend::cli {

// commands: of CommandsOf; the first one's path is the program's name. The scripts complete
// commands, options, the choices an option has, and files where files are taken.
std::string BashCompletion(absl::Span<const CommandWords> commands);
std::string ZshCompletion(absl::Span<const CommandWords> commands);
std::string FishCompletion(absl::Span<const CommandWords> commands);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_COMPLETION_COMPLETION_SCRIPT_H_
