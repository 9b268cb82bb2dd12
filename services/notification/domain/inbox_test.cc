#include "services/notification/domain/inbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/model/proto_time.h"

namespace tend::notification {
namespace {

// A story of one inbox, one line an event: "Mon 09:00 ready m1 -> m1 open now". Left of the arrow
// what happens, right of it what becomes of the nudges. Days are those of the week of 2026-03-02
// (Mon) and of the week after it (Mon+), by the owner's clock.
//
//   ready ID | care ID          an outreach or a care moment opens, and expires after 14 days
//   close ID CAUSE              it closes
//   answer ID | snooze ID until Tue 10:00
//   cap N | digest 09:00 | zone NAME | leave Tue 08:00 to Thu 08:00 | back
//   wait                        nothing but time
//   again ...                   the owner's last event comes once more
//
//   ID open|moved|back|snoozed WHEN [HELD_BY];  ID withdrawn CAUSE;  ID answered;  ID expired
//   no nudge | repeat | past    the event has no effect
class Story {
 public:
  explicit Story(int cap = 2) {
    policy_.set_outreach_per_day(cap);
    policy_.mutable_quiet_hours()->set_start_minute(18 * 60);
    policy_.mutable_quiet_hours()->set_end_minute(8 * 60);
    policy_.mutable_quiet_hours()->set_weekends(true);
  }

  // The story again, with what really became of the nudges.
  std::string Play(absl::string_view text) {
    std::vector<std::string> lines;
    for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipWhitespace())) {
      const std::pair<absl::string_view, absl::string_view> sides = absl::StrSplit(line, " ->");
      const std::string left = Tidy(sides.first);
      lines.push_back(absl::StrCat(left, " -> ", Step(absl::StrSplit(left, ' '))));
    }
    return absl::StrJoin(lines, "\n");
  }

  static std::string Tidy(absl::string_view line) {
    return absl::StrJoin(absl::StrSplit(line, ' ', absl::SkipEmpty()), " ");
  }

  OwnerInbox& inbox() { return inbox_; }

 private:
  using Words = std::vector<std::string>;

  absl::Time At(absl::string_view day, absl::string_view clock) {
    static constexpr absl::string_view kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    const bool next_week = absl::ConsumeSuffix(&day, "+");
    const auto* found = std::find(std::begin(kDays), std::end(kDays), day);
    EXPECT_NE(found, std::end(kDays)) << day;
    const absl::CivilDay date = absl::CivilDay(2026, 3, 2) + (found - kDays) + (next_week ? 7 : 0);
    return absl::FromCivil(absl::CivilMinute(date) + Minutes(clock), inbox_.zone);
  }

