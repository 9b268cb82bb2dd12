// The whole pipeline in one process over the log in memory: the one file of the command that names
// concrete services.
//
//   acceptor -> interactions -> enrichment -> person-events -> scoring -> moments -> notification
//   -> nudges
//
// Every hop encodes and decodes its contracts as on Kafka. Never a deployment mode: nothing is
// kept.

#ifndef TEND_SERVICES_CLI_TRIAL_TRIAL_WIRING_H_
#define TEND_SERVICES_CLI_TRIAL_TRIAL_WIRING_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/model/scoring_model.h"
#include "services/enrichment/domain/counts.h"
#include "tend/v1/interaction.pb.h"
#include "tend/v1/person.pb.h"
#include "tend/v1/policy.pb.h"

namespace tend::cli {

struct TrialSetup {
  v1::Roster roster;
  model::ScoringModel model;
  model::Policy policy;
  v1::Policy policy_contract;  // the same, for notification
  absl::Time start;            // where the clock begins
};

// What the pipeline wrote to a topic, record by record. The views live for the call.
using TrialRecordSink = absl::FunctionRef<void(absl::string_view topic, absl::string_view key,
                                               absl::string_view value)>;

class TrialPipeline {
 public:
  // Errors: INVALID_ARGUMENT naming every fault of the roster or the policy.
  static absl::StatusOr<std::unique_ptr<TrialPipeline>> Create(const TrialSetup& setup);
  virtual ~TrialPipeline() = default;

  // Moves the clock: what is appended from now on is written then. REQUIRES: time does not go back.
  virtual void AdvanceTo(absl::Time time) = 0;

  // Writes one accepted interaction to the log.
  virtual absl::Status Append(absl::string_view topic, absl::string_view key,
                              absl::string_view value) = 0;

  // Lets all hops work on what is there, each record at its time, and fires what falls due up to
  // the clock's. Merges follow at the end.
  virtual absl::Status Settle() = 0;

  // Hands on what came out since the last call: person-events, nudges, rejects, in the order of
  // their times.
  virtual absl::Status Drain(TrialRecordSink sink) = 0;

  // Hands on the last value of every key of tend.relationships.v1.
  virtual absl::Status ReadRelationships(TrialRecordSink sink) = 0;

  virtual const enrichment::EnrichmentCounts& enrichment_counts() const = 0;
};

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TRIAL_TRIAL_WIRING_H_
