#include "common/model/list_outcome.h"

namespace tend::model {
namespace {

bool IsTheirWish(GuardReason reason) {
  return reason == GuardReason::kErased || reason == GuardReason::kSuppressed ||
         reason == GuardReason::kRest;
}

}  // namespace

ListOutcome OutcomeOf(const Relationship& relationship, const Verdict& verdict,
                      bool has_social_handle) {
  if (IsTheirWish(verdict.reason)) return ListOutcome::kLeaveAlone;
  if (relationship.HasSignals()) return ListOutcome::kKnown;
  return has_social_handle ? ListOutcome::kSocialHandle : ListOutcome::kSeed;
}

}  // namespace tend::model
