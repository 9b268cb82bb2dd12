// How `tend` ends: the same in every command.

#ifndef TEND_SERVICES_CLI_EXIT_CODE_H_
#define TEND_SERVICES_CLI_EXIT_CODE_H_

#include "absl/status/status.h"

namespace tend::cli {

enum class ExitCode : int {
  kOk = 0,
  // The world was bad: a file or somebody that is not there, a full disk, a service that is away.
  kFailed = 1,
  // What was said was bad: an argument that cannot be understood, a file that came before, rows
  // that were rejected.
  kRejected = 2,
};

// For `tend --help`.
inline constexpr char kExitCodesHelp[] =
    "Exit code 0: good; 1: the world was bad (a file or a service that is not there, a full "
    "disk);\n"
    "2: what was said was bad (arguments, a file that came before, rows that were rejected).";

// How a command ends by this error: kRejected by INVALID_ARGUMENT and ALREADY_EXISTS.
ExitCode EndBy(const absl::Status& error);

// How the command ends that came to this code: kFailed, with a word on stderr, where its output
// could not be written.
ExitCode EndOf(ExitCode code);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_EXIT_CODE_H_
