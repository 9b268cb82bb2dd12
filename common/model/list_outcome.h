// What becomes of somebody who is on a list. A list is never called down.

#ifndef TEND_COMMON_MODEL_LIST_OUTCOME_H_
#define TEND_COMMON_MODEL_LIST_OUTCOME_H_

#include "common/model/guards.h"
#include "common/model/relationship.h"

namespace tend::model {

// Twin: v1.ListOutcome.
enum class ListOutcome : uint8_t {
  kNone,
  kKnown,
  kWarmPath,
  kSharedGround,
  kSocialHandle,
  kLeaveAlone,
  kSeed,
};

// The first that applies: leave alone (erased, suppressed, at rest), known (they have acted),
// social handle, seed. verdict: of MaySuggest now. (Warm paths and shared grounds are not looked
// for yet: they would stand between known and social handle.)
ListOutcome OutcomeOf(const Relationship& relationship, const Verdict& verdict,
                      bool has_social_handle);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_LIST_OUTCOME_H_
