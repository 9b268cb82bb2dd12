// When people are up, busy or away. Local time is by a fixed offset: the sample knows no summer
// time.

#ifndef TEND_SERVICES_CLI_SAMPLE_CALENDAR_H_
#define TEND_SERVICES_CLI_SAMPLE_CALENDAR_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/cli/sample/random.h"

namespace tend::sample {

struct Zone {
  // IANA name.
  absl::string_view name;
  int offset_hours;
};

// The time zones of the sample.
absl::Span<const Zone> Zones();

constexpr absl::Duration kDay = absl::Hours(24);

// Midnight UTC.
absl::Time AtMidnight(absl::CivilDay day);

// The hours somebody keeps.
struct Hours {
  // Middle of their day, local, 0..24.
  float middle = 13;
  // Share of a day before and after it in which they act.
  float reach = 4.5;
  int8_t zone_offset = 0;
  bool weekends = false;
};

// The time itself when it is within their hours, else a time in the next hours they keep.
absl::Time WithinHours(absl::Time time, const Hours& hours, Random& random);

// How much the week of `time` leaves them for others: about 0.25 in a busy one, 2 in an open one.
// Neither depends on anything that we or they do.
double Mood(uint64_t person_key, absl::Time time);

// The end of the holiday that `time` falls into; `time` itself when there is none.
absl::Time HolidayEnd(uint64_t person_key, absl::Time time);

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_CALENDAR_H_
