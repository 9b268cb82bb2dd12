// How `tend` ends.

#ifndef TEND_SERVICES_CLI_EXIT_CODE_H_
#define TEND_SERVICES_CLI_EXIT_CODE_H_

namespace tend::cli {

enum class ExitCode : int {
  kOk = 0,
  // The world was bad: a file that is not there, a full disk.
  kFailed = 1,
  // Rows were rejected, or the command line could not be understood.
  kRejected = 2,
};

// How the command ends that came to this code: kFailed, with a word on stderr, where its output
// could not be written.
ExitCode EndOf(ExitCode code);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_EXIT_CODE_H_
