#include "services/cli/sample/random.h"

#include <bit>
#include <cmath>

namespace tend::sample {
namespace {

constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;

uint64_t Finish(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// The upper 53 bits as a number in [0, 1).
double AsUnit(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

}  // namespace

uint64_t Mix(uint64_t a, uint64_t b) { return Finish(Finish(a + kGolden) ^ (b * kGolden + 1)); }

double MixUnit(uint64_t a, uint64_t b) { return AsUnit(Mix(a, b)); }

uint64_t Random::Bits() {
  state_ += kGolden;
  return Finish(state_);
}

double Random::Unit() { return AsUnit(Bits()); }

uint32_t Random::Below(uint32_t limit) {
  return static_cast<uint32_t>(((Bits() >> 32) * uint64_t{limit}) >> 32);
}

double Random::Bell() {
  // 64 coins: mean 32, deviation 4; the second draw fills the steps between.
  return (std::popcount(Bits()) - 32 + Unit() - 0.5) / 4;
}

absl::Duration Random::LogNormal(absl::Duration median, double spread) {
  const double seconds = absl::ToDoubleSeconds(median) * std::exp(spread * Bell());
  return absl::Seconds(static_cast<int64_t>(seconds));
}

absl::Duration Random::Between(absl::Duration low, absl::Duration high) {
  return absl::Seconds(absl::ToInt64Seconds(low) +
                       static_cast<int64_t>(absl::ToDoubleSeconds(high - low) * Unit()));
}

int Random::Pick(absl::Span<const uint8_t> weights) {
  uint32_t sum = 0;
  for (const uint8_t weight : weights) sum += weight;
  uint32_t left = Below(sum);
  int index = 0;
  for (; left >= weights[index]; ++index) left -= weights[index];
  return index;
}

}  // namespace tend::sample
