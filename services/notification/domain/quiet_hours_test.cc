#include "services/notification/domain/quiet_hours.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace tend::notification {
namespace {

absl::TimeZone Zone(const char* name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone)) << name;
  return zone;
}

// "2026-03-29T02:59:00+01:00": the offset tells the two passes of a repeated hour apart.
absl::Time At(absl::string_view text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << text << ": " << error;
  return time;
}

model::QuietHours Quiet(int start_hour, int end_hour, bool weekends = false) {
  return {start_hour * 60, end_hour * 60, weekends};
}

const model::QuietHours kNight = Quiet(22, 8);

// The end of quiet hours, as the local clock and its offset show it.
std::string End(absl::string_view from, const model::QuietHours& hours, absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez", QuietHoursEnd(At(from), hours, zone), zone);
}

TEST(QuietHoursTest, WindowOverMidnightHoldsBothSidesOfIt) {
  const absl::TimeZone vienna = Zone("Europe/Vienna");
  EXPECT_EQ(End("2026-03-03T23:00:00+01:00", kNight, vienna), "2026-03-04T08:00:00+01:00");
  EXPECT_EQ(End("2026-03-04T00:01:00+01:00", kNight, vienna), "2026-03-04T08:00:00+01:00");
  EXPECT_EQ(End("2026-03-04T00:00:00+01:00", kNight, vienna), "2026-03-04T08:00:00+01:00");
}

TEST(QuietHoursTest, StartIsQuietAndEndIsNot) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  EXPECT_EQ(End("2026-03-03T21:59:59Z", kNight, utc), "2026-03-03T21:59:59+00:00");
  EXPECT_EQ(End("2026-03-03T22:00:00Z", kNight, utc), "2026-03-04T08:00:00+00:00");
  EXPECT_EQ(End("2026-03-04T07:59:59Z", kNight, utc), "2026-03-04T08:00:00+00:00");
  EXPECT_EQ(End("2026-03-04T08:00:00Z", kNight, utc), "2026-03-04T08:00:00+00:00");
}

TEST(QuietHoursTest, WindowWithinADayHoldsThatDayOnly) {
  const model::QuietHours noon = Quiet(12, 14);
  const absl::TimeZone utc = absl::UTCTimeZone();
  EXPECT_EQ(End("2026-03-03T13:30:00Z", noon, utc), "2026-03-03T14:00:00+00:00");
  EXPECT_FALSE(InQuietHours(At("2026-03-03T23:00:00Z"), noon, utc));
}

TEST(QuietHoursTest, WindowFromMidnightEndsTheSameDay) {
  EXPECT_EQ(End("2026-03-03T00:00:00Z", Quiet(0, 6), absl::UTCTimeZone()),
            "2026-03-03T06:00:00+00:00");
}

TEST(QuietHoursTest, WindowToMidnightEndsAtTheNextDay) {
  EXPECT_EQ(End("2026-03-03T23:59:59Z", Quiet(20, 0), absl::UTCTimeZone()),
            "2026-03-04T00:00:00+00:00");
}

TEST(QuietHoursTest, EqualStartAndEndAreNoQuietHours) {
  for (int hour = 0; hour < 24; ++hour) {
    EXPECT_FALSE(InQuietHours(At("2026-03-03T00:00:00Z") + absl::Hours(hour), Quiet(8, 8),
                              absl::UTCTimeZone()));
  }
}

TEST(QuietHoursTest, FridayNightRunsIntoMondayMorning) {
  const model::QuietHours hours = Quiet(18, 8, /*weekends=*/true);
  const absl::TimeZone vienna = Zone("Europe/Vienna");
  const std::string monday = "2026-03-09T08:00:00+01:00";
  EXPECT_EQ(End("2026-03-06T18:00:00+01:00", hours, vienna), monday);
  EXPECT_EQ(End("2026-03-07T12:00:00+01:00", hours, vienna), monday);
  EXPECT_EQ(End("2026-03-08T23:59:00+01:00", hours, vienna), monday);
  EXPECT_EQ(End("2026-03-06T17:59:00+01:00", hours, vienna), "2026-03-06T17:59:00+01:00");
}

TEST(QuietHoursTest, QuietWeekendsWithoutAWindowEndAtMidnight) {
  EXPECT_EQ(End("2026-03-07T12:00:00Z", Quiet(0, 0, true), absl::UTCTimeZone()),
            "2026-03-09T00:00:00+00:00");
}

TEST(QuietHoursTest, WeekendGoesByTheOwnersCalendar) {
  const model::QuietHours hours = Quiet(0, 0, true);
  const absl::Time time = At("2026-03-07T03:00:00Z");  // Friday evening in New York
  EXPECT_FALSE(InQuietHours(time, hours, Zone("America/New_York")));
  EXPECT_TRUE(InQuietHours(time, hours, Zone("Europe/Vienna")));
}

