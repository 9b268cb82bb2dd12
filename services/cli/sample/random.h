// Random: the sample's own source of chance, the same on every compiler and library.

#ifndef TEND_SERVICES_CLI_SAMPLE_RANDOM_H_
#define TEND_SERVICES_CLI_SAMPLE_RANDOM_H_

#include <cstdint>

#include "absl/time/time.h"
#include "absl/types/span.h"

namespace tend::sample {

// A well mixed 64-bit value of two: seeds streams, and answers questions that need no state.
uint64_t Mix(uint64_t a, uint64_t b);

// Mix as a number in [0, 1).
double MixUnit(uint64_t a, uint64_t b);

// One stream of chance. Eight bytes, so that each of a million people can have its own.
// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) and not <random>: a std::mt19937_64 takes 2.5 kB,
// and what std:: distributions return is left to each standard library. Floating point is used by
// +, *, / and exp only, and its results are rounded to seconds before they matter.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Bits();
  // In [0, 1).
  double Unit();
  bool Chance(double probability) { return Unit() < probability; }
  // In [0, limit). REQUIRES: limit > 0.
  uint32_t Below(uint32_t limit);
  // Near a normal distribution of mean 0 and deviation 1: the bits of one draw counted. Within +-8.
  double Bell();
  // exp of a bell around the median, in whole seconds: short often, long sometimes.
  absl::Duration LogNormal(absl::Duration median, double spread);
  // Evenly between low and high, in whole seconds.
  absl::Duration Between(absl::Duration low, absl::Duration high);
  // An index, by its weight. REQUIRES: the weights' sum > 0.
  int Pick(absl::Span<const uint8_t> weights);

 private:
  uint64_t state_;
};

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_RANDOM_H_
