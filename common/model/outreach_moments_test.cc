// Outreach moments (docs/model.md): what opens them, what closes them, and that few ever open.

#include <algorithm>
#include <string>
#include <vector>

#include "common/testing/model_generators.h"
#include "common/testing/model_testing.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace tend::model {
namespace {

using Kinds = MomentKind;

// Visits and a form of nobody's: READY, nothing that waits for long.
void BecomeReady(Life& life, double day) {
  life.Happens(Kind::kPricingVisit, Day(day));
  life.Happens(Kind::kContentVisit, Day(day, 1));
  life.Happens(Kind::kEvent, Day(day, 2));
  for (int i = 3; i < 12; ++i) life.Happens(Kind::kPricingVisit, Day(day, i));
}

// --- became ready

TEST(BecameReadyTest, OpensOnceInASpell) {
  Life life;
  BecomeReady(life, 0);
  ASSERT_EQ(life.stage(), Stage::kReady);
  life.Happens(Kind::kEvent, Day(1));
  ASSERT_EQ(life.OpenedOf(Kinds::kBecameReady).size(), 1u);
  EXPECT_EQ(life.relationship.open_moments()[0].expires - life.OpenedOf(Kinds::kBecameReady)[0].at,
            14 * kDay);
}

TEST(BecameReadyTest, OpensASecondTimeInASecondSpell) {
  Life life;
  BecomeReady(life, 0);
  life.PassTo(Day(60));
  ASSERT_NE(life.stage(), Stage::kReady);
  BecomeReady(life, 61);
  const auto opened = life.OpenedOf(Kinds::kBecameReady);
  ASSERT_EQ(opened.size(), 2u);
  EXPECT_NE(opened[0].change.moment.id, opened[1].change.moment.id);
}

TEST(BecameReadyTest, ClosesWithAnyTouchOfOurs) {
  Life life;
  BecomeReady(life, 0);
  life.Happens(Kind::kGive, Day(1), 2);
  EXPECT_EQ(life.LastClose(Kinds::kBecameReady), CloseCause::kOurTouch);
  life.Happens(Kind::kEvent, Day(2));
  EXPECT_EQ(life.stage(), Stage::kReady);
  EXPECT_EQ(life.OpenedOf(Kinds::kBecameReady).size(), 1u);
}

TEST(BecameReadyTest, ATouchFromBeforeItsCauseDoesNotCloseIt) {
  Life life;
  BecomeReady(life, 0);
  life.Happens(Late(MakeAct(Kind::kTouch, Day(0, -1), 1), Day(0, kHour)));
  EXPECT_TRUE(life.IsOpen(Kinds::kBecameReady));
}

TEST(BecameReadyTest, ClosesWithTheEndOfReady) {
  Policy policy = ShippedPolicy();
  policy.ready_expire = 300 * kDay;
  Life life(ShippedModel(), policy);
  BecomeReady(life, 0);
  life.PassTo(Day(60));
  EXPECT_EQ(life.LastClose(Kinds::kBecameReady), CloseCause::kStageEnded);
}

TEST(BecameReadyTest, ClosesWithRest) {
  Life life;
  BecomeReady(life, 0);
  life.Happens(Kind::kRest, Day(1));
  EXPECT_EQ(life.LastClose(Kinds::kBecameReady), CloseCause::kRest);
}

TEST(BecameReadyTest, ClosesWithARefusal) {
  for (const Kind refusal : {Kind::kDeclined, Kind::kUnsubscribed}) {
    Life life;
    BecomeReady(life, 0);
    life.Happens(refusal, Day(1));
    EXPECT_EQ(life.LastClose(Kinds::kBecameReady), CloseCause::kRefused);
  }
}

TEST(BecameReadyTest, ClosesAfterFourteenDays) {
  ScoringModel model = ShippedModel();
  model.weight[Index(SignalClass::kPricingVisit)] = 4;
  Life life(model);
  BecomeReady(life, 0);
  const Instant opened = life.OpenedOf(Kinds::kBecameReady).at(0).at;
  life.PassTo(opened + 14 * kDay - 1);
  EXPECT_TRUE(life.IsOpen(Kinds::kBecameReady));
  life.PassTo(opened + 14 * kDay);
  EXPECT_EQ(life.LastClose(Kinds::kBecameReady), CloseCause::kExpired);
}

TEST(BecameReadyTest, WhatAGuardHeldIsOpenedByTheirNextActAlone) {
  Life life;
  life.Happens(Kind::kTouch, Day(-29), 1);
  BecomeReady(life, 0);
  ASSERT_EQ(life.stage(), Stage::kReady);
  life.PassTo(Day(3));
  ASSERT_TRUE(life.Guard().allowed());
  EXPECT_EQ(life.OutreachOpened(), 0);
  life.Happens(Kind::kContentVisit, Day(3, 1));
  EXPECT_EQ(life.OpenedOf(Kinds::kBecameReady).size(), 1u);
}

// --- waits for us

TEST(WaitsForUsTest, AQuestionOrFormWaitsAtOnceAMessageAfterADay) {
  for (const Kind kind : {Kind::kQuestion, Kind::kForm}) {
    Life life;
    life.Happens(kind, Day(0), 1);
    EXPECT_TRUE(life.IsOpen(Kinds::kWaitsForUs));
  }
  Life life;
  life.Happens(Kind::kMessage, Day(0), 1);
  life.PassTo(Day(1) - 1);
  EXPECT_FALSE(life.IsOpen(Kinds::kWaitsForUs));
  life.PassTo(Day(1));
  ASSERT_TRUE(life.IsOpen(Kinds::kWaitsForUs));
  EXPECT_EQ(life.relationship.open_moments()[0].owner, 1u);
}

TEST(WaitsForUsTest, ClosesWithOurAnswerAndOpensAgainInALife) {
  Life life;
  for (const double day : {0.0, 40.0}) {
    life.Happens(Kind::kQuestion, Day(day), 1);
    ASSERT_TRUE(life.IsOpen(Kinds::kWaitsForUs));
    life.Happens(Kind::kAnswer, Day(day, kHour), 1);
    EXPECT_EQ(life.LastClose(Kinds::kWaitsForUs), CloseCause::kOurTouch);
  }
  life.PassTo(Day(100));
  EXPECT_EQ(life.OpenedOf(Kinds::kWaitsForUs).size(), 2u);
}

TEST(WaitsForUsTest, AnAnswerWithinTheDayLetsNothingWait) {
  Life life;
  life.Happens(Kind::kMessage, Day(0), 1);
  life.Happens(Kind::kAnswer, Day(0, kHour), 1);
  life.PassTo(Day(30));
  EXPECT_TRUE(life.OpenedOf(Kinds::kWaitsForUs).empty());
}

TEST(WaitsForUsTest, AnAnswerThatCameInBeforeTheirMessageCounts) {
  Life life;
  life.Happens(Kind::kAnswer, Day(0, kHour), 1);
  life.Happens(Late(MakeAct(Kind::kMessage, Day(0), 1), Day(0, 2 * kHour)));
  life.PassTo(Day(30));
  EXPECT_EQ(life.OutreachOpened(), 0);
}

TEST(WaitsForUsTest, ClosesWithRestAndExpiresAfterFourteenDays) {
  Life rested, expired;
  rested.Happens(Kind::kForm, Day(0));
  rested.Happens(Kind::kRest, Day(1));
  EXPECT_EQ(rested.LastClose(Kinds::kWaitsForUs), CloseCause::kRest);
  expired.Happens(Kind::kForm, Day(0));
  expired.PassTo(Day(14));
  EXPECT_EQ(expired.LastClose(Kinds::kWaitsForUs), CloseCause::kExpired);
  expired.PassTo(Day(300));
  EXPECT_EQ(expired.OutreachOpened(), 1);
}

TEST(WaitsForUsTest, ARefusalIsNotFollowedByAnotherNudgeForTheSameAct) {
  Life life;
  life.Happens(Kind::kQuestion, Day(0), 1);
  life.Happens(Kind::kUnsubscribed, Day(0, kHour));
  EXPECT_EQ(life.LastClose(Kinds::kWaitsForUs), CloseCause::kRefused);
  life.PassTo(Day(300));
  EXPECT_EQ(life.OutreachOpened(), 1);
}

TEST(WaitsForUsTest, AnOldRefusalThatComesInLateClosesNothing) {
  Life life;
  life.Happens(Kind::kQuestion, Day(0), 1);
  life.Happens(Late(MakeAct(Kind::kDeclined, Day(-300)), Day(1)));
  EXPECT_TRUE(life.IsOpen(Kinds::kWaitsForUs));
}

TEST(WaitsForUsTest, AMeetingOrACallWeTookNeedsNoAnswer) {
  Life life;
  life.Happens(Kind::kMeeting, Day(0), 1);
  life.PassTo(Day(30));
  EXPECT_EQ(life.OutreachOpened(), 0);
}

TEST(WaitsForUsTest, WhatBecameReadyToldIsNotToldAgain) {
  ScoringModel model = ShippedModel();
  model.weight[Index(SignalClass::kQuestion)] = 6;
  Life life(model);
  life.Happens(Kind::kMessage, Day(0), 1);
  life.Happens(Kind::kQuestion, Day(0, kHour), 1);
  ASSERT_TRUE(life.IsOpen(Kinds::kBecameReady));
  life.PassTo(Day(25));
  EXPECT_EQ(life.OutreachOpened(), 1);
}

TEST(WaitsForUsTest, ReadyTakesItsPlace) {
  Life life;
  life.Happens(Kind::kForm, Day(0));
  life.Happens(Kind::kQuestion, Day(1));
  EXPECT_EQ(life.LastClose(Kinds::kWaitsForUs), CloseCause::kSuperseded);
  EXPECT_TRUE(life.IsOpen(Kinds::kBecameReady));
}

RC_GTEST_PROP(OutreachTest, AtMostOneIsOpenAndEachOpensOnce, ()) {
  Life life;
  for (const Act& act : Acts(*AnyStory())) life.Happens(act);
  life.PassTo(life.now + 100 * kDay);
  int open = 0;
  std::vector<std::string> ids;
  for (const Life::Opened& change : life.changes) {
    if (!IsOutreach(change.change.moment.kind)) continue;
    open += change.change.opened ? 1 : -1;
    RC_ASSERT(open == 0 || open == 1);
    const std::string& id = change.change.moment.id;
    if (!change.change.opened) continue;
    RC_ASSERT(std::find(ids.begin(), ids.end(), id) == ids.end());
    ids.push_back(id);
  }
  RC_ASSERT(open == 0);  // after a hundred days of silence nothing asks for anybody's time
}

// --- the freshness law

RC_GTEST_PROP(FreshnessTest, BacklogOpensNoOutreach, ()) {
  Life life;
  for (const Act& act : Acts(*AnyStory())) life.Happens(Late(act, act.at + 2 * kDay));
  life.PassTo(life.now + 100 * kDay);
  RC_ASSERT(life.OutreachOpened() == 0);
}

TEST(FreshnessTest, ADayOldIsFreshASecondMoreIsNot) {
  Life fresh, old;
  fresh.Happens(Late(MakeAct(Kind::kForm, Day(0)), Day(1)));
  old.Happens(Late(MakeAct(Kind::kForm, Day(0)), Day(1, 1)));
  EXPECT_EQ(fresh.OutreachOpened(), 1);
  EXPECT_EQ(old.OutreachOpened(), 0);
}

TEST(FreshnessTest, AListRowOpensNothingAtAll) {
  Life life;
  for (int i = 0; i < 5; ++i) life.Happens(Kind::kListRow, Day(i), 1);
  EXPECT_TRUE(life.changes.empty());
}

}  // namespace
}  // namespace tend::model
