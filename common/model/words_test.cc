#include "common/model/words.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/model/act_words.h"
#include "common/model/proto_time.h"

namespace tend::model {
namespace {

absl::Time At(int month, int day, int hour = 10, int year = 2026) {
  return absl::FromCivil(absl::CivilHour(year, month, day, hour), absl::UTCTimeZone());
}

// Thursday, 12 March 2026.
const Reader kReader{"Ann", At(3, 12)};

void Act(v1::MomentOpened& moment, v1::SignalClass signal_class, absl::Time time) {
  v1::Evidence& row = *moment.add_evidence();
  row.set_term(v1::EVIDENCE_TERM_INTERACTION);
  row.set_signal_class(signal_class);
  *row.mutable_occur_time() = ToStamp(time);
}

void Earlier(v1::MomentOpened& moment, v1::SignalClass signal_class, int count) {
  v1::Evidence& row = *moment.add_evidence();
  row.set_term(v1::EVIDENCE_TERM_EARLIER);
  row.set_signal_class(signal_class);
  row.set_count(count);
}

v1::MomentOpened Moment(v1::MomentKind kind) {
  v1::MomentOpened moment;
  moment.set_kind(kind);
  *moment.mutable_open_time() = ToStamp(At(3, 12));
  *moment.mutable_subject_time() = ToStamp(At(3, 10));
  return moment;
}

std::string Text(const v1::MomentOpened& moment) { return TextOfMoment(moment, kReader); }

TEST(WordsTest, AnnsNudgeTellsHerFourActs) {
  v1::MomentOpened moment = Moment(v1::MOMENT_KIND_BECAME_READY);
  Act(moment, v1::SIGNAL_CLASS_QUESTION, At(3, 12, 9));
  Act(moment, v1::SIGNAL_CLASS_FORM, At(3, 2));
  Act(moment, v1::SIGNAL_CLASS_CONTENT_VISIT, At(3, 9));
  Act(moment, v1::SIGNAL_CLASS_CONTENT_VISIT, At(3, 5));
  EXPECT_EQ(Text(moment),
            "Ann asked a question today, sent a form on 2 March and looked at content twice since "
            "5 March. Ann is open for a conversation now. Begin with an answer to the question.");
}

TEST(WordsTest, TermsThatAreNotActsAreNoReasons) {
  v1::MomentOpened moment = Moment(v1::MOMENT_KIND_BECAME_READY);
  moment.add_evidence()->set_term(v1::EVIDENCE_TERM_INTERCEPT);
  moment.add_evidence()->set_term(v1::EVIDENCE_TERM_UNANSWERED);
  EXPECT_EQ(WordsOfMoment(moment, kReader).reasons, "");
  Act(moment, v1::SIGNAL_CLASS_PRICING_VISIT, At(3, 11));
  EXPECT_EQ(WordsOfMoment(moment, kReader).reasons, "Ann looked at prices yesterday.");
}

TEST(WordsTest, SeveralActsOfADayAndEarlierOnesAreCounted) {
  v1::MomentOpened moment = Moment(v1::MOMENT_KIND_BECAME_READY);
  Act(moment, v1::SIGNAL_CLASS_PRICING_VISIT, At(3, 9, 10));
  Act(moment, v1::SIGNAL_CLASS_PRICING_VISIT, At(3, 9, 12));
  Earlier(moment, v1::SIGNAL_CLASS_PRICING_VISIT, 3);
  Earlier(moment, v1::SIGNAL_CLASS_EVENT, 1);
  EXPECT_EQ(WordsOfMoment(moment, kReader).reasons,
            "Ann looked at prices twice on Monday (3 times before) and took part in an event once "
            "some time ago.");
}

TEST(WordsTest, EarlierActsThatNobodyCountedAreNotCounted) {
  v1::MomentOpened moment = Moment(v1::MOMENT_KIND_BECAME_READY);
  Act(moment, v1::SIGNAL_CLASS_PRICING_VISIT, At(3, 11));
  Earlier(moment, v1::SIGNAL_CLASS_PRICING_VISIT, 0);
  Earlier(moment, v1::SIGNAL_CLASS_EVENT, 0);
  EXPECT_EQ(WordsOfMoment(moment, kReader).reasons,
            "Ann looked at prices yesterday (and before) and took part in an event some time ago.");
}

TEST(WordsTest, AMessageToThisOwnerIsToldOnce) {
  v1::MomentOpened moment = Moment(v1::MOMENT_KIND_WAITS_FOR_US);
  Act(moment, v1::SIGNAL_CLASS_MESSAGE, At(3, 10));
  moment.mutable_evidence(0)->set_on_tie(true);
  Act(moment, v1::SIGNAL_CLASS_MESSAGE, At(3, 10));
  EXPECT_EQ(Text(moment),
            "Ann wrote to you on Tuesday. An answer of ours to Ann has been open since Tuesday. "
            "An answer would be kind, even a short one.");
}

TEST(WordsTest, OnlyTheFourGreatestClassesAreTold) {
  v1::MomentOpened moment = Moment(v1::MOMENT_KIND_BECAME_READY);
  for (int k = v1::SIGNAL_CLASS_QUESTION; k <= v1::SIGNAL_CLASS_CALL; ++k) {
    Act(moment, static_cast<v1::SignalClass>(k), At(3, 12));
  }
  EXPECT_TRUE(absl::StrContains(Text(moment), "looked at prices today."));
  EXPECT_FALSE(absl::StrContains(Text(moment), "event"));
}

TEST(WordsTest, GiveFirstIsTheAdviceWhenWeAskedMore) {
  v1::MomentOpened moment = Moment(v1::MOMENT_KIND_BECAME_READY);
  moment.mutable_guard()->set_give_first(true);
  EXPECT_TRUE(absl::StrContains(Text(moment), "giving"));
}

TEST(WordsTest, DaysAreToldAsThePersonWouldSayThem) {
  EXPECT_EQ(WordsOfDay(At(3, 12, 0), kReader), "today");
  EXPECT_EQ(WordsOfDay(At(3, 11, 23), kReader), "yesterday");
  EXPECT_EQ(WordsOfDay(At(3, 13), kReader), "tomorrow");
  EXPECT_EQ(WordsOfDay(At(3, 6), kReader), "on Friday");
  EXPECT_EQ(WordsOfDay(At(3, 5), kReader), "on 5 March");
  EXPECT_EQ(WordsOfDay(At(12, 24, 10, 2025), kReader), "on 24 December 2025");
}

TEST(WordsTest, DaysGoByTheReadersZone) {
  Reader reader{"Ann", At(3, 12, 3)};
  EXPECT_EQ(WordsOfDay(At(3, 11, 23), reader), "yesterday");
  ASSERT_TRUE(absl::LoadTimeZone("America/New_York", &reader.zone));
  EXPECT_EQ(WordsOfDay(At(3, 11, 23), reader), "today");
}

TEST(WordsTest, PromiseIsOrWasDue) {
  v1::MomentOpened moment = Moment(v1::MOMENT_KIND_PROMISE_DUE);
  EXPECT_EQ(WordsOfMoment(moment, kReader).headline, "What you promised Ann was due on Tuesday.");
  *moment.mutable_subject_time() = ToStamp(At(3, 13));
  EXPECT_EQ(WordsOfMoment(moment, kReader).headline, "What you promised Ann is due tomorrow.");
}

TEST(WordsTest, LifeEventNamesTheCompanyAndAsksForNothing) {
  v1::MomentOpened moment = Moment(v1::MOMENT_KIND_LIFE_EVENT);
  moment.set_subject("Acme");
  EXPECT_EQ(Text(moment), "Ann has a new position at Acme. If you congratulate, do only that.");
}

TEST(WordsTest, AHoldSaysUntilWhenAndWhy) {
  v1::Nudge nudge;
  *nudge.mutable_deliver_not_before_time() = ToStamp(At(3, 12, 18));
  nudge.set_held_by(v1::GUARD_REASON_DIGEST);
  EXPECT_EQ(WordsOfHold(nudge, kReader), "Held until 18:00 UTC: the next digest.");
  *nudge.mutable_deliver_not_before_time() = ToStamp(At(3, 16, 8));
  nudge.set_held_by(v1::GUARD_REASON_QUIET_HOURS);
  EXPECT_EQ(WordsOfHold(nudge, kReader), "Held until 08:00 UTC on Monday: quiet hours.");
  Reader in_chile = kReader;
  in_chile.zone = absl::FixedTimeZone(-4 * 3600);
  EXPECT_EQ(WordsOfHold(nudge, in_chile), "Held until 04:00 -04 on Monday: quiet hours.");
  *nudge.mutable_moment()->mutable_expire_time() = nudge.deliver_not_before_time();
  nudge.set_held_by(v1::GUARD_REASON_ATTENTION);
  EXPECT_EQ(WordsOfHold(nudge, kReader),
            "Held for as long as it lasts: no day before has room for it.");
  *nudge.mutable_deliver_not_before_time() = ToStamp(kReader.now);
  EXPECT_EQ(WordsOfHold(nudge, kReader), "");
}

TEST(WordsTest, GuardsSayUntilWhen) {
  v1::GuardVerdict verdict;
  EXPECT_EQ(WordsOfGuard(verdict, kReader), "");
  verdict.set_reason(v1::GUARD_REASON_REST);
  EXPECT_EQ(WordsOfGuard(verdict, kReader), "Ann wishes to rest until they write.");
  *verdict.mutable_not_before_time() = ToStamp(At(7, 1));
  EXPECT_EQ(WordsOfGuard(verdict, kReader), "Ann wishes to rest until 1 July.");
  verdict.set_reason(v1::GUARD_REASON_PATIENCE);
  verdict.set_unsolicited_touches(3);
  EXPECT_EQ(WordsOfGuard(verdict, kReader),
            "We wrote 3 times without being asked and without a reply: patience until 1 July.");
}

// Everything that can be said, in one text.
std::string Everything() {
  std::string text;
  for (int kind = v1::MomentKind_MIN; kind <= v1::MomentKind_MAX; ++kind) {
    for (int k = v1::SignalClass_MIN; k <= v1::SignalClass_MAX; ++k) {
      for (const bool give_first : {false, true}) {
        v1::MomentOpened moment = Moment(static_cast<v1::MomentKind>(kind));
        Act(moment, static_cast<v1::SignalClass>(k), At(3, 12));
        moment.mutable_guard()->set_give_first(give_first);
        absl::StrAppend(&text, Text(moment), "\n");
      }
    }
  }
  for (int cause = v1::CloseCause_MIN; cause <= v1::CloseCause_MAX; ++cause) {
    absl::StrAppend(&text, WordsOfClose(static_cast<v1::CloseCause>(cause)), "\n");
  }
  for (int reason = v1::GuardReason_MIN; reason <= v1::GuardReason_MAX; ++reason) {
    v1::GuardVerdict verdict;
    verdict.set_reason(static_cast<v1::GuardReason>(reason));
    absl::StrAppend(&text, WordsOfGuard(verdict, kReader), "\n");
    v1::Nudge nudge;
    nudge.set_held_by(static_cast<v1::GuardReason>(reason));
    *nudge.mutable_deliver_not_before_time() = ToStamp(At(3, 16));
    absl::StrAppend(&text, WordsOfHold(nudge, kReader), "\n");
  }
  return text;
}

TEST(WordsTest, NothingWeSayPushesAnybody) {
  const std::string text = absl::AsciiStrToLower(Everything());
  ASSERT_GT(text.size(), 5000u);
  for (const char* word :
       {"close",      "closing",     "target",      "urgent",      "hurry",      "quick",
        "asap",       "last chance", "now or",      "opportunity", "deal",       "lead",
        "prospect",   "pipeline",    "hot",         "hunt",        "kill",       "win",
        "don't miss", "must",        "should have", "sorry",       "great",      "amazing",
        "excellent",  "!",           "follow up",   "follow-up",   "touch base", "reach out",
        "call them"}) {
    EXPECT_FALSE(absl::StrContains(text, word)) << word;
  }
}

TEST(WordsTest, CareSuggestsNoTouchThatNobodyAskedFor) {
  for (const v1::MomentKind kind :
       {v1::MOMENT_KIND_COOLING, v1::MOMENT_KIND_OVER_CONTACTED, v1::MOMENT_KIND_REST_OVER,
        v1::MOMENT_KIND_LIFE_EVENT, v1::MOMENT_KIND_PRODUCT_FEEDBACK}) {
    const std::string advice = WordsOfMoment(Moment(kind), kReader).advice;
    ASSERT_FALSE(advice.empty());
    for (const char* touch : {"Write ", "Call ", "Ask ", "Send ", "Offer ", "Invite "}) {
      EXPECT_FALSE(absl::StrContains(advice, touch)) << advice;
    }
  }
}

}  // namespace
}  // namespace tend::model
