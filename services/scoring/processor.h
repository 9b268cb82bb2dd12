// Scoring: person-events in; relationships (its state and changelog) and moments out. Exactly once,
// by the harness.

#ifndef TEND_SERVICES_SCORING_PROCESSOR_H_
#define TEND_SERVICES_SCORING_PROCESSOR_H_

#include <memory>
#include <string>

#include "common/model/scoring_model.h"
#include "common/stream/processor.h"
#include "tend/v1/person.pb.h"

namespace tend::scoring {

inline constexpr char kPersonEvents[] = "tend.person-events.v1";
inline constexpr char kRelationships[] = "tend.relationships.v1";
inline constexpr char kMoments[] = "tend.moments.v1";

struct Options {
  model::ScoringModel model;
  model::Policy policy;
  std::string pool_owner_id;     // takes what belongs to nobody; empty: such moments go to owner ""
  std::string product_owner_id;  // the product's team; empty: the pool
};

// The pool of the first team that has one takes what belongs to nobody ("pool" if none has); that
// of the team that builds the product hears what is said of it.
Options OptionsFor(const model::ScoringModel& model, const model::Policy& policy,
                   const v1::Roster& roster);

// The service as the harness runs it.
stream::ProcessorSpec MakeSpec(const Options& options);

class Scorer;
// The state of one of its processors, to read only: for reports and tests. REQUIRES: `processor`
// was made by a spec of MakeSpec.
const Scorer& ScorerOf(const stream::Processor& processor);

}  // namespace tend::scoring

#endif  // TEND_SERVICES_SCORING_PROCESSOR_H_
