// Judges what a simulated pipeline keeps of the persons who were erased: nothing. See
// pipeline_judge.h.

#ifndef TEND_SERVICES_CLI_TRIAL_PIPELINE_ERASURES_H_
#define TEND_SERVICES_CLI_TRIAL_PIPELINE_ERASURES_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/cli/trial/pipeline_judge.h"
#include "tend/v1/person_event.pb.h"

namespace tend::cli {

// An origin whose person was erased.
struct ErasedOrigin {
  int64_t seq = 0;  // of the Erased entry: who resolved a claim before saw less of the log
  absl::Time time;
  // Of the Erased entry under this origin's own id, if it named a person.
  int64_t end_seq = 0;
};

// What the identity log says in the end.
struct IdentityHistory {
  // Whom each origin is of; itself where there is none. And whomever it was of.
  std::map<std::string, std::string> homes;
  std::map<std::string, std::set<std::string>> all_homes;
  std::map<std::string, ErasedOrigin> erased;
};
IdentityHistory ReadIdentityLog(const std::vector<v1::IdentityLogEntry>& entries,
                                std::vector<std::string>& violations);

// Who asked is erased: the origin by which they did. From the entry on that ended them, as scoring
// came to it, no moment of theirs is open, and from a moment's end on, as notification came to it,
// no nudge. The changelog of relationships says of an erased person only that they are, and who had
// left before; it holds no tie of theirs. Of an id that had ended by a merge it holds no moment.
// events: those that enrichment wrote.
void JudgeErasures(const PipelineLog& log, const std::vector<v1::PersonEvent>& events,
                   const PipelineSpecs& specs, std::vector<std::string>& violations);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TRIAL_PIPELINE_ERASURES_H_
