// Runs a trial: files in, through the pipeline, a result out.

#ifndef TEND_SERVICES_CLI_TRIAL_TRIAL_RUN_H_
#define TEND_SERVICES_CLI_TRIAL_TRIAL_RUN_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/cli/progress.h"
#include "services/cli/trial/trial_result.h"
#include "services/cli/trial/trial_wiring.h"
#include "services/ingest/files/file_set.h"

namespace tend::cli {

struct TrialOptions {
  std::vector<ingest::FileSpec> files;
  ingest::FileSetOptions file_options;
  // The clock stays at the end, as if the files were imported today; otherwise it advances with the
  // events.
  bool as_import = false;
  std::string explain;
  // Where every person-event, nudge and reject is written as it comes, and every relationship at
  // the end: a line of JSON each, as `tend topics read` prints them. Null: nowhere.
  std::ostream* records = nullptr;
};

// setup.start is set from the files. Progress is told to `progress`. Errors: a file that cannot be
// read or understood (INVALID_ARGUMENT, NOT_FOUND), naming it; faults of rows are rejects in the
// result.
absl::StatusOr<TrialResult> RunTrial(const TrialOptions& options, TrialSetup setup,
                                     Progress& progress);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TRIAL_TRIAL_RUN_H_
