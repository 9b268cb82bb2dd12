// Folds one act into a relationship: accumulators, counts, times, answers, wishes. Stages and
// moments come after.

#ifndef TEND_COMMON_MODEL_FOLD_H_
#define TEND_COMMON_MODEL_FOLD_H_

#include "common/model/act.h"
#include "common/model/relationship.h"

namespace tend::model {

// What a fold did that stages and moments ask about.
struct Folded {
  bool solicited = false;  // the touch answered an act of theirs
  bool promise_changed = false;
  bool rest_changed = false;
  double tie_terms = 0;  // TieTerms of the last owner named, at `now`; 0 where none is
};

// Folds `act` into the part at `part_index`; `now` is the batch's time, used only to refresh stored
// bounds. REQUIRES: part_index < relationship.PartCount(). What law 4 names does not depend on the
// order of calls.
Folded Fold(Relationship& relationship, const Act& act, int part_index, Instant now,
            const ScoringModel& model, const Policy& policy);

// Whether their wish to rest holds at `now`: not over, not ended by their word, and no later
// reply-like act.
bool Resting(const Relationship& relationship, Instant now);
// The wish that ends last among those that hold; nullptr when none does.
const Rest* HoldingRest(const Relationship& relationship, Instant now);

// Gives minus asks, decayed (180 d).
double GiveBalance(const Relationship& relationship, Instant now, const ScoringModel& model);

// Trust 0..1: (2 + good) / (4 + good + bad) of decayed evidence (docs/model.md).
double Trust(const Relationship& relationship, Instant now, const ScoringModel& model);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_FOLD_H_
