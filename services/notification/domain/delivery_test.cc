#include "services/notification/domain/delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/notification/domain/quiet_hours.h"

namespace tend::notification {
namespace {

using ::testing::ElementsAre;

// Asks guard 2. Times are "03-04 23:00" on the owner's clock in 2026; an answer is "03-05 08:00
// QUIET_HOURS", "now" where nothing holds, "never ..." where it cannot be told within its 14 days.
class DeliveryTest : public ::testing::Test {
 protected:
  DeliveryTest() {
    policy_.mutable_quiet_hours()->set_start_minute(18 * 60);
    policy_.mutable_quiet_hours()->set_end_minute(8 * 60);
    policy_.mutable_quiet_hours()->set_weekends(true);
  }

  absl::Time At(absl::string_view text) {
    absl::Time time;
    std::string error;
    EXPECT_TRUE(
        absl::ParseTime("%Y-%m-%d %H:%M", absl::StrCat("2026-", text), zone_, &time, &error))
        << text << ": " << error;
    return time;
  }

  void SetZone(const char* name) { EXPECT_TRUE(absl::LoadTimeZone(name, &zone_)); }
  void SetLeave(absl::string_view start, absl::string_view end) {
    leave_start_ = At(start), leave_end_ = At(end);
  }
  void Planned(absl::string_view day, int outreach) {
    v1::PlannedDay* planned = planned_.Add();
    planned->set_day(DayNumber(At(absl::StrCat(day, " 12:00")), zone_));
    planned->set_outreach(outreach);
  }

  std::string Ask(absl::string_view from, bool counted, bool digest = true) {
    const Attention attention = ResolveAttention(policy_, preferences_);
    const OwnerGuards guards{attention, zone_, leave_start_, leave_end_, planned_};
    const absl::Time start = At(from), until = start + absl::Hours(14 * 24);
    const Delivery plan = PlanDelivery(guards, {start, until, counted, digest});
    std::string when = plan.not_before == start ? "now"
                       : plan.not_before == until
                           ? "never"
                           : absl::FormatTime("%m-%d %H:%M", plan.not_before, zone_);
    if (plan.held_by == v1::GUARD_REASON_UNSPECIFIED) return when;
    return absl::StrCat(when, " ",
                        absl::StripPrefix(v1::GuardReason_Name(plan.held_by), "GUARD_REASON_"));
  }
  std::string Outreach(absl::string_view from) { return Ask(from, /*counted=*/true); }
  std::string Care(absl::string_view from) { return Ask(from, /*counted=*/false); }

