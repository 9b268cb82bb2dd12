// Counts of latencies by size: a plain value, cheap to fill and to add up.

#ifndef TEND_COMMON_BASE_LATENCY_HISTOGRAM_H_
#define TEND_COMMON_BASE_LATENCY_HISTOGRAM_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace tend {

struct LatencyHistogram {
  // Upper bounds in milliseconds, inclusive; what is longer is in the last bucket. Fine around the
  // goals (50, 100, 250 ms), coarse beyond.
  static constexpr std::array<int64_t, 15> kBounds = {
      2, 5, 10, 20, 35, 50, 75, 100, 150, 250, 500, 1'000, 5'000, 30'000, 300'000};

  std::array<int64_t, kBounds.size() + 1> counts = {};
  double sum_seconds = 0;

  void Add(absl::Duration latency, int64_t times = 1) {
    const int64_t ms = absl::ToInt64Milliseconds(latency);
    const auto* bound = std::lower_bound(kBounds.begin(), kBounds.end(), ms);
    counts[static_cast<size_t>(bound - kBounds.begin())] += times;
    sum_seconds += absl::ToDoubleSeconds(latency) * static_cast<double>(times);
  }

  LatencyHistogram& operator+=(const LatencyHistogram& other) {
    for (size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
    sum_seconds += other.sum_seconds;
    return *this;
  }
  LatencyHistogram& operator-=(const LatencyHistogram& other) {
    for (size_t i = 0; i < counts.size(); ++i) counts[i] -= other.counts[i];
    sum_seconds -= other.sum_seconds;
    return *this;
  }
};

}  // namespace tend

#endif  // TEND_COMMON_BASE_LATENCY_HISTOGRAM_H_
