// Quiet hours by a local clock, which skips an hour in spring and repeats one in autumn. Which of
// its minutes are quiet is one rule for guards 2 and 3: model::QuietMinutesLeft.

#ifndef TEND_SERVICES_NOTIFICATION_DOMAIN_QUIET_HOURS_H_
#define TEND_SERVICES_NOTIFICATION_DOMAIN_QUIET_HOURS_H_

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/model/scoring_model.h"

namespace tend::notification {

inline constexpr int kMinutesPerDay = 24 * 60;

// The day on the local calendar.
absl::CivilDay LocalDay(absl::Time time, absl::TimeZone zone);

// When the local clock first shows `minute` after midnight of `day`. A time that the clock skips is
// the moment of the skip; of a time that it shows twice, the first.
absl::Time LocalTime(absl::CivilDay day, int minute, absl::TimeZone zone);

// The moment after `time` at which the next local day begins.
absl::Time NextDayStart(absl::Time time, absl::TimeZone zone);

// Whether the whole day is quiet: a Saturday or Sunday where weekends are.
bool IsQuietDay(absl::CivilDay day, const model::QuietHours& hours);

// Whether the local clock stands within [start, end), or on a Saturday or Sunday that is quiet.
// Goes by what the clock shows: an hour that comes twice is quiet twice. REQUIRES: both minutes are
// in [0, kMinutesPerDay).
bool InQuietHours(absl::Time time, const model::QuietHours& hours, absl::TimeZone zone);

// The first moment from `time` on that is not quiet; `time` itself where it is not.
absl::Time QuietHoursEnd(absl::Time time, const model::QuietHours& hours, absl::TimeZone zone);

}  // namespace tend::notification

#endif  // TEND_SERVICES_NOTIFICATION_DOMAIN_QUIET_HOURS_H_