  static int Minutes(absl::string_view clock) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(clock, ':');
    int hour = 0, minute = 0;
    EXPECT_TRUE(absl::SimpleAtoi(parts.first, &hour) && absl::SimpleAtoi(parts.second, &minute));
    return hour * 60 + minute;
  }

  std::string When(absl::Time time) const {
    if (time == now_) return "now";
    const absl::CivilDay day = absl::ToCivilDay(time, inbox_.zone);
    const auto week = (day - absl::CivilDay(2026, 3, 2)) / 7;
    return absl::StrCat(absl::FormatTime("%a", time, inbox_.zone), std::string(week, '+'),
                        absl::FormatTime(" %H:%M", time, inbox_.zone));
  }

  std::string Print(const NudgeChange& change) const {
    const Nudge& nudge = change.nudge;
    if (nudge.state == v1::NUDGE_STATE_EXPIRED) return nudge.id() + " expired";
    if (nudge.state == v1::NUDGE_STATE_ANSWERED) return nudge.id() + " answered";
    if (nudge.state == v1::NUDGE_STATE_WITHDRAWN) {
      return absl::StrCat(nudge.id(), " withdrawn ",
                          v1::CloseCause_Name(change.withdrawn).substr(12));
    }
    const char* what = change.reason == v1::NudgeChanged::kOpenedByMomentId ? " open "
                       : change.reason == v1::NudgeChanged::kReplanned      ? " moved "
                       : change.reason == v1::NudgeChanged::kSnoozeEnded    ? " back "
                                                                            : " snoozed ";
    std::string text = absl::StrCat(nudge.id(), what, When(nudge.deliver_not_before));
    if (nudge.held_by != v1::GUARD_REASON_UNSPECIFIED) {
      absl::StrAppend(&text, " ", v1::GuardReason_Name(nudge.held_by).substr(13));
    }
    return text;
  }

  std::string Step(const Words& words) {
    now_ = At(words[0], words[1]);
    NudgeChanges changes;
    if (DueOf(inbox_) <= now_) InboxEditor(policy_, now_, inbox_, changes).Wake();
    const Effect effect = Do(words, changes);
    if (effect == Effect::kNoNudge) return "no nudge";
    if (effect == Effect::kRepeat) return "repeat";
    if (effect == Effect::kPast) return "past";
    return absl::StrJoin(changes, ", ", [&](std::string* out, const NudgeChange& change) {
      absl::StrAppend(out, Print(change));
    });
  }

  Effect Do(const Words& words, NudgeChanges& changes) {
    const std::string& what = words[2];
    if (what == "wait") return Effect::kChange;
    if (what != "ready" && what != "care" && what != "close") {
      return DoAsOwner(words, changes);
    }
    const v1::MomentEvent event = Moment(words);
    const Effect effect = EffectOf(event, &inbox_, now_);
    if (effect != Effect::kChange) return effect;
    InboxEditor editor(policy_, now_, inbox_, changes);
    if (event.has_closed()) {
      editor.Close(event.closed());
    } else {
      editor.Open(std::make_shared<v1::MomentOpened>(event.opened()));
    }
    return effect;
  }

  v1::MomentEvent Moment(const Words& words) const {
    v1::MomentEvent event;
    if (words[2] == "close") {
      event.mutable_closed()->set_moment_id(words[3]);
      v1::CloseCause cause = v1::CLOSE_CAUSE_UNSPECIFIED;
      EXPECT_TRUE(v1::CloseCause_Parse("CLOSE_CAUSE_" + words[4], &cause)) << words[4];
      event.mutable_closed()->set_cause(cause);
      return event;
    }
    v1::MomentOpened& opened = *event.mutable_opened();
    opened.set_moment_id(words[3]);
    opened.set_owner_id("eve");
    opened.set_family(words[2] == "ready" ? v1::MOMENT_FAMILY_OUTREACH : v1::MOMENT_FAMILY_CARE);
    *opened.mutable_open_time() = model::ToStamp(now_);
    *opened.mutable_expire_time() = model::ToStamp(now_ + absl::Hours(14 * 24));
    return event;
  }

  Effect DoAsOwner(const Words& words, NudgeChanges& changes) {
    if (words[2] != "again") {
      last_.Clear();
      last_.set_event_id(absl::StrCat("event-", ++events_));
      last_.set_owner_id("eve");
      FillOwnerEvent(words);
    }
    const Effect effect = EffectOf(last_, &inbox_, now_);
    if (effect == Effect::kChange) {
      InboxEditor(policy_, now_, inbox_, changes)
          .Apply(last_, [](absl::string_view name) -> std::optional<absl::TimeZone> {
            absl::TimeZone zone = absl::UTCTimeZone();
            EXPECT_TRUE(name.empty() || absl::LoadTimeZone(name, &zone));
            return zone;
          });
    }
    return effect;
  }

  void FillOwnerEvent(const Words& words) {
    const std::string& what = words[2];
    if (what == "answer") {
      last_.mutable_nudge_answered()->set_nudge_id(words[3]);
      last_.mutable_nudge_answered()->set_feedback(v1::FEEDBACK_RIGHT_TIME);
    } else if (what == "snooze") {
      last_.mutable_nudge_snoozed()->set_nudge_id(words[3]);
      *last_.mutable_nudge_snoozed()->mutable_until_time() = model::ToStamp(At(words[5], words[6]));
    } else if (what == "cap") {
      last_.mutable_preferences_set()->mutable_preferences()->set_outreach_per_day(
          std::stoi(words[3]));
    } else if (what == "digest") {
      last_.mutable_preferences_set()->mutable_preferences()->add_digest_minutes(Minutes(words[3]));
    } else if (what == "zone") {
      last_.mutable_roster_entry_set()->set_time_zone(words[3]);
    } else if (what == "leave") {
      *last_.mutable_leave_set()->mutable_start_time() = model::ToStamp(At(words[3], words[4]));
      *last_.mutable_leave_set()->mutable_end_time() = model::ToStamp(At(words[6], words[7]));
    } else {
      EXPECT_EQ(what, "back");
      last_.mutable_leave_set();
    }
  }

  v1::AttentionPolicy policy_;
  OwnerInbox inbox_;
  absl::Time now_;
  v1::OwnerEvent last_;
  int events_ = 0;
};

