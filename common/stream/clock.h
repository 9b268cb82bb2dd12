// Time as a dependency: what the harness and the logs ask instead of the machine.

#ifndef TEND_COMMON_STREAM_CLOCK_H_
#define TEND_COMMON_STREAM_CLOCK_H_

#include "absl/time/time.h"
#include "common/base/check.h"

namespace tend::stream {

// Implementations for threads are thread-safe; ManualClock is not.
class Clock {
 public:
  virtual ~Clock() = default;

  // The wall clock. May step back; the harness evens that out per task.
  virtual absl::Time Now() const = 0;

  // Time since some fixed point, never going back: for intervals and time limits.
  virtual absl::Duration Elapsed() const = 0;
};

// A clock that stands still until told otherwise: for tests, simulation and `tend trial`.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(absl::Time start) : now_(start) {}

  absl::Time Now() const override { return now_; }
  absl::Duration Elapsed() const override { return elapsed_; }

  void Advance(absl::Duration by) { AdvanceTo(now_ + by); }

  // REQUIRES: time is not before Now().
  void AdvanceTo(absl::Time time) {
    TEND_CHECK(time >= now_);
    elapsed_ += time - now_;
    now_ = time;
  }

  // Shows any time, without any passing: what happened then is gone through now.
  void Show(absl::Time time) { now_ = time; }

 private:
  absl::Time now_;
  absl::Duration elapsed_;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_CLOCK_H_
