#include "common/model/stage.h"

#include <algorithm>

#include "common/model/readiness.h"
#include "common/testing/model_generators.h"
#include "common/testing/model_testing.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace tend::model {
namespace {

const Policy& P() { return ShippedPolicy(); }

// A form and a question at once, of nobody's: .69, READY by their act.
void BecomeReady(Life& life, double day) {
  life.Happens(Kind::kForm, Day(day));
  life.Happens(Kind::kQuestion, Day(day, 1));
}

// The first second after `from` at which readiness is under `threshold`.
Instant Crossing(const Relationship& r, double threshold, Instant from) {
  SpanSeconds low = 0, high = 400 * kDay;
  while (high - low > 1) {
    const SpanSeconds middle = (low + high) / 2;
    const bool under = Sigma(OrganizationZ(r, from + middle, ShippedModel())) < threshold;
    (under ? high : low) = middle;
  }
  return from + high;
}

RC_GTEST_PROP(StageTest, LiveActsEnterReadyOnlyByTheirAct, ()) {
  Life life;
  for (const Act& act : Acts(*AnyStory())) life.Happens(act);
  life.PassTo(life.now + 300 * kDay);
  for (const Life::StageChange& change : life.stages)
    RC_ASSERT(change.stage != Stage::kReady || change.cause == StageCause::kTheirAct);
}

RC_GTEST_PROP(StageTest, BacklogLeavesTheSameStageInAnyOrder, ()) {
  std::vector<Act> acts = Acts(*AnyStory({2, 10 * kDay, true, true}));
  if (acts.size() > kRing) acts.resize(kRing);
  const Instant received = acts.empty() ? Day(0) : acts.back().at + 2 * kDay;
  for (Act& act : acts) act.received = received;
  Life one, other;
  for (const Act& act : acts) one.Happens(act);
  for (const Act& act : *Shuffled(acts)) other.Happens(act);
  RC_ASSERT(one.stage() == other.stage());
}

void ExpectQuietUntilDue(Life& life, Instant at) {
  Life other;
  other.relationship = Copy(life.relationship);
  other.OnTime(at);
  RC_ASSERT(other.stages.empty());
  RC_ASSERT(other.changes.empty());
  RC_ASSERT(other.relationship.below_since == life.relationship.below_since);
}

RC_GTEST_PROP(DueTest, NothingChangesBeforeItIsDue, ()) {
  Life life;
  const std::vector<Act> acts = Acts(*AnyStory());
  for (const Act& act : acts) life.Happens(act);
  life.PassTo(life.now + *rc::gen::inRange<SpanSeconds>(0, 60 * kDay));
  for (int i = 0; i < 12; ++i) {
    const Instant due = std::min(life.Due(), life.now + 400 * kDay);
    if (!life.now.is_set()) return;
    for (int part = 1; part < 4; ++part)
      ExpectQuietUntilDue(life, life.now + (due - life.now) * part / 4);
    if (due - life.now > 1) ExpectQuietUntilDue(life, due - 1);
    life.OnTime(due);
  }
}

RC_GTEST_PROP(DueTest, DueTimesAreFew, ()) {
  Life life;
  for (const Act& act : Acts(*AnyStory())) life.Happens(act);
  int steps = 0;
  for (Instant due = life.Due(); !due.is_never(); due = life.Due(), ++steps) life.OnTime(due);
  RC_ASSERT(steps < 150);  // each crossing takes a few tangents, then all is quiet for good
}

TEST(StageTest, ReadyIsLeftPatienceAfterReadinessFell) {
  Life life;
  BecomeReady(life, 0);
  ASSERT_EQ(life.stage(), Stage::kReady);
  const Instant fell = Crossing(life.relationship, P().ready_leave, life.now);
  const Instant left = std::min(fell + P().patience, Day(0, 1) + P().ready_act);
  life.PassTo(left - 1);
  EXPECT_EQ(life.stage(), Stage::kReady);
  life.PassTo(left);
  EXPECT_EQ(life.stage(), Stage::kGrowing);
  EXPECT_EQ(life.relationship.stage_since, left);
}

TEST(StageTest, ReadyThatFellIsKeptByAnActWithinThePatience) {
  Policy policy = P();
  policy.ready_act = 300 * kDay;
  Life life(ShippedModel(), policy);
  BecomeReady(life, 0);
  const Instant fell = Crossing(life.relationship, policy.ready_leave, life.now);
  life.PassTo(fell + kDay);
  ASSERT_EQ(life.relationship.below_since, fell);
  life.Happens(Kind::kQuestion, fell + kDay);
  EXPECT_EQ(life.stage(), Stage::kReady);
  EXPECT_FALSE(life.relationship.below_since.is_set());
}

TEST(StageTest, ReadyEndsThirtyDaysAfterTheirLastAct) {
  ScoringModel model = ShippedModel();
  model.weight[Index(SignalClass::kForm)] = 9;
  Life life(model);
  life.Happens(Kind::kForm, Day(0));
  ASSERT_EQ(life.stage(), Stage::kReady);
  life.PassTo(Day(30) - 1);
  EXPECT_EQ(life.stage(), Stage::kReady);
  life.PassTo(Day(30));
  EXPECT_EQ(life.stage(), Stage::kGrowing);
}

TEST(StageTest, OneClassOfVisitsAloneIsNotReady) {
  Life life;
  for (int i = 0; i < 60; ++i) life.Happens(Kind::kPricingVisit, Day(0, i));
  EXPECT_GT(life.Readiness(), P().ready_enter);
  EXPECT_EQ(life.stage(), Stage::kGrowing);
  life.Happens(Kind::kContentVisit, Day(0, 100));
  EXPECT_EQ(life.stage(), Stage::kReady);
}

TEST(StageTest, ConversingEndsSevenDaysAfterTheEarlierHalf) {
  Life life;
  life.Happens(Kind::kMessage, Day(0), 1);
  life.Happens(Kind::kAnswer, Day(2), 1);
  EXPECT_EQ(life.stage(), Stage::kConversing);
  life.PassTo(Day(7) - 1);
  EXPECT_EQ(life.stage(), Stage::kConversing);
  life.PassTo(Day(7));
  EXPECT_NE(life.stage(), Stage::kConversing);
}

TEST(StageTest, HalvesOnDifferentTiesDoNotConverse) {
  Life life;
  life.Happens(Kind::kMessage, Day(0), 1);
  life.Happens(Kind::kTouch, Day(1), 2);
  EXPECT_NE(life.stage(), Stage::kConversing);
}

TEST(StageTest, AfterConversingEndedByTimeItIsAtMostGrowingUntilTheirNextAct) {
  Life life;
  BecomeReady(life, 0);
  for (int i = 2; i < 6; ++i) life.Happens(Kind::kMessage, Day(0, i), 1);
  life.Happens(Kind::kAnswer, Day(0, 6), 1);
  life.PassTo(Day(7, 5));
  EXPECT_GE(life.Readiness(), P().ready_enter);
  EXPECT_EQ(life.stage(), Stage::kGrowing);
  life.Happens(Kind::kContentVisit, Day(8));
  EXPECT_EQ(life.stage(), Stage::kReady);
}

TEST(StageTest, AfterRestEndedByTimeItIsAtMostGrowing) {
  Life life;
  BecomeReady(life, 0);
  Act rest = MakeAct(Kind::kRest, Day(1));
  rest.rest.until = Day(2);
  life.Happens(rest);
  EXPECT_EQ(life.stage(), Stage::kResting);
  life.PassTo(Day(2) - 1);
  EXPECT_EQ(life.stage(), Stage::kResting);
  life.PassTo(Day(2));
  EXPECT_GE(life.Readiness(), P().ready_enter);
  EXPECT_EQ(life.stage(), Stage::kGrowing);
}

TEST(StageTest, ALateRefusalDoesNotDeriveReadyAnew) {
  Life life;
  BecomeReady(life, 0);
  for (int i = 2; i < 6; ++i) life.Happens(Kind::kMessage, Day(0, i), 1);
  life.Happens(Kind::kAnswer, Day(0, 6), 1);
  life.Happens(Late(MakeAct(Kind::kDeclined, Day(-5)), Day(7, 10)));
  EXPECT_EQ(life.stage(), Stage::kGrowing);
}

TEST(StageTest, SilenceTurnsSproutingIntoFallowAfterHalfAYear) {
  Life life;
  life.Happens(Kind::kMessage, Day(0));
  EXPECT_EQ(life.stage(), Stage::kSprouting);
  life.PassTo(Day(180) - 1);
  EXPECT_EQ(life.stage(), Stage::kSprouting);
  life.PassTo(Day(180));
  EXPECT_EQ(life.stage(), Stage::kFallow);
  life.Happens(Kind::kMessage, Day(400));
  EXPECT_EQ(life.stage(), Stage::kSprouting);
}

TEST(StageTest, WithoutAnyHistoryItIsASeedForGood) {
  Life life;
  life.Happens(Kind::kListRow, Day(0));
  EXPECT_EQ(life.stage(), Stage::kSeed);
  EXPECT_TRUE(life.Due().is_never());
}

TEST(StageTest, AnOldRelationOfFiveYearsOutweighsANewOne) {
  Life old, fresh;
  for (int i = 0; i < 60; ++i) {
    old.Happens(Kind::kTouch, Day(-1800 + 30 * i), 1);
    old.Happens(Kind::kMessage, Day(-1800 + 30 * i, kHour), 1);
    old.Happens(Kind::kAnswer, Day(-1800 + 30 * i, 2 * kHour), 1);
  }
  old.Happens(Kind::kMessage, Day(0), 1), fresh.Happens(Kind::kMessage, Day(0), 1);
  EXPECT_GT(old.Readiness(), fresh.Readiness());
  EXPECT_GT(Trust(old.relationship, Day(0), ShippedModel()),
            Trust(fresh.relationship, Day(0), ShippedModel()));
}

}  // namespace
}  // namespace tend::model
