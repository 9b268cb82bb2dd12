// Care moments (docs/model.md): what opens them, what closes them; and who is told.

#include "common/model/moments.h"

#include <utility>
#include <vector>

#include "common/model/parts.h"
#include "common/testing/model_testing.h"
#include "gtest/gtest.h"

namespace tend::model {
namespace {

using Kinds = MomentKind;

// --- promises

Act Told(Statement statement, Instant at, Instant promised) {
  Act act = MakeAct(Kind::kPromise, promised, 1);
  act.at = act.received = at;
  act.statement = statement;
  return act;
}

TEST(PromiseTest, IsDueADayBeforeAndClosesAWeekAfter) {
  Life life;
  life.Happens(Kind::kPromise, Day(0), 1);  // due on day 3
  life.PassTo(Day(2) - 1);
  EXPECT_FALSE(life.IsOpen(Kinds::kPromiseDue));
  life.PassTo(Day(2));
  ASSERT_TRUE(life.IsOpen(Kinds::kPromiseDue));
  EXPECT_EQ(life.OpenedOf(Kinds::kPromiseDue)[0].change.subject_time, Day(3));
  life.PassTo(Day(10));
  EXPECT_EQ(life.LastClose(Kinds::kPromiseDue), CloseCause::kExpired);
  life.PassTo(Day(300));
  EXPECT_EQ(life.changes.size(), 2u);
}

TEST(PromiseTest, ClosesWhenKeptWithdrawnOrBroken) {
  const std::pair<Statement, CloseCause> outcomes[] = {
      {Statement::kPromiseKept, CloseCause::kPromiseKept},
      {Statement::kPromiseWithdrawn, CloseCause::kPromiseWithdrawn},
      {Statement::kPromiseBroken, CloseCause::kPromiseWithdrawn}};
  for (const auto& [statement, cause] : outcomes) {
    Life life;
    life.Happens(Kind::kPromise, Day(0), 1);
    life.PassTo(Day(2));
    life.Happens(Told(statement, Day(2, 5), Day(0)));
    EXPECT_EQ(life.LastClose(Kinds::kPromiseDue), cause);
  }
}

TEST(PromiseTest, KeptInTimeNothingComesDue) {
  Life life;
  life.Happens(Kind::kPromise, Day(0), 1);
  life.Happens(Told(Statement::kPromiseKept, Day(1), Day(0)));
  life.PassTo(Day(300));
  EXPECT_TRUE(life.changes.empty());
}

TEST(PromiseTest, AnOutcomeThatComesFirstIsWorthTheSame) {
  const Act made = MakeAct(Kind::kPromise, Day(0), 1);
  for (const double day : {1.0, 9.0}) {  // kept, and kept late
    const Act kept = Told(Statement::kPromiseKept, Day(day), Day(0));
    const Relationship one = FoldAll({made, kept}), other = FoldAll({kept, made});
    EXPECT_NEAR(Trust(one, Day(9), ShippedModel()), Trust(other, Day(9), ShippedModel()), 1e-9);
    EXPECT_TRUE(other.WishesAt(0).promises.empty());
  }
}

TEST(PromiseTest, OutcomesOfUnknownPromisesDoNotPileUp) {
  std::vector<Act> acts;
  acts.reserve(100);
  for (int i = 0; i < 100; ++i) acts.push_back(Told(Statement::kPromiseKept, Day(i), Day(i)));
  EXPECT_EQ(FoldAll(acts).WishesAt(0).promises.size(), 8u);
}

// --- cooling

void Talk(Life& life, double day) {
  for (int i = 0; i < 3; ++i) {
    life.Happens(Kind::kMessage, Day(day, 2 * i), 1);
    life.Happens(Kind::kAnswer, Day(day, 2 * i + 1), 1);
  }
}

TEST(CoolingTest, OpensWhenStrengthHalvedAndAgainAfterTheyCameBack) {
  Life life;
  Talk(life, 0);
  life.PassTo(Day(60));
  ASSERT_EQ(life.OpenedOf(Kinds::kCooling).size(), 1u);
  Talk(life, 61);
  life.PassTo(Day(150));
  EXPECT_EQ(life.OpenedOf(Kinds::kCooling).size(), 2u);
}

TEST(CoolingTest, ClosesWithTheirActOrAfterThirtyDays) {
  Life acted, expired;
  Talk(acted, 0), Talk(expired, 0);
  acted.PassTo(Day(60)), expired.PassTo(Day(120));
  const Instant opened = expired.OpenedOf(Kinds::kCooling).at(0).at;
  EXPECT_LE(opened, Day(60));
  EXPECT_EQ(expired.LastClose(Kinds::kCooling), CloseCause::kExpired);
  EXPECT_EQ(expired.changes.back().at, opened + 30 * kDay);
  acted.Happens(Kind::kTheirCall, acted.OpenedOf(Kinds::kCooling).at(0).at + 20 * kDay, 1);
  EXPECT_EQ(acted.LastClose(Kinds::kCooling), CloseCause::kTheirAct);
}

TEST(CoolingTest, NeedsThreeActsEachWay) {
  Life life;
  for (int i = 0; i < 9; ++i) life.Happens(Kind::kMessage, Day(0, i), 1);
  life.Happens(Kind::kAnswer, Day(0, 10), 1);
  life.Happens(Kind::kAnswer, Day(0, 11), 1);
  life.PassTo(Day(200));
  EXPECT_TRUE(life.OpenedOf(Kinds::kCooling).empty());
}

// --- over-contacted

TEST(OverContactedTest, TellsTheOwnerAndTheTeamOnceMoreThanTheBudgetIsBooked) {
  Life life;
  for (int i = 0; i < 2; ++i) life.Happens(Kind::kTouch, Day(i), 1);
  EXPECT_TRUE(life.changes.empty());
  life.Happens(Kind::kTouch, Day(2), 2);
  const auto opened = life.OpenedOf(Kinds::kOverContacted);
  ASSERT_EQ(opened.size(), 2u);
  EXPECT_EQ(opened[0].change.moment.owner, 2u);
  EXPECT_EQ(opened[1].change.moment.owner, life.pool);
  life.PassTo(Day(16));
  EXPECT_EQ(life.LastClose(Kinds::kOverContacted), CloseCause::kExpired);
}

TEST(OverContactedTest, TouchesThatCameInLateAreBookedToo) {
  Life life;
  for (int i = 0; i < 2; ++i) life.Happens(Late(MakeAct(Kind::kTouch, Day(i), 1), Day(5)));
  life.Happens(Kind::kTouch, Day(6), 1);
  EXPECT_EQ(life.OpenedOf(Kinds::kOverContacted).size(), 2u);
}

TEST(OverContactedTest, AnswersAndTouchesOutOfTheWindowAreNotBooked) {
  Life life;
  for (int i = 0; i < 6; ++i) life.Happens(Kind::kTouch, Day(16 * i), 1);
  life.Happens(Kind::kMessage, Day(96), 1);
  for (int i = 0; i < 5; ++i) life.Happens(Kind::kAnswer, Day(97, i), 1);
  EXPECT_TRUE(life.OpenedOf(Kinds::kOverContacted).empty());
}

TEST(OverContactedTest, WithABudgetOfZeroTheFirstIsTooMany) {
  Policy policy = ShippedPolicy();
  policy.budget = 0;
  Life life(ShippedModel(), policy);
  life.Happens(Kind::kTouch, Day(0), 1);
  EXPECT_EQ(life.OpenedOf(Kinds::kOverContacted).size(), 2u);
}

// --- rest over, life event, feedback

Act RestUntil(Instant at, Instant until) {
  Act act = MakeAct(Kind::kRest, at);
  act.rest.until = until;
  return act;
}

TEST(RestOverTest, IsToldOnceWhenTheDateIsReached) {
  Life life;
  life.Happens(RestUntil(Day(0), Day(9)));
  life.PassTo(Day(9) - 1);
  EXPECT_TRUE(life.changes.empty());
  life.PassTo(Day(9));
  EXPECT_TRUE(life.IsOpen(Kinds::kRestOver));
  life.PassTo(Day(300));
  EXPECT_EQ(life.OpenedOf(Kinds::kRestOver).size(), 1u);
  EXPECT_EQ(life.LastClose(Kinds::kRestOver), CloseCause::kExpired);
}

TEST(RestOverTest, IsNotToldWhenTheyEndedItThemselvesOrItIsNoNews) {
  Life wrote, said, imported;
  for (Life* life : {&wrote, &said}) life->Happens(RestUntil(Day(0), Day(9)));
  wrote.Happens(Kind::kMessage, Day(5), 1);
  said.Happens(Kind::kRestEnded, Day(5));
  imported.Happens(Late(RestUntil(Day(0), Day(9)), Day(40)));
  for (Life* life : {&wrote, &said, &imported}) {
    life->PassTo(Day(50));
    EXPECT_TRUE(life->OpenedOf(Kinds::kRestOver).empty());
  }
}

Act Stated(Statement statement, Instant at) {
  Act act = MakeAct(Kind::kListRow, at);
  act.statement = statement;
  act.subject = "x";
  return act;
}

TEST(LifeEventTest, IsToldToTheCrmOwnerForThirtyDays) {
  Life life;
  life.crm_owner = 5;
  life.Happens(Stated(Statement::kJobChanged, Day(0)));
  ASSERT_EQ(life.OpenedOf(Kinds::kLifeEvent).size(), 1u);
  EXPECT_EQ(life.changes[0].change.moment.owner, 5u);
  EXPECT_EQ(life.changes[0].change.subject, "x");
  life.PassTo(Day(30));
  EXPECT_EQ(life.LastClose(Kinds::kLifeEvent), CloseCause::kExpired);
}

TEST(ProductFeedbackTest, GoesToTheProductsTeamForFourteenDays) {
  Life life;
  life.Happens(Stated(Statement::kFeedback, Day(0)));
  ASSERT_EQ(life.OpenedOf(Kinds::kProductFeedback).size(), 1u);
  EXPECT_EQ(life.changes[0].change.moment.owner, life.product);
  life.PassTo(Day(14));
  EXPECT_FALSE(life.IsOpen(Kinds::kProductFeedback));
}

TEST(ErasureTest, ClosesEverythingAsErased) {
  Life life;
  life.Happens(Kind::kForm, Day(0));
  life.Happens(Stated(Statement::kJobChanged, Day(0, 1)));
  life.Happens(Stated(Statement::kErasure, Day(1)));
  EXPECT_TRUE(life.relationship.open_moments().empty());
  EXPECT_EQ(life.LastClose(Kinds::kWaitsForUs), CloseCause::kErased);
  EXPECT_EQ(life.LastClose(Kinds::kLifeEvent), CloseCause::kErased);
}

// --- who is told

TEST(OwnerTest, IsTheCrmOwnerElseTheStrongestTieElseTheAccountsElseThePool) {
  Life life;
  const auto chosen = [&] {
    const Owners owners{life.crm_owner, life.account_owner, life.pool, life.product,
                        [](OwnerIndex owner) { return absl::string_view(owner == 1 ? "b" : "a"); }};
    return ChooseOwner(life.relationship, Day(1), ShippedModel(), owners);
  };
  EXPECT_EQ(chosen(), life.pool);
  life.account_owner = 7;
  EXPECT_EQ(chosen(), 7u);
  Talk(life, 0);
  life.Happens(Kind::kTouch, Day(1), 2);
  EXPECT_EQ(chosen(), 1u);
  life.crm_owner = 5;
  EXPECT_EQ(chosen(), 5u);
}

// An act changes whether a tie has cooled on every part: a journal must hear of each.
TEST(CoolingTest, ATieOfAnotherPartIsKeptBeforeItIsCalledCool) {
  std::vector<Act> acts;
  for (const double day : {0, 10, 20}) {
    acts.push_back(MakeAct(Kind::kMessage, Day(day), 1));
    acts.push_back(MakeAct(Kind::kAnswer, Day(day + 1), 1));
  }
  Relationship r, loser = FoldAll(acts);
  loser.person[0] = 2;
  Names names;
  for (MovedPart& moved : TakeParts(loser, names, kDay)) PutPart(r, std::move(moved), names, kDay);
  ASSERT_NE(r.ties.Find(1, 1), nullptr);
  r.ties.Find(1, 1)->peak_strength = 1;
  const Act act = MakeAct(Kind::kMessage, Day(22), 1);
  const Folded folded = Fold(r, act, 0, Day(22), ShippedModel(), ShippedPolicy());
  std::vector<int> kept;
  const auto sink = [](const MomentChange&) {};
  const auto keep = [&](const Tie& tie) { kept.push_back(tie.cooled ? -1 : tie.origin); };
  const Owners owners{0, 0, 0, 0, [](OwnerIndex) { return absl::string_view("a"); }};
  AfterAct(r, act, folded, true, r.stage,
           MomentContext{Day(22), ShippedModel(), ShippedPolicy(), owners, sink, keep});
  EXPECT_EQ(kept, std::vector<int>{1});
  EXPECT_TRUE(r.ties.Find(1, 1)->cooled);
}

// Owners are numbered as they come in: another process may number them another way.
TEST(OwnerTest, OfEqualTiesTheFirstByNameIsChosen) {
  Act act = MakeAct(Kind::kMessage, Day(0), 1);
  act.owners.push_back(2);
  const Relationship r = FoldAll({act});
  for (const char* first : {"a", "c"}) {
    const Owners owners{
        0, 0, 0, 0, [&](OwnerIndex owner) { return absl::string_view(owner == 1 ? first : "b"); }};
    EXPECT_EQ(ChooseOwner(r, Day(0), ShippedModel(), owners), *first == 'a' ? 1u : 2u);
  }
}

}  // namespace
}  // namespace tend::model
