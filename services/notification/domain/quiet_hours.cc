#include "services/notification/domain/quiet_hours.h"

#include "common/base/check.h"

namespace tend::notification {
namespace {

int MinuteOfDay(absl::CivilSecond local) { return local.hour() * 60 + local.minute(); }

absl::CivilSecond At(absl::CivilDay day, int minute) {
  return absl::CivilSecond(absl::CivilMinute(day) + minute);
}

bool IsQuiet(absl::CivilSecond local, const v1::QuietHours& hours) {
  if (IsQuietDay(absl::CivilDay(local), hours)) return true;
  const int minute = MinuteOfDay(local);
  const int start = hours.start_minute(), end = hours.end_minute();
  if (start <= end) return start <= minute && minute < end;
  return start <= minute || minute < end;
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

bool IsQuietDay(absl::CivilDay day, const v1::QuietHours& hours) {
  if (!hours.weekends()) return false;
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
}

bool InQuietHours(absl::Time time, const v1::QuietHours& hours, absl::TimeZone zone) {
  return IsQuiet(absl::ToCivilSecond(time, zone), hours);
}

absl::Time QuietHoursEnd(absl::Time time, const v1::QuietHours& hours, absl::TimeZone zone) {
  TEND_CHECK(hours.start_minute() >= 0 && hours.start_minute() < kMinutesPerDay);
  TEND_CHECK(hours.end_minute() >= 0 && hours.end_minute() < kMinutesPerDay);
  // Each step goes to the end of the window or of the weekend day that holds `time`, which may lie
  // in the next one. It ends: on a weekday, a minute is left that no window covers.
  while (true) {
    const absl::CivilSecond local = absl::ToCivilSecond(time, zone);
    if (!IsQuiet(local, hours)) return time;
    const absl::CivilDay day(local);
    const bool whole_day = IsQuietDay(day, hours);
    const bool ends_today = MinuteOfDay(local) < hours.end_minute();
    const absl::CivilSecond end = whole_day    ? At(day + 1, 0)
                                  : ends_today ? At(day, hours.end_minute())
                                               : At(day + 1, hours.end_minute());
    time = NextShown(end, time, zone);
  }
}

}  // namespace tend::notification
