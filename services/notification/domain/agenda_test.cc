#include "services/notification/domain/agenda.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/model/proto_time.h"
#include "services/notification/domain/inbox.h"
#include "services/notification/domain/quiet_hours.h"

namespace tend::notification {
namespace {

constexpr int kCap = 2;

std::optional<absl::TimeZone> FindZone(absl::string_view name) {
  absl::TimeZone zone;
  return absl::LoadTimeZone(name, &zone) ? std::optional(zone) : std::nullopt;
}

// It takes one of the day's outreach nudges.
bool Counted(const Nudge& nudge) {
  return nudge.moment->family() == v1::MOMENT_FAMILY_OUTREACH && !nudge.snooze_until.has_value();
}

// Random life of one inbox: moments open and close, the owner answers, snoozes, goes away, moves.
class RandomInbox {
 public:
  explicit RandomInbox(unsigned seed) : random_(seed) {
    policy_.set_outreach_per_day(kCap);
    policy_.mutable_quiet_hours()->set_start_minute(18 * 60);
    policy_.mutable_quiet_hours()->set_end_minute(8 * 60);
    policy_.mutable_quiet_hours()->set_weekends(true);
    Owner().mutable_roster_entry_set()->set_time_zone("Europe/Vienna");
    Send();
  }

  void Step() {
    now_ += absl::Minutes(Below(300));
    changes_.clear();
    if (DueOf(inbox_) <= now_) InboxEditor(policy_, now_, inbox_, changes_).Wake();
    const int dice = Below(12);
    if (dice < 5) {
      Open();
    } else if (dice < 7) {
      Close();
    } else if (dice < 9) {
      Owner().mutable_nudge_answered()->set_nudge_id(AnyNudge());
      Send();
    } else if (dice == 9) {
      Owner().mutable_nudge_snoozed()->set_nudge_id(AnyNudge());
      *event_.mutable_nudge_snoozed()->mutable_until_time() =
          model::ToStamp(now_ + absl::Minutes(Below(5000)));
      Send();
    } else if (dice == 10 && Below(4) == 0) {
      v1::LeaveSet& leave = *Owner().mutable_leave_set();
      *leave.mutable_start_time() = model::ToStamp(now_ + absl::Minutes(Below(3000)));
      *leave.mutable_end_time() =
          model::ToStamp(model::ToTime(leave.start_time()) + absl::Minutes(1 + Below(6000)));
      Send();
    }
    CountTold();
  }

  const v1::AttentionPolicy& policy() const { return policy_; }
  absl::Time now() const { return now_; }
  OwnerInbox& inbox() { return inbox_; }
  const std::map<int, int>& told() const { return told_; }
  int opened() const { return ids_; }

 private:
  int Below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  std::string AnyNudge() { return absl::StrCat("m", 1 + Below(ids_ + 1)); }

  v1::OwnerEvent& Owner() {
    event_.Clear();
    event_.set_event_id(absl::StrCat("e", ++ids_events_));
    event_.set_owner_id("eve");
    return event_;
  }
  void Send() {
    if (EffectOf(event_, &inbox_, now_) != Effect::kChange) return;
    InboxEditor(policy_, now_, inbox_, changes_).Apply(event_, FindZone);
  }
  void Apply(const v1::MomentEvent& event) {
    if (EffectOf(event, &inbox_, now_) != Effect::kChange) return;
    InboxEditor editor(policy_, now_, inbox_, changes_);
    if (event.has_closed()) return editor.Close(event.closed());
    editor.Open(std::make_shared<v1::MomentOpened>(event.opened()));
  }
  void Open() {
    v1::MomentEvent event;
    event.mutable_opened()->set_moment_id(absl::StrCat("m", ++ids_));
    event.mutable_opened()->set_owner_id("eve");
    event.mutable_opened()->set_family(Below(4) == 0 ? v1::MOMENT_FAMILY_CARE
                                                     : v1::MOMENT_FAMILY_OUTREACH);
    *event.mutable_opened()->mutable_expire_time() =
        model::ToStamp(now_ + absl::Hours(1 + Below(14 * 24)));
    Apply(event);
  }
  void Close() {
    v1::MomentEvent event;
    event.mutable_closed()->set_moment_id(AnyNudge());
    event.mutable_closed()->set_cause(v1::CLOSE_CAUSE_OUR_TOUCH);
    Apply(event);
  }

