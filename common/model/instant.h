// Time as the model keeps it: whole seconds since 1970, in 4 bytes (until 2106).

#ifndef TEND_COMMON_MODEL_INSTANT_H_
#define TEND_COMMON_MODEL_INSTANT_H_

#include <algorithm>
#include <compare>
#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace tend::model {

// A span in whole seconds; may be negative.
using SpanSeconds = int64_t;

inline constexpr SpanSeconds kHour = 3600;
inline constexpr SpanSeconds kDay = 24 * kHour;

// A moment in time, or unset (before everything). Arithmetic saturates: it never wraps.
class Instant {
 public:
  constexpr Instant() = default;
  constexpr explicit Instant(int64_t seconds)
      : seconds_(static_cast<uint32_t>(std::clamp<int64_t>(seconds, 0, kMax))) {}

  static constexpr Instant Never() { return Instant(kMax); }  // after everything
  static Instant FromTime(absl::Time time) { return Instant(absl::ToUnixSeconds(time)); }
  absl::Time ToTime() const { return absl::FromUnixSeconds(seconds_); }

  constexpr bool is_set() const { return seconds_ != 0; }
  constexpr bool is_never() const { return seconds_ == kMax; }
  constexpr int64_t seconds() const { return seconds_; }

  friend constexpr auto operator<=>(Instant, Instant) = default;
  friend constexpr SpanSeconds operator-(Instant a, Instant b) { return a.seconds() - b.seconds(); }
  // Unset and Never stay what they are.
  friend constexpr Instant operator+(Instant a, SpanSeconds span) {
    return a.is_set() && !a.is_never() ? Instant(a.seconds() + span) : a;
  }
  friend constexpr Instant operator-(Instant a, SpanSeconds span) { return a + (-span); }

 private:
  static constexpr int64_t kMax = std::numeric_limits<uint32_t>::max();
  uint32_t seconds_ = 0;
};

// Days since 1970 (UTC); 0 where unset.
constexpr uint16_t DayOf(Instant instant) {
  return static_cast<uint16_t>(instant.seconds() / kDay);
}

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_INSTANT_H_
