#include "services/cli/sample/calendar.h"

#include <algorithm>
#include <cmath>

namespace tend::sample {
namespace {

constexpr Zone kZones[] = {
    {"Europe/Berlin", 1},     {"Europe/London", 0},        {"Europe/Madrid", 1},
    {"America/New_York", -5}, {"America/Los_Angeles", -8}, {"Asia/Singapore", 8},
};

constexpr int64_t kDaySeconds = 24 * 3600;
// Holidays are drawn once in so many days.
constexpr int64_t kHolidayBlockDays = 7 * 9;
// Salts that keep the answers of one person apart.
constexpr uint64_t kMoodSalt = 0x6d6f6f64;
constexpr uint64_t kHolidaySalt = 0x686f6c69;

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// 0 = Monday. Day 0 of Unix time was a Thursday.
int64_t WeekDay(int64_t day) { return ((day + 3) % 7 + 7) % 7; }

}  // namespace

absl::Span<const Zone> Zones() { return kZones; }

absl::Time AtMidnight(absl::CivilDay day) {
  return absl::FromUnixSeconds((day - absl::CivilDay(1970, 1, 1)) * kDaySeconds);
}

absl::Time WithinHours(absl::Time time, const Hours& hours, Random& random) {
  const int64_t offset = hours.zone_offset * 3600;
  const int64_t local = absl::ToUnixSeconds(time) + offset;
  int64_t day = FloorDiv(local, kDaySeconds);
  const double hour = static_cast<double>(local - day * kDaySeconds) / 3600;
  const bool free_day = !hours.weekends && WeekDay(day) >= 5;
  if (!free_day && std::abs(hour - hours.middle) <= hours.reach) return time;
  if (hour > hours.middle) ++day;
  while (!hours.weekends && WeekDay(day) >= 5) ++day;
  const double bell = std::clamp(random.Bell() / 2, -1.0, 1.0);
  const double seconds = (hours.middle + bell * hours.reach) * 3600;
  const int64_t moved = day * kDaySeconds + static_cast<int64_t>(seconds) - offset;
  return std::max(time, absl::FromUnixSeconds(moved));
}

double Mood(uint64_t person_key, absl::Time time) {
  const int64_t week = FloorDiv(absl::ToUnixSeconds(time), 7 * kDaySeconds);
  const double draw = MixUnit(person_key ^ kMoodSalt, static_cast<uint64_t>(week));
  if (draw < 0.22) return 0.25;
  if (draw > 0.92) return 2.2;
  return 0.4 + draw;
}

absl::Time HolidayEnd(uint64_t person_key, absl::Time time) {
  const int64_t day = FloorDiv(absl::ToUnixSeconds(time), kDaySeconds);
  const int64_t block = FloorDiv(day, kHolidayBlockDays);
  const uint64_t key = Mix(person_key ^ kHolidaySalt, static_cast<uint64_t>(block));
  if (MixUnit(key, 1) < 0.35) {
    const int64_t length = 5 + static_cast<int64_t>(MixUnit(key, 2) * 12);
    const auto room = static_cast<double>(kHolidayBlockDays - length);
    const int64_t start = block * kHolidayBlockDays + static_cast<int64_t>(MixUnit(key, 3) * room);
    if (day >= start && day < start + length) {
      return absl::FromUnixSeconds((start + length) * kDaySeconds);
    }
  }
  return time;
}

}  // namespace tend::sample
