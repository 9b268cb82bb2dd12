#include "common/model/tie.h"

#include <algorithm>

#include "common/model/moments.h"
#include "common/model/readiness.h"
#include "common/testing/model_generators.h"
#include "common/testing/model_testing.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace tend::model {
namespace {

Exchange Ours(Instant at, uint32_t thread = 0) {
  Exchange exchange{at};
  exchange.ours = exchange.unsolicited = 1;
  exchange.thread = thread & 0xffffff;
  return exchange;
}
Exchange Theirs(Instant at, uint32_t thread = 0) {
  Exchange exchange{at};
  exchange.thread = thread & 0xffffff;
  return exchange;
}

TEST(TieTest, AMessageAnswersAllOpenTouchesOfSevenDays) {
  Tie tie;
  for (double day : {0.0, 3.0, 5.0}) tie.Relate(Ours(Day(day)));
  EXPECT_EQ(tie.Relate(Theirs(Day(8))).answers, 2);
  EXPECT_EQ(tie.answers, 2u);
}

TEST(TieTest, InAThreadAnAnswerMayComeLate) {
  Tie tie;
  tie.Relate(Ours(Day(0), 7)), tie.Relate(Ours(Day(20), 8));
  EXPECT_EQ(tie.Relate(Theirs(Day(30), 7)).answers, 1);
}

TEST(TieTest, AnotherThreadAnswersNothing) {
  Tie tie;
  tie.Relate(Ours(Day(0), 7));
  EXPECT_EQ(tie.Relate(Theirs(Day(1), 8)).answers, 0);
}

TEST(TieTest, ATouchThatComesInLateIsAnsweredByTheActAfterIt) {
  Tie tie;
  tie.Relate(Theirs(Day(1)));
  EXPECT_EQ(tie.Relate(Ours(Day(0))).answers, 1);
}

TEST(TieTest, AtTheSameSecondTheirsCameFirst) {
  Tie tie;
  tie.Relate(Theirs(Day(0)));
  const TieChange change = tie.Relate(Ours(Day(0)));
  EXPECT_EQ(change.answers, 0);
  EXPECT_TRUE(change.solicited);
}

TEST(TieTest, ATouchThatAnswersThemIsNotUnsolicited) {
  Tie tie;
  tie.Relate(Theirs(Day(0)));
  EXPECT_TRUE(tie.Relate(Ours(Day(1))).solicited);
  EXPECT_FALSE(tie.Relate(Ours(Day(9))).solicited);
}

TEST(TieTest, TheRingKeepsTheLastEightOfEachSide) {
  Tie tie;
  for (int i = 0; i < 20; ++i) tie.Relate(Ours(Day(i))), tie.Relate(Theirs(Day(i, kHour)));
  EXPECT_EQ(tie.ring.all().size(), 16u);
  EXPECT_EQ(tie.ring.all().front().at, Day(12));
}

TEST(TieTest, WhatIsOlderThanAFullRingFallsAtOnce) {
  Tie tie;
  for (int i = 1; i <= kRing; ++i) tie.Relate(Ours(Day(i)));
  const TieChange change = tie.Relate(Ours(Day(0)));
  EXPECT_EQ(change.trust_at, Day(0));
  EXPECT_EQ(tie.ring.all().front().at, Day(1));
}

TEST(TieTest, RingsMoveAndCopyWhole) {
  ExchangeRing ring;
  Exchange fallen;
  for (int i = 0; i < 5; ++i) ring.Insert(Ours(Day(i)), &fallen);
  ExchangeRing copy = ring, moved = std::move(ring), assigned;
  assigned = copy;
  assigned = std::move(moved);
  EXPECT_EQ(assigned.all(), copy.all());
  EXPECT_EQ(copy.all().size(), 5u);
}

TEST(StrengthTest, OneWayTiesHaveNone) {
  const Relationship r =
      FoldAll({MakeAct(Kind::kTouch, Day(0), 1), MakeAct(Kind::kTouch, Day(1), 1)});
  EXPECT_EQ(r.ties.all()[0].StrengthAt(Day(1), ShippedModel()), 0);
}

TEST(StrengthTest, ThreeMessagesEachWayAreHalf) {
  std::vector<Act> acts;
  for (int i = 0; i < 3; ++i) {
    acts.push_back(MakeAct(Kind::kTouch, Day(0), 1));
    acts.push_back(MakeAct(Kind::kMessage, Day(0), 1));
  }
  EXPECT_NEAR(FoldAll(acts).ties.all()[0].StrengthAt(Day(0), ShippedModel()), .5, 1e-9);
}

TEST(StrengthTest, ALateMessageDoesNotInflateThePeak) {
  std::vector<Act> acts;
  acts.reserve(7);
  for (int i = 0; i < 6; ++i)
    acts.push_back(MakeAct(i % 2 == 0 ? Kind::kTouch : Kind::kMessage, Day(100, i), 1));
  const float peak = FoldAll(acts).ties.all()[0].peak_strength;
  acts.push_back(MakeAct(Kind::kMessage, Day(0), 1));
  EXPECT_NEAR(FoldAll(acts).ties.all()[0].peak_strength, peak, .03);
}

RC_GTEST_PROP(CoolingTest, ATieCoolsAtTheFirstSecondUnderItsShare, ()) {
  const Relationship r = FoldAll(Acts(*AnyStory({1, 20 * kDay, false, false})));
  for (const Tie& tie : r.ties.all()) {
    const Instant cools = CoolsAt(tie, ShippedModel(), ShippedPolicy());
    if (cools.is_never()) continue;
    const double wanted = ShippedPolicy().cooling_share * tie.peak_strength;
    RC_ASSERT(tie.StrengthAt(cools, ShippedModel()) < wanted + 1e-12);
    RC_ASSERT(tie.StrengthAt(cools - 1, ShippedModel()) >= wanted - 1e-12);
  }
}

RC_GTEST_PROP(BoundTest, TheBestTieIsFoundAmongMany, ()) {
  const ScoringModel model = *ShippedOrAnyModel();
  Relationship r;
  Instant now = kDayZero;
  for (const Act& act : Acts(*AnyStory({40, 10 * kDay, true, true}))) {
    now = std::max(now, act.at);
    Fold(r, act, 0, now, model, ShippedPolicy());
    if (act.hash % 3 == 0) continue;  // not looked at after every act
    const Relationship& same = r;
    RC_ASSERT(std::abs(OrganizationZ(r, now, model) - OrganizationZ(same, now, model)) < 1e-9);
    now = now + *rc::gen::inRange<SpanSeconds>(0, 5 * kDay);
    RC_ASSERT(std::abs(OrganizationZ(r, now, model) - OrganizationZ(same, now, model)) < 1e-9);
  }
}

TEST(BoundTest, EqualTiesAreNoEndlessSearch) {
  Relationship r =
      FoldAll({MakeAct(Kind::kMessage, Day(0), 1), MakeAct(Kind::kMessage, Day(0), 2)});
  const Relationship& same = r;
  EXPECT_EQ(OrganizationZ(r, Day(1), ShippedModel()), OrganizationZ(same, Day(1), ShippedModel()));
}

RC_GTEST_PROP(BoundTest, TheTangentNeverOvershoots, ()) {
  const ScoringModel model = *ShippedOrAnyModel();
  Relationship r = FoldAll(Acts(*AnyStory()), model);
  const Instant now = kDayZero + *rc::gen::inRange<SpanSeconds>(0, 400 * kDay);
  const double z = OrganizationZ(r, now, model);
  const double threshold = z - *rc::gen::inRange(0, 2000) / 1000.0;
  const Instant below = EarliestBelow(r, z, threshold, now, model);
  if (below - now <= 1) return;
  RC_ASSERT(OrganizationZ(r, below - 1, model) >= threshold - 1e-12);
}

}  // namespace
}  // namespace tend::model