void Expect(Story story, absl::string_view text) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipWhitespace())) {
    lines.push_back(Story::Tidy(line));
    if (absl::EndsWith(lines.back(), "->")) lines.back() += ' ';
  }
  EXPECT_EQ(story.Play(text), absl::StrJoin(lines, "\n"));
}

TEST(InboxTest, ANudgeExistsAtOnceAndWaitsForTheMorning) {
  Expect(Story(), R"(
    Mon 09:00 ready m1 -> m1 open now
    Mon 20:00 ready m2 -> m2 open Tue 08:00 QUIET_HOURS
    Sat 12:00 care m3  -> m3 open Mon+ 08:00 QUIET_HOURS)");
}

TEST(InboxTest, TheSurplusOfADayIsPlannedForTheNextOnes) {
  Expect(Story(), R"(
    Thu 09:00 ready m1 -> m1 open now
    Thu 09:01 ready m2 -> m2 open now
    Thu 09:02 ready m3 -> m3 open Fri 08:00 ATTENTION
    Thu 09:03 ready m4 -> m4 open Fri 08:00 ATTENTION
    Thu 09:04 ready m5 -> m5 open Mon+ 08:00 ATTENTION
    Fri 07:00 ready m6 -> m6 open Mon+ 08:00 ATTENTION)");
}

TEST(InboxTest, CareTakesNoneOfTheDaysPlaces) {
  Expect(Story(1), R"(
    Mon 09:00 care c1  -> c1 open now
    Mon 09:01 care c2  -> c2 open now
    Mon 09:02 ready m1 -> m1 open now
    Mon 09:03 ready m2 -> m2 open Tue 08:00 ATTENTION
    Mon 09:04 care c3  -> c3 open now)");
}

TEST(InboxTest, WithNoPlacesAtAllItIsHeldUntilItExpiresAndMovesUpWhenThereAreSome) {
  Expect(Story(), R"(
    Mon 09:00 cap 0    ->
    Mon 09:01 ready m1 -> m1 open Mon++ 09:01 ATTENTION
    Mon 09:02 care c1  -> c1 open now
    Tue 10:00 cap 1    -> m1 moved now
    Tue 10:01 ready m2 -> m2 open Wed 08:00 ATTENTION)");
}

TEST(InboxTest, WishesNeverRaiseTheBudget) {
  Expect(Story(1), R"(
    Mon 09:00 cap 5    ->
    Mon 09:01 ready m1 -> m1 open now
    Mon 09:02 ready m2 -> m2 open Tue 08:00 ATTENTION)");
}

TEST(InboxTest, AWithdrawnNudgeThatWasNotToldGivesItsPlaceToTheNext) {
  Expect(Story(1), R"(
    Mon 09:00 ready m1           -> m1 open now
    Mon 09:01 ready m2           -> m2 open Tue 08:00 ATTENTION
    Mon 09:02 ready m3           -> m3 open Wed 08:00 ATTENTION
    Mon 09:03 ready m4           -> m4 open Thu 08:00 ATTENTION
    Mon 12:00 close m2 OUR_TOUCH -> m2 withdrawn OUR_TOUCH, m3 moved Tue 08:00 ATTENTION, m4 moved Wed 08:00 ATTENTION)");
}