// Vienna 2026-03-29: 02:00 +01:00 becomes 03:00 +02:00.
TEST(QuietHoursTest, EndInTheHourThatIsSkippedIsTheSkip) {
  model::QuietHours hours = kNight;
  hours.end_minute = 2 * 60 + 30;
  const absl::TimeZone vienna = Zone("Europe/Vienna");
  EXPECT_EQ(End("2026-03-29T01:30:00+01:00", hours, vienna), "2026-03-29T03:00:00+02:00");
  EXPECT_EQ(End("2026-03-28T23:00:00+01:00", hours, vienna), "2026-03-29T03:00:00+02:00");
}

TEST(QuietHoursTest, WindowWithinTheSkippedHourNeverHolds) {
  const model::QuietHours hours{2 * 60 + 10, 2 * 60 + 50, false};
  const absl::TimeZone vienna = Zone("Europe/Vienna");
  for (int minute = 0; minute < 180; ++minute) {
    const absl::Time time = At("2026-03-29T00:00:00+01:00") + absl::Minutes(minute);
    EXPECT_FALSE(InQuietHours(time, hours, vienna)) << time;
  }
}

TEST(QuietHoursTest, ANightIsAnHourShorterInSpringAndLongerInAutumn) {
  const absl::TimeZone new_york = Zone("America/New_York");
  const absl::Time spring = At("2026-03-07T22:00:00-05:00"),
                   autumn = At("2026-10-31T22:00:00-04:00");
  EXPECT_EQ(QuietHoursEnd(spring, kNight, new_york) - spring, absl::Hours(9));
  EXPECT_EQ(QuietHoursEnd(autumn, kNight, new_york) - autumn, absl::Hours(11));
}

// New York 2026-11-01: 02:00 -04:00 becomes 01:00 -05:00, so 01:00..01:59 comes twice.
TEST(QuietHoursTest, EndInTheHourThatComesTwiceHoldsInBothPasses) {
  model::QuietHours hours = kNight;
  hours.end_minute = 90;
  const absl::TimeZone new_york = Zone("America/New_York");
  EXPECT_EQ(End("2026-11-01T00:30:00-04:00", hours, new_york), "2026-11-01T01:30:00-04:00");
  EXPECT_EQ(End("2026-11-01T01:45:00-04:00", hours, new_york), "2026-11-01T01:45:00-04:00");
  EXPECT_EQ(End("2026-11-01T01:15:00-05:00", hours, new_york), "2026-11-01T01:30:00-05:00");
}

// Every minute of the two nights at which the clock jumps: the end is not quiet, is not before, and
// no minute between is loud.
TEST(QuietHoursTest, EndIsTheFirstLoudMinuteThroughBothJumps) {
  const model::QuietHours windows[] = {kNight, Quiet(1, 3), Quiet(2, 3), Quiet(23, 2, true)};
  const std::pair<const char*, const char*> nights[] = {
      {"Europe/Vienna", "2026-03-28T20:00:00+01:00"},
      {"Europe/Vienna", "2026-10-24T20:00:00+02:00"},
      {"America/New_York", "2026-03-07T20:00:00-05:00"},
      {"America/New_York", "2026-10-31T20:00:00-04:00"},
      {"America/Havana", "2026-10-31T20:00:00-04:00"},  // its autumn jump is at midnight
      {"Africa/Cairo", "2026-04-23T20:00:00+02:00"}};   // its spring jump skips midnight
  for (const auto& [name, start] : nights) {
    const absl::TimeZone zone = Zone(name);
    for (const model::QuietHours& hours : windows) {
      for (int minute = 0; minute < 16 * 60; minute += 5) {
        const absl::Time time = At(start) + absl::Minutes(minute);
        const absl::Time end = QuietHoursEnd(time, hours, zone);
        ASSERT_GE(end, time);
        ASSERT_FALSE(InQuietHours(end, hours, zone)) << name << " " << time;
        for (absl::Time t = time; t < end; t += absl::Minutes(5)) {
          ASSERT_TRUE(InQuietHours(t, hours, zone)) << name << " " << t;
        }
      }
    }
  }
}

TEST(QuietHoursTest, ANextDayBeginsLaterEvenWhereMidnightComesTwiceOrNotAtAll) {
  for (const char* name :
       {"America/Havana", "Africa/Cairo", "Europe/Vienna", "America/Sao_Paulo"}) {
    const absl::TimeZone zone = Zone(name);
    absl::Time time = At("2017-01-01T00:00:00Z");
    for (int step = 0; step < 24 * 400; ++step, time += absl::Minutes(60)) {
      const absl::Time next = NextDayStart(time, zone);
      ASSERT_GT(next, time) << name;
      ASSERT_LE(next - time, absl::Hours(25)) << name << " " << time;
    }
  }
}

}  // namespace
}  // namespace tend::notification
