// A moment as a message: what the model decided, with names, evidence and verdict filled in.

#ifndef TEND_SERVICES_SCORING_DOMAIN_MOMENT_MESSAGE_H_
#define TEND_SERVICES_SCORING_DOMAIN_MOMENT_MESSAGE_H_

#include "common/model/moments.h"
#include "common/model/names.h"
#include "tend/v1/moment.pb.h"
#include "tend/v1/position.pb.h"

namespace tend::scoring {

// What the message needs beside the change itself.
struct MomentSource {
  const model::Relationship& relationship;
  const model::Names& names;
  const model::ScoringModel& model;
  model::Instant now;
  absl::string_view interaction_id;  // of the act that is processed; empty for time
  uint64_t interaction_hash = 0;
  const v1::Position* position = nullptr;  // of the accepted record; nullptr for time
};

// Fills *out with an opened or a closed moment, in the memory of an earlier one of its kind.
void WriteMoment(const model::MomentChange& change, const MomentSource& source,
                 v1::MomentEvent* out);

}  // namespace tend::scoring

#endif  // TEND_SERVICES_SCORING_DOMAIN_MOMENT_MESSAGE_H_