  // Outreach nudges whose time has come while they were in the inbox, once each, by local day.
  void CountTold() {
    for (int i = 0; i < inbox_.nudges.size(); ++i) {
      const Nudge& nudge = inbox_.nudges[i];
      const absl::Time time = nudge.deliver_not_before;
      if (!Counted(nudge) || time > now_ || time >= nudge.expire_time) continue;
      if (told_ids_.emplace(nudge.id(), true).second) ++told_[DayNumber(time, inbox_.zone)];
    }
  }

  std::mt19937 random_;
  v1::AttentionPolicy policy_;
  OwnerInbox inbox_;
  absl::Time now_ = absl::FromCivil(absl::CivilDay(2026, 3, 2), absl::UTCTimeZone());
  v1::OwnerEvent event_;
  NudgeChanges changes_;
  int ids_ = 0, ids_events_ = 0;
  std::map<std::string, bool> told_ids_;
  std::map<int, int> told_;
};

// Places taken on days to come, counted from the nudges themselves.
std::map<int, int> PlacesAhead(const OwnerInbox& inbox, absl::Time now) {
  std::map<int, int> places;
  for (int i = 0; i < inbox.nudges.size(); ++i) {
    const Nudge& nudge = inbox.nudges[i];
    const absl::Time time = nudge.deliver_not_before;
    if (!Counted(nudge) || time >= nudge.expire_time) continue;
    const int day = DayNumber(time, inbox.zone);
    if (day > DayNumber(now, inbox.zone)) ++places[day];
  }
  return places;
}

TEST(AgendaTest, ADayNeverTellsMoreThanItsOutreachNudges) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    RandomInbox random(seed);
    for (int step = 0; step < 500; ++step) random.Step();
    ASSERT_GT(random.opened(), 100);
    ASSERT_GT(random.told().size(), 20u);
    for (const auto& [day, told] : random.told()) ASSERT_LE(told, kCap) << "seed " << seed;
  }
}

TEST(AgendaTest, PlannedDaysAreTheSumOfTheirNudges) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    RandomInbox random(seed);
    for (int step = 0; step < 500; ++step) {
      random.Step();
      std::map<int, int> planned;
      for (const v1::PlannedDay& day : random.inbox().record.planned_days()) {
        if (day.outreach() > 0 && day.day() > DayNumber(random.now(), random.inbox().zone)) {
          planned[day.day()] = day.outreach();
        }
      }
      ASSERT_EQ(planned, PlacesAhead(random.inbox(), random.now())) << "seed " << seed;
    }
  }
}

TEST(AgendaTest, NobodyWaitsBehindAFreePlace) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    RandomInbox random(seed);
    for (int step = 0; step < 500; ++step) {
      random.Step();
      OwnerInbox copy = random.inbox();
      Agenda agenda(random.policy(), random.now(), copy);
      agenda.ReleaseAll();
      ASSERT_TRUE(agenda.PlanAll().empty()) << "seed " << seed << " step " << step;
    }
  }
}

TEST(AgendaTest, WhatWaitsIsToldInTheOrderInWhichItCame) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    RandomInbox random(seed);
    for (int step = 0; step < 300; ++step) {
      random.Step();
      absl::Time before = absl::InfinitePast();
      const NudgeList& nudges = random.inbox().nudges;
      for (int i = 0; i < nudges.size(); ++i) {
        const Nudge& nudge = nudges[i];
        const absl::Time time = nudge.deliver_not_before;
        if (!Counted(nudge) || time <= random.now() || time >= nudge.expire_time) continue;
        ASSERT_LE(before, time) << "seed " << seed;
        before = time;
      }
    }
  }
}

}  // namespace
}  // namespace tend::notification
