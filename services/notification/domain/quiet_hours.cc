#include "services/notification/domain/quiet_hours.h"

#include "common/base/check.h"
#include "common/model/guards.h"

namespace tend::notification {
namespace {

absl::CivilSecond At(absl::CivilDay day, int minute) {
  return absl::CivilSecond(absl::CivilMinute(day) + minute);
}

bool IsWeekend(absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
}

int MinutesLeft(absl::CivilMinute local, const model::QuietHours& hours) {
  return model::QuietMinutesLeft(hours, local.hour() * 60 + local.minute(),
                                 IsWeekend(absl::CivilDay(local)));
}

// The first moment after `time` at which the local clock shows `local` or has skipped it.
// REQUIRES: the clock shows less at `time`.
absl::Time NextShown(absl::CivilSecond local, absl::Time time, absl::TimeZone zone) {
  const absl::TimeZone::TimeInfo shown = zone.At(local);
  switch (shown.kind) {
    case absl::TimeZone::TimeInfo::UNIQUE:
      return shown.pre;
    case absl::TimeZone::TimeInfo::SKIPPED:
      return shown.trans;
    case absl::TimeZone::TimeInfo::REPEATED:
      // From within the second pass, only its own end lies ahead.
      return shown.pre > time ? shown.pre : shown.post;
  }
  return shown.pre;
}

}  // namespace

absl::CivilDay LocalDay(absl::Time time, absl::TimeZone zone) {
  return absl::ToCivilDay(time, zone);
}

absl::Time LocalTime(absl::CivilDay day, int minute, absl::TimeZone zone) {
  // absl::FromCivil is defined as this page promises: skipped -> the transition, repeated -> the
  // first.
  return absl::FromCivil(At(day, minute), zone);
}

absl::Time NextDayStart(absl::Time time, absl::TimeZone zone) {
  return NextShown(At(LocalDay(time, zone) + 1, 0), time, zone);
}

bool IsQuietDay(absl::CivilDay day, const model::QuietHours& hours) {
  return hours.weekends && IsWeekend(day);
}

bool InQuietHours(absl::Time time, const model::QuietHours& hours, absl::TimeZone zone) {
  return MinutesLeft(absl::ToCivilMinute(time, zone), hours) > 0;
}

absl::Time QuietHoursEnd(absl::Time time, const model::QuietHours& hours, absl::TimeZone zone) {
  TEND_CHECK(hours.start_minute >= 0 && hours.start_minute < kMinutesPerDay);
  TEND_CHECK(hours.end_minute >= 0 && hours.end_minute < kMinutesPerDay);
  // Each step goes to the end of the window or of the weekend day that holds `time`, which may lie
  // in the next one. It ends: on a weekday, a minute is left that no window covers.
  while (true) {
    const absl::CivilMinute local = absl::ToCivilMinute(time, zone);
    const int left = MinutesLeft(local, hours);
    if (left == 0) return time;
    time = NextShown(absl::CivilSecond(local + left), time, zone);
  }
}

}  // namespace tend::notification
