#include "services/cli/exit_code.h"

#include <iostream>

namespace tend::cli {

ExitCode EndBy(const absl::Status& error) {
  const bool said = absl::IsInvalidArgument(error) || absl::IsAlreadyExists(error);
  return said ? ExitCode::kRejected : ExitCode::kFailed;
}

ExitCode EndOf(ExitCode code) {
  if (std::cout.flush()) return code;
  std::cerr << "tend: the output could not be written: is the disk full?\n";
  return ExitCode::kFailed;
}

}  // namespace tend::cli
