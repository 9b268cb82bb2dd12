// Judges what a simulated pipeline committed: see pipeline_simulation_test.cc.

#ifndef TEND_SERVICES_CLI_TRIAL_PIPELINE_JUDGE_H_
#define TEND_SERVICES_CLI_TRIAL_PIPELINE_JUDGE_H_

#include <map>
#include <string>
#include <vector>

#include "common/stream/processor.h"
#include "services/cli/trial/pipeline_traffic.h"
#include "services/enrichment/domain/identity.h"
#include "tend/v1/person_event.pb.h"

namespace tend::stream {
struct CommittedRecord;
}  // namespace tend::stream

namespace tend::cli {

inline constexpr char kRejectsTopic[] = "tend.rejects.v1";

// The real services, as the simulation runs them, and the identity store that they ask.
struct PipelineSpecs {
  stream::ProcessorSpec enrichment;
  stream::ProcessorSpec scoring;
  stream::ProcessorSpec notification;
  enrichment::IdentityStore* identity = nullptr;
};

// stream::CommittedLog and stream::Violations. Two judges that know nothing of each other:
//
// By facts that the traffic knows: each interaction gave one person-event per outside person, from
// its first record, and nothing else did; each record that nobody can use gave one reject; what
// came from one partition for one person stands in its order; every entry of the identity log was
// told; each origin's history stands whole in the one relationship that the log says; a moment has
// at most one nudge, a nudge has its moment, and a closed moment has no open nudge.
//
// Of the erased: an event of theirs is right only where it was resolved before the store forgot
// them (its identity_seq is below the Erased entry's), and in the partition that took their wish
// only up to the wish itself. Of any other record they get none, and where nobody else is left it
// is a reject, unless it is a wish: not before they were erased, or one person with somebody who
// had asked in that partition. Nobody else is left out. pipeline_erasures.h says what may be kept.
//
// By a straight fold: scoring and notification, run once more over what was committed, in one
// process without faults and with the same `now`s, say the same moments, parts, rejects and nudges
// to the byte, and hold the same state as their changelogs.
using PipelineLog = std::map<std::string, std::vector<std::vector<stream::CommittedRecord>>>;
void JudgePipeline(const PipelineLog& log, const PipelineTraffic& traffic,
                   const PipelineSpecs& specs, std::vector<std::string>& violations);

// The part of it about origins. events: those that enrichment wrote, in any order.
void JudgeOrigins(const PipelineLog& log, const std::vector<v1::PersonEvent>& events,
                  const PipelineSpecs& specs, std::vector<std::string>& violations);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TRIAL_PIPELINE_JUDGE_H_
