#include "common/model/list_outcome.h"

#include "gtest/gtest.h"
#include "tend/v1/list.pb.h"

namespace tend::model {
namespace {

Relationship WhoActed() {
  Relationship relationship;
  relationship.part.last_act = Instant(1);
  return relationship;
}

Verdict Because(GuardReason reason) {
  Verdict verdict;
  verdict.decision = Decision::kNo;
  verdict.reason = reason;
  return verdict;
}

TEST(ListOutcomeTest, TheFirstThatAppliesCounts) {
  const Relationship nothing, acted = WhoActed();
  EXPECT_EQ(OutcomeOf(nothing, {}, false), ListOutcome::kSeed);
  EXPECT_EQ(OutcomeOf(nothing, {}, true), ListOutcome::kSocialHandle);
  EXPECT_EQ(OutcomeOf(acted, {}, true), ListOutcome::kKnown);
  for (const GuardReason wish :
       {GuardReason::kErased, GuardReason::kSuppressed, GuardReason::kRest}) {
    EXPECT_EQ(OutcomeOf(acted, Because(wish), true), ListOutcome::kLeaveAlone);
  }
}

TEST(ListOutcomeTest, PatienceIsOursAndNoReasonToLeaveSomebodyAlone) {
  EXPECT_EQ(OutcomeOf(WhoActed(), Because(GuardReason::kPatience), false), ListOutcome::kKnown);
}

TEST(ListOutcomeTest, ItsNumbersAreTheContracts) {
  EXPECT_EQ(static_cast<int>(ListOutcome::kKnown), v1::LIST_OUTCOME_KNOWN);
  EXPECT_EQ(static_cast<int>(ListOutcome::kSocialHandle), v1::LIST_OUTCOME_SOCIAL_HANDLE);
  EXPECT_EQ(static_cast<int>(ListOutcome::kLeaveAlone), v1::LIST_OUTCOME_LEAVE_ALONE);
  EXPECT_EQ(static_cast<int>(ListOutcome::kSeed), v1::LIST_OUTCOME_SEED);
}

}  // namespace
}  // namespace tend::model
