// The files of one sample, in a folder.

#ifndef TEND_SERVICES_CLI_SAMPLE_SAMPLE_FILES_H_
#define TEND_SERVICES_CLI_SAMPLE_SAMPLE_FILES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "services/cli/sample/simulation.h"
#include "services/cli/sample/world.h"

namespace tend::sample {

// Where and how the files are written.
struct SampleTarget {
  // Made where it is missing. Files of the names below are written over.
  std::string folder = "sample";
  // interactions.jsonl.gz instead of interactions.jsonl.
  bool gzip = false;
  // five_people.jsonl, and Ed's row in list.csv.
  bool five_people = false;
};

struct SampleFiles {
  std::string interactions;
  std::string list;
  std::string roster;
  // Empty unless asked for.
  std::string five_people;
  // Lines in `interactions`.
  int64_t lines = 0;
  // Of those written, including what would have been received after the end.
  Written written;
};

// Writes interactions.jsonl, list.csv, roster.textproto and README.txt, the same bytes for the same
// options. Memory does not grow with the number of rows. Errors: what the system says about a path.
absl::StatusOr<SampleFiles> WriteSample(const SampleOptions& options, const SampleTarget& target,
                                        const SimulationProgress& progress);

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_SAMPLE_FILES_H_