TEST(InboxTest, ANudgeThatWasToldHasSpentItsPlace) {
  Expect(Story(1), R"(
    Mon 09:00 ready m1      -> m1 open now
    Mon 09:01 ready m2      -> m2 open Tue 08:00 ATTENTION
    Mon 12:00 close m1 REST -> m1 withdrawn REST
    Mon 12:01 ready m3      -> m3 open Wed 08:00 ATTENTION
    Tue 08:00 answer m2     -> m2 answered
    Tue 08:01 ready m4      -> m4 open Thu 08:00 ATTENTION)");
}

TEST(InboxTest, ClosingWhatIsNotThereHasNoEffect) {
  Expect(Story(), R"(
    Mon 09:00 close m1 REST      -> no nudge
    Mon 09:01 ready m1           -> m1 open now
    Mon 09:02 close m1 OUR_TOUCH -> m1 withdrawn OUR_TOUCH
    Mon 09:03 close m1 REST      -> no nudge
    Mon 09:04 answer m1          -> no nudge)");
}

TEST(InboxTest, ARepeatedMomentIsTheSameNudgeEvenAfterItLeft) {
  Expect(Story(), R"(
    Mon 09:00 ready m1  -> m1 open now
    Mon 09:01 ready m1  -> repeat
    Mon 09:02 answer m1 -> m1 answered
    Mon 09:03 ready m1  -> repeat)");
}

TEST(InboxTest, ARepeatedOwnerEventIsDropped) {
  Expect(Story(), R"(
    Mon 09:00 ready m1                   -> m1 open now
    Mon 09:01 snooze m1 until Tue 10:00  -> m1 snoozed Tue 10:00
    Mon 09:02 again                      -> repeat)");
}

TEST(InboxTest, ASnoozedNudgeComesBackAtItsTime) {
  Expect(Story(), R"(
    Mon 09:00 ready m1                   -> m1 open now
    Mon 09:01 snooze m1 until Tue 10:00  -> m1 snoozed Tue 10:00
    Tue 09:59 wait                       ->
    Tue 10:00 wait                       -> m1 back now)");
}

TEST(InboxTest, ASnoozeThatEndsInTheNightComesBackInTheMorning) {
  Expect(Story(), R"(
    Mon 09:00 ready m1                   -> m1 open now
    Mon 09:01 snooze m1 until Tue 22:00  -> m1 snoozed Wed 08:00 QUIET_HOURS
    Tue 22:00 wait                       -> m1 back Wed 08:00 QUIET_HOURS)");
}

TEST(InboxTest, SnoozedNudgesTakeNoPlaceAndGiveBackTheirs) {
  Expect(Story(1), R"(
    Mon 09:00 ready m1                   -> m1 open now
    Mon 09:01 ready m2                   -> m2 open Tue 08:00 ATTENTION
    Mon 09:02 ready m3                   -> m3 open Wed 08:00 ATTENTION
    Mon 09:03 snooze m2 until Wed 10:00  -> m2 snoozed Wed 10:00, m3 moved Tue 08:00 ATTENTION
    Mon 09:04 ready m4                   -> m4 open Wed 08:00 ATTENTION
    Wed 10:00 wait                       -> m2 back now)");
}

TEST(InboxTest, ASnoozeIntoThePastOrOfNothingHasNoEffect) {
  Expect(Story(), R"(
    Tue 09:00 ready m1                   -> m1 open now
    Tue 09:01 snooze m1 until Mon 10:00  -> past
    Tue 09:02 snooze m2 until Wed 10:00  -> no nudge)");
}

