#include "common/model/guards.h"

#include "common/model/parts.h"
#include "common/testing/model_testing.h"
#include "gtest/gtest.h"

namespace tend::model {
namespace {

constexpr int kMail = 1, kPhone = 3, kMarketing = 2, kSalesPurpose = 1;

Consent Revoked(int channel, int purpose, double day) {
  return {static_cast<uint8_t>(channel), static_cast<uint8_t>(purpose), false, Day(day), {}, "t"};
}
Consent Given(int channel, int purpose, double day) {
  Consent consent = Revoked(channel, purpose, day);
  consent.given = true;
  return consent;
}

Relationship With(std::initializer_list<Consent> consents) {
  Relationship r;
  for (const Consent& consent : consents) r.WishesAt(0).State(consent);
  return r;
}

// --- consent

TEST(ConsentTest, WithoutAStatementNothingIsRevokedOrGiven) {
  EXPECT_FALSE(IsRevoked(Relationship(), kMail, kMarketing, Day(0)));
  EXPECT_FALSE(IsGiven(Relationship(), kMail, kMarketing, Day(0)));
}

TEST(ConsentTest, TheLaterStatementWinsAndOnATieTheStricter) {
  EXPECT_FALSE(IsRevoked(With({Revoked(1, 2, 0), Given(1, 2, 1)}), 1, 2, Day(2)));
  EXPECT_TRUE(IsRevoked(With({Given(1, 2, 1), Revoked(1, 2, 1)}), 1, 2, Day(2)));
  EXPECT_TRUE(IsRevoked(With({Revoked(1, 2, 1), Given(1, 2, 1)}), 1, 2, Day(2)));
}

TEST(ConsentTest, ALaterStatementForTheChannelLiftsForItsPurposeAlone) {
  const Relationship r = With({Revoked(kMail, 0, 0), Given(kMail, kMarketing, 1)});
  EXPECT_FALSE(IsRevoked(r, kMail, kMarketing, Day(2)));
  EXPECT_TRUE(IsRevoked(r, kMail, kSalesPurpose, Day(2)));
}

TEST(ConsentTest, ABroadYesDoesNotLiftAPreciseNo) {
  EXPECT_TRUE(
      IsRevoked(With({Revoked(kMail, kMarketing, 0), Given(0, 0, 1)}), kMail, kMarketing, Day(2)));
}

TEST(ConsentTest, ANoForEveryChannelIsLiftedOnlyByAYesForEveryChannel) {
  EXPECT_TRUE(IsRevoked(With({Revoked(0, 0, 0), Given(kMail, 0, 1)}), kMail, 0, Day(2)));
  EXPECT_FALSE(IsRevoked(With({Revoked(0, 0, 0), Given(0, 0, 1)}), kMail, 0, Day(2)));
}

TEST(ConsentTest, AnExpiredYesLiftsNothing) {
  Consent given = Given(kMail, 0, 1);
  given.expires = Day(5);
  const Relationship r = With({Revoked(kMail, kMarketing, 0), given});
  EXPECT_FALSE(IsGiven(With({given}), kMail, 0, Day(5)));
  EXPECT_TRUE(IsGiven(With({given}), kMail, 0, Day(5, -1)));
  EXPECT_TRUE(IsRevoked(r, kMail, kMarketing, Day(6)));
}

TEST(ConsentTest, OfTwoThatMeetInAMergeTheStrictestWins) {
  Relationship survivor = With({Given(kMail, 0, 9)}), loser = With({Revoked(kMail, 0, 0)});
  survivor.person[0] = 1;
  Names names;
  for (MovedPart& moved : TakeParts(loser, names, kDay))
    PutPart(survivor, std::move(moved), names, kDay);
  EXPECT_TRUE(IsRevoked(survivor, kMail, kMarketing, Day(10)));
  EXPECT_FALSE(IsGiven(survivor, kMail, kMarketing, Day(10)));
}

// --- guard 1

TEST(MaySuggestTest, SuppressionStandsBeforeRest) {
  Life life;
  life.Happens(Kind::kRest, Day(0));
  EXPECT_EQ(life.Guard().reason, GuardReason::kRest);
  EXPECT_FALSE(life.Guard().not_before.is_set());
  life.Happens(Kind::kUnsubscribed, Day(1));
  EXPECT_EQ(life.Guard().reason, GuardReason::kSuppressed);
  EXPECT_EQ(life.Guard().decision, Decision::kNo);
}

TEST(MaySuggestTest, AnErasedPersonIsNeverSuggested) {
  Relationship r;
  r.erased = true;
  EXPECT_EQ(MaySuggest(r, Day(0), ShippedModel(), ShippedPolicy()).reason, GuardReason::kErased);
}

TEST(MaySuggestTest, EveryChannelRevokedOneByOneIsAConsentHeld) {
  Relationship r;
  for (int channel = 1; channel <= 5; ++channel) r.WishesAt(0).State(Revoked(channel, 0, 0));
  EXPECT_EQ(MaySuggest(r, Day(1), ShippedModel(), ShippedPolicy()).reason, GuardReason::kConsent);
}

TEST(MaySuggestTest, PatienceDoublesWithEachUnsolicitedTouch) {
  constexpr int kDays[] = {30, 60, 120, 240, 365, 365};
  Life life;
  for (int n = 0; n < 6; ++n) {
    life.Happens(Kind::kTouch, Day(n), 1);
    const Verdict verdict = life.Guard();
    EXPECT_EQ(verdict.reason, GuardReason::kPatience);
    EXPECT_EQ(verdict.unsolicited, n + 1);
    EXPECT_EQ(verdict.not_before, Day(n + kDays[n]));
  }
}

TEST(MaySuggestTest, PatienceEndsToTheSecondAndWithTheirReply) {
  Life life;
  life.Happens(Kind::kTouch, Day(0), 1);
  life.PassTo(Day(30) - 1);
  EXPECT_FALSE(life.Guard().allowed());
  life.PassTo(Day(30));
  EXPECT_TRUE(life.Guard().allowed());
  life.Happens(Kind::kTouch, Day(31), 1);
  EXPECT_FALSE(life.Guard().allowed());
  life.Happens(Kind::kMessage, Day(32), 1);
  EXPECT_TRUE(life.Guard().allowed());
}

TEST(MaySuggestTest, WhoAskedMoreThanTheyGaveIsAdvisedToGive) {
  Life life;
  life.Happens(Kind::kAsk, Day(0), 1);
  EXPECT_TRUE(life.Guard().give_first);
  life.Happens(Kind::kGive, Day(1), 1);
  EXPECT_FALSE(life.Guard().give_first);
}

// --- quiet hours

TEST(QuietHoursTest, AWindowOverMidnightHoldsOnBothSides) {
  const QuietHours quiet{21 * 60, 8 * 60, false};
  EXPECT_EQ(QuietMinutesLeft(quiet, 23 * 60, false), 9 * 60);
  EXPECT_EQ(QuietMinutesLeft(quiet, 1, false), 8 * 60 - 1);
  EXPECT_EQ(QuietMinutesLeft(quiet, 21 * 60, false), 11 * 60);
  EXPECT_EQ(QuietMinutesLeft(quiet, 21 * 60 - 1, false), 0);
  EXPECT_EQ(QuietMinutesLeft(quiet, 8 * 60 - 1, false), 1);
  EXPECT_EQ(QuietMinutesLeft(quiet, 8 * 60, false), 0);
}

TEST(QuietHoursTest, AWindowWithinADayAndNoneAtAll) {
  EXPECT_EQ(QuietMinutesLeft({60, 120, false}, 90, false), 30);
  EXPECT_EQ(QuietMinutesLeft({60, 120, false}, 120, false), 0);
  for (int minute : {0, 60, 1439}) EXPECT_EQ(QuietMinutesLeft({60, 60, false}, minute, true), 0);
}

TEST(QuietHoursTest, AWeekendIsQuietUntilTheMorningAfterIt) {
  const QuietHours quiet{21 * 60, 8 * 60, true};
  EXPECT_EQ(QuietMinutesLeft(quiet, 12 * 60, true), 20 * 60);
  EXPECT_EQ(QuietMinutesLeft({0, 0, true}, 12 * 60, true), 12 * 60);
}

// --- guard 3

TouchRequest Noon() {
  TouchRequest request;
  request.channel = kMail;
  request.consent_purpose = kSalesPurpose;
  request.now = Day(0);
  request.local_minute = 12 * 60;
  return request;
}

Verdict Ask(const TouchRequest& request, const Relationship& r = Relationship(),
            const Policy& policy = ShippedPolicy()) {
  return MayTouch(r, request, ShippedModel(), policy);
}

void ExpectNotYet(const Verdict& verdict, GuardReason reason, Instant until) {
  EXPECT_EQ(verdict.decision, Decision::kNotYet);
  EXPECT_EQ(verdict.reason, reason);
  EXPECT_EQ(verdict.not_before, until);
}

TEST(MayTouchTest, AFirstTouchAtNoonIsAllowed) { EXPECT_TRUE(Ask(Noon()).allowed()); }

TEST(MayTouchTest, ALedgerMoreThanFiveSecondsBehindFailsClosed) {
  TouchRequest request = Noon();
  request.ledger_lag = 5;
  EXPECT_TRUE(Ask(request).allowed());
  request.ledger_lag = 6;
  EXPECT_EQ(Ask(request).reason, GuardReason::kLedgerBehind);
  request.purpose = Purpose::kAnswer, request.unsolicited = false;
  EXPECT_FALSE(Ask(request).allowed());
}

TEST(MayTouchTest, ErasedAndSuppressedAreRefusedForGood) {
  Relationship erased;
  erased.erased = true;
  EXPECT_EQ(Ask(Noon(), erased).reason, GuardReason::kErased);
  const Verdict verdict = Ask(Noon(), With({Revoked(0, 0, -1)}));
  EXPECT_EQ(verdict.reason, GuardReason::kSuppressed);
  EXPECT_EQ(verdict.decision, Decision::kNo);
}

TEST(MayTouchTest, ConsentIsAskedForTheChannelAndThePurpose) {
  const Relationship r = With({Revoked(kMail, kMarketing, -1)});
  TouchRequest request = Noon();
  EXPECT_TRUE(Ask(request, r).allowed());
  request.consent_purpose = kMarketing;
  EXPECT_EQ(Ask(request, r).reason, GuardReason::kConsent);
  request.channel = kPhone;
  EXPECT_TRUE(Ask(request, r).allowed());
}

TEST(MayTouchTest, RestHoldsEverythingButAnAnswer) {
  Life life;
  Act rest = MakeAct(Kind::kRest, Day(-1));
  rest.rest.until = Day(9);
  life.Happens(rest);
  TouchRequest request = Noon();
  ExpectNotYet(Ask(request, life.relationship), GuardReason::kRest, Day(9));
  request.unsolicited = false, request.purpose = Purpose::kAnswer;
  EXPECT_TRUE(Ask(request, life.relationship).allowed());
}

TEST(MayTouchTest, QuietHoursHoldEvenAnAnswer) {
  TouchRequest request = Noon();
  request.unsolicited = false, request.purpose = Purpose::kAnswer;
  request.local_minute = 23 * 60;
  ExpectNotYet(Ask(request), GuardReason::kQuietHours, Day(0) + 9 * kHour);
  request.local_minute = 1;
  ExpectNotYet(Ask(request), GuardReason::kQuietHours, Day(0) + (8 * kHour - 60));
}

TEST(MayTouchTest, AnAskInDebtIsRefusedEvenIfTheyAskedForIt) {
  Life life;
  life.Happens(Kind::kAsk, Day(-9), 1);
  TouchRequest request = Noon();
  request.purpose = Purpose::kAsk, request.unsolicited = false;
  EXPECT_EQ(Ask(request, life.relationship).reason, GuardReason::kAskBalance);
}

TEST(MayTouchTest, TheBudgetIsFreeAgainWhenTheOldestLeavesTheWindow) {
  TouchRequest request = Noon();
  request.booked = 2;
  request.oldest_booked = Day(-20), request.last_booked = Day(-10);
  ExpectNotYet(Ask(request), GuardReason::kBudget, Day(10));
  request.booked = 1;
  EXPECT_TRUE(Ask(request).allowed());
}

TEST(MayTouchTest, TwoTouchesStandThreeDaysApart) {
  TouchRequest request = Noon();
  request.booked = 1;
  request.oldest_booked = request.last_booked = Day(-3, 1);
  ExpectNotYet(Ask(request), GuardReason::kTooClose, Day(0, 1));
  request.last_booked = Day(-3);
  EXPECT_TRUE(Ask(request).allowed());
}

TEST(MayTouchTest, TheAccountHasABudgetAndAPauseOfItsOwn) {
  TouchRequest request = Noon();
  request.account_booked = 4, request.account_oldest = Day(-29);
  ExpectNotYet(Ask(request), GuardReason::kAccountBudget, Day(1));
  request.account_booked = 3, request.account_last_reply = Day(-1);
  ExpectNotYet(Ask(request), GuardReason::kAccountPause, Day(2));
  request.unsolicited = false;
  EXPECT_TRUE(Ask(request).allowed());
}

TEST(MayTouchTest, ALedgerThatDoesNotSayWhenHoldsTheWholeWindow) {
  TouchRequest request = Noon();
  request.booked = 2;
  ExpectNotYet(Ask(request), GuardReason::kBudget, Day(30));
}

TEST(MayTouchTest, ABudgetOfZeroAllowsNothingUnsolicited) {
  Policy none = ShippedPolicy();
  none.budget = 0;
  TouchRequest request = Noon();
  EXPECT_EQ(Ask(request, {}, none).decision, Decision::kNo);
  request.unsolicited = false;
  EXPECT_TRUE(Ask(request, {}, none).allowed());
  none = ShippedPolicy(), none.account_budget = 0;
  EXPECT_EQ(Ask(Noon(), {}, none).reason, GuardReason::kAccountBudget);
}

}  // namespace
}  // namespace tend::model
