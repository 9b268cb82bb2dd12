// The machine's own clock: what the services run on.

#ifndef TEND_COMMON_STREAM_SYSTEM_CLOCK_H_
#define TEND_COMMON_STREAM_SYSTEM_CLOCK_H_

#include <chrono>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/stream/clock.h"

namespace tend::stream {

class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  absl::Duration Elapsed() const override {
    return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_SYSTEM_CLOCK_H_