TEST(InboxTest, ASnoozedNudgeIsWithdrawnWhenItsMomentIsMoot) {
  Expect(Story(), R"(
    Mon 09:00 ready m1                   -> m1 open now
    Mon 09:01 snooze m1 until Thu 10:00  -> m1 snoozed Thu 10:00
    Tue 09:00 close m1 REFUSED           -> m1 withdrawn REFUSED
    Thu 10:00 wait                       ->)");
}

TEST(InboxTest, ExpiresByItselfAndByTheMoment) {
  Expect(Story(), R"(
    Mon 09:00 ready m1          -> m1 open now
    Tue 09:00 ready m2          -> m2 open now
    Sun+ 09:00 close m1 EXPIRED -> m1 expired
    Sun+ 09:01 wait             ->)");
  Story story;
  story.Play("Mon 09:00 ready m1");
  EXPECT_EQ(DueOf(story.inbox()),
            absl::FromCivil(absl::CivilMinute(2026, 3, 16, 9, 0), absl::UTCTimeZone()));
}

TEST(InboxTest, LeaveMovesWhatWasNotToldAndItsEndMovesItBack) {
  Expect(Story(1), R"(
    Mon 09:00 ready m1                      -> m1 open now
    Mon 09:01 ready m2                      -> m2 open Tue 08:00 ATTENTION
    Mon 10:00 leave Mon 10:00 to Thu 12:00  -> m2 moved Thu 12:00 LEAVE
    Mon 10:01 care c1                       -> c1 open Thu 12:00 LEAVE
    Wed 09:00 back                          -> m2 moved now, c1 moved now)");
}

TEST(InboxTest, AChangedZoneMovesWhatWaitsForTheMorning) {
  Expect(Story(), R"(
    Mon 20:00 ready m1               -> m1 open Tue 08:00 QUIET_HOURS
    Mon 21:00 zone America/New_York  -> m1 moved now)");
}

TEST(InboxTest, DigestsGatherTheDay) {
  Expect(Story(), R"(
    Mon 08:30 digest 09:00 ->
    Mon 08:31 ready m1     -> m1 open Mon 09:00 DIGEST
    Mon 08:32 ready m2     -> m2 open Mon 09:00 DIGEST
    Mon 08:33 ready m3     -> m3 open Tue 09:00 ATTENTION
    Mon 10:00 care c1      -> c1 open Tue 09:00 DIGEST)");
}

TEST(InboxTest, AFullInboxLetsTheOldestToldOneGo) {
  Story story;
  for (int i = 0; i < kMaxNudges; ++i) story.Play(absl::StrCat("Mon 09:00 care c", i));
  EXPECT_EQ(story.Play("Mon 09:01 ready m1"), "Mon 09:01 ready m1 -> c0 expired, m1 open now");
  EXPECT_EQ(story.inbox().nudges.size(), kMaxNudges);
}

TEST(InboxTest, AFullInboxOfUntoldNudgesTakesNoMore) {
  Story story(0);
  for (int i = 0; i < kMaxNudges; ++i) story.Play(absl::StrCat("Mon 09:00 ready m", i));
  EXPECT_EQ(story.Play("Mon 09:01 ready late"), "Mon 09:01 ready late -> late expired");
  EXPECT_EQ(story.Play("Mon 09:02 ready late"), "Mon 09:02 ready late -> repeat");
}

TEST(InboxTest, StaysBoundedHoweverMuchComes) {
  Story story(5);
  for (int i = 0; i < 2000; ++i) {
    story.Play(absl::StrCat("Mon 09:00 ready m", i, "\nMon 09:00 answer m", i));
  }
  EXPECT_EQ(story.inbox().nudges.size(), 0);
  EXPECT_EQ(story.inbox().record.past_nudge_hashes_size(), kMaxPastNudges);
  EXPECT_EQ(story.inbox().record.seen_event_hashes_size(), kMaxSeenEvents);
  EXPECT_EQ(story.inbox().record.planned_days_size(), 1);
}

}  // namespace
}  // namespace tend::notification