  v1::AttentionPolicy policy_;
  v1::Preferences preferences_;
  absl::TimeZone zone_ = absl::UTCTimeZone();
  absl::Time leave_start_ = absl::UnixEpoch(), leave_end_ = absl::UnixEpoch();
  PlannedDays planned_;
};

// 2026-03-02 is a Monday.
TEST_F(DeliveryTest, NothingHoldsOnAWorkingDay) {
  EXPECT_EQ(Outreach("03-02 08:00"), "now");
  EXPECT_EQ(Care("03-02 17:59"), "now");
}

TEST_F(DeliveryTest, AtElevenAndAtOneMinutePastMidnightItWaitsForTheSameMorning) {
  EXPECT_EQ(Outreach("03-02 23:00"), "03-03 08:00 QUIET_HOURS");
  EXPECT_EQ(Outreach("03-03 00:01"), "03-03 08:00 QUIET_HOURS");
}

TEST_F(DeliveryTest, WeekendWaitsForMonday) {
  EXPECT_EQ(Outreach("03-06 18:00"), "03-09 08:00 QUIET_HOURS");
  EXPECT_EQ(Care("03-08 12:00"), "03-09 08:00 QUIET_HOURS");
}

TEST_F(DeliveryTest, MorningComesByTheLocalClockAfterBothJumps) {
  policy_.mutable_quiet_hours()->set_weekends(false);
  for (const char* zone : {"Europe/Vienna", "America/New_York"}) {
    SetZone(zone);
    EXPECT_EQ(Outreach("03-28 23:00"), "03-29 08:00 QUIET_HOURS");
    EXPECT_EQ(Outreach("03-07 23:00"), "03-08 08:00 QUIET_HOURS");
    EXPECT_EQ(Outreach("10-24 23:00"), "10-25 08:00 QUIET_HOURS");
    EXPECT_EQ(Outreach("10-31 23:00"), "11-01 08:00 QUIET_HOURS");
  }
}

TEST_F(DeliveryTest, DigestInTheSkippedHourComesAtTheSkip) {
  SetZone("Europe/Vienna");
  policy_.clear_quiet_hours();
  policy_.add_digest_minutes(2 * 60 + 30);
  EXPECT_EQ(Outreach("03-28 12:00"), "03-29 03:00 DIGEST");
}

TEST_F(DeliveryTest, DigestInTheHourThatComesTwiceComesOnce) {
  SetZone("Europe/Vienna");
  policy_.clear_quiet_hours();
  policy_.add_digest_minutes(2 * 60 + 30);
  const Attention attention = ResolveAttention(policy_, preferences_);
  const OwnerGuards guards{attention, zone_, leave_start_, leave_end_, planned_};
  const absl::Time start = At("10-24 12:00"), until = start + absl::Hours(100);
  const absl::Time first = PlanDelivery(guards, {start, until}).not_before;
  const absl::Time second = PlanDelivery(guards, {first + absl::Seconds(1), until}).not_before;
  EXPECT_EQ(second - first, absl::Hours(25));
}

TEST_F(DeliveryTest, CapUnsetIsTheDefaultOfFive) {
  Planned("03-02", 4);
  EXPECT_EQ(Outreach("03-02 09:00"), "now");
  planned_.Clear();
  Planned("03-02", 5);
  EXPECT_EQ(Outreach("03-02 09:00"), "03-03 08:00 ATTENTION");
}

TEST_F(DeliveryTest, CapZeroHoldsOutreachForAsLongAsItLivesAndCareNot) {
  policy_.set_outreach_per_day(0);
  EXPECT_EQ(Outreach("03-02 09:00"), "never ATTENTION");
  EXPECT_EQ(Care("03-02 09:00"), "now");
}

TEST_F(DeliveryTest, CapOneFindsTheFirstDayWithoutAny) {
  policy_.set_outreach_per_day(1);
  Planned("03-02", 1), Planned("03-03", 1), Planned("03-05", 1);
  EXPECT_EQ(Outreach("03-02 09:00"), "03-04 08:00 ATTENTION");
  EXPECT_EQ(Care("03-02 09:00"), "now");
}

TEST_F(DeliveryTest, FullFridayMeansMonday) {
  Planned("03-06", 5);
  EXPECT_EQ(Outreach("03-06 09:00"), "03-09 08:00 ATTENTION");
}

TEST_F(DeliveryTest, ADayOverBudgetIsFull) {
  policy_.set_outreach_per_day(2);
  Planned("03-02", 5);
  EXPECT_EQ(Outreach("03-02 09:00"), "03-03 08:00 ATTENTION");
}

TEST_F(DeliveryTest, FourteenFullDaysLeaveNoTime) {
  policy_.clear_quiet_hours();
  for (int day = 2; day <= 16; ++day) Planned(absl::StrCat("03-", day), 5);
  EXPECT_EQ(Outreach("03-02 09:00"), "never ATTENTION");
}

TEST_F(DeliveryTest, LeaveThatStartsNowHolds) {
  SetLeave("03-03 09:00", "03-10 00:00");
  EXPECT_EQ(Outreach("03-03 09:00"), "03-10 08:00 LEAVE");
  EXPECT_EQ(Care("03-03 09:00"), "03-10 08:00 LEAVE");
  EXPECT_EQ(Outreach("03-03 08:59"), "now");
}

TEST_F(DeliveryTest, LeaveThatEndsNowDoesNotHold) {
  SetLeave("03-02 00:00", "03-03 09:00");
  EXPECT_EQ(Outreach("03-03 09:00"), "now");
}

TEST_F(DeliveryTest, QuietHoursThatEndWithinALeaveWaitForItsEnd) {
  SetLeave("03-03 07:00", "03-05 12:00");
  EXPECT_EQ(Outreach("03-02 19:00"), "03-05 12:00 LEAVE");
}

TEST_F(DeliveryTest, LeaveLongerThanTheMomentLeavesNoTime) {
  SetLeave("03-02 00:00", "05-01 00:00");
  EXPECT_EQ(Care("03-02 09:00"), "never LEAVE");
}

TEST_F(DeliveryTest, DigestIsWaitedForAndItsMinuteIsIt) {
  policy_.add_digest_minutes(16 * 60);
  policy_.add_digest_minutes(9 * 60);
  EXPECT_EQ(Outreach("03-02 08:00"), "03-02 09:00 DIGEST");
  EXPECT_EQ(Outreach("03-02 09:00"), "now");
  EXPECT_EQ(Outreach("03-02 09:01"), "03-02 16:00 DIGEST");
  EXPECT_EQ(Outreach("03-07 12:00"), "03-09 09:00 DIGEST");
  EXPECT_EQ(Care("03-02 16:01"), "03-03 09:00 DIGEST");
}

TEST_F(DeliveryTest, DigestWithinQuietHoursComesAtTheirEnd) {
  policy_.add_digest_minutes(7 * 60);
  EXPECT_EQ(Outreach("03-02 09:00"), "03-03 08:00 DIGEST");
  EXPECT_EQ(Outreach("03-03 08:00"), "now");
  EXPECT_EQ(Outreach("03-07 12:00"), "03-09 08:00 DIGEST");
}

TEST_F(DeliveryTest, FridaysLateDigestComesOnMondayMorning) {
  policy_.add_digest_minutes(23 * 60);
  EXPECT_EQ(Outreach("03-09 07:00"), "03-09 08:00 DIGEST");
}

TEST_F(DeliveryTest, DigestWithinALeaveIsNotMadeUpFor) {
  policy_.add_digest_minutes(9 * 60);
  SetLeave("03-02 00:00", "03-03 12:00");
  EXPECT_EQ(Outreach("03-02 10:00"), "03-04 09:00 LEAVE");
}

TEST_F(DeliveryTest, DigestOfAFullDayWaitsForTheNextDays) {
  policy_.add_digest_minutes(9 * 60);
  Planned("03-03", 5);
  EXPECT_EQ(Outreach("03-02 10:00"), "03-04 09:00 ATTENTION");
}

TEST_F(DeliveryTest, WhatComesBackFromASnoozeDoesNotWaitForADigest) {
  policy_.add_digest_minutes(9 * 60);
  EXPECT_EQ(Ask("03-02 10:00", false, /*digest=*/false), "now");
  EXPECT_EQ(Ask("03-02 20:00", false, /*digest=*/false), "03-03 08:00 QUIET_HOURS");
}

TEST_F(DeliveryTest, NeverBeforeFromAndNeverWhileAGuardHolds) {
  SetZone("America/Havana");  // its autumn jump repeats the hour before one o'clock
  policy_.mutable_quiet_hours()->set_start_minute(3 * 60);
  policy_.set_outreach_per_day(1);
  Planned("10-31", 1), Planned("11-01", 1);
  const Attention attention = ResolveAttention(policy_, preferences_);
  const OwnerGuards guards{attention, zone_, leave_start_, leave_end_, planned_};
  for (int minute = 0; minute < 48 * 60; minute += 10) {
    const absl::Time from = At("10-30 12:00") + absl::Minutes(minute);
    const absl::Time told = PlanDelivery(guards, {from, from + absl::Hours(200), true}).not_before;
    ASSERT_GE(told, from);
    ASSERT_FALSE(InQuietHours(told, attention.quiet_hours, zone_)) << told;
    ASSERT_NE(DayNumber(told, zone_), planned_.Get(0).day());
    ASSERT_NE(DayNumber(told, zone_), planned_.Get(1).day());
  }
}

TEST(AttentionTest, PreferencesLowerTheBudgetAndNeverRaiseIt) {
  v1::AttentionPolicy policy;
  v1::Preferences preferences;
  EXPECT_EQ(ResolveAttention(policy, preferences).outreach_per_day, 5);
  preferences.set_outreach_per_day(9);
  EXPECT_EQ(ResolveAttention(policy, preferences).outreach_per_day, 5);
  preferences.set_outreach_per_day(0);
  EXPECT_EQ(ResolveAttention(policy, preferences).outreach_per_day, 0);
  policy.set_outreach_per_day(0);
  preferences.set_outreach_per_day(3);
  EXPECT_EQ(ResolveAttention(policy, preferences).outreach_per_day, 0);
}

TEST(AttentionTest, OwnersQuietHoursAndDigestsReplaceThePolicys) {
  v1::AttentionPolicy policy;
  policy.mutable_quiet_hours()->set_start_minute(18 * 60);
  policy.mutable_quiet_hours()->set_weekends(true);
  policy.add_digest_minutes(600);
  v1::Preferences preferences;
  preferences.set_quiet_start_minute(0);
  preferences.set_quiet_end_minute(0);
  preferences.add_digest_minutes(900);
  preferences.add_digest_minutes(480);
  preferences.add_digest_minutes(900);
  const Attention attention = ResolveAttention(policy, preferences);
  EXPECT_EQ(attention.quiet_hours.start_minute, 0);
  EXPECT_TRUE(attention.quiet_hours.weekends);
  EXPECT_THAT(attention.digest_minutes, ElementsAre(480, 900));
}

}  // namespace
}  // namespace tend::notification
