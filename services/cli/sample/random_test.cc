#include "services/cli/sample/random.h"

#include <cmath>

#include "gmock/gmock.h"

namespace tend::sample {
namespace {

// Pinned: a sample must not change with the compiler or the library.
TEST(RandomTest, IsSplitMix64) {
  Random random(0);
  EXPECT_EQ(random.Bits(), 0xe220a8397b1dcdafU);
  EXPECT_EQ(random.Bits(), 0x6e789e6aa1b965f4U);
  EXPECT_EQ(random.Bits(), 0x06c45d188009454fU);
}

TEST(RandomTest, BellHasMeanZeroAndDeviationOne) {
  Random random(7);
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) {
    const double bell = random.Bell();
    sum += bell;
    squares += bell * bell;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.01);
  EXPECT_NEAR(std::sqrt(squares / kDraws), 1, 0.01);
}

TEST(RandomTest, LogNormalHasItsMedian) {
  Random random(7);
  int below = 0;
  for (int i = 0; i < 10'000; ++i) {
    below += random.LogNormal(absl::Hours(9), 1.1) < absl::Hours(9) ? 1 : 0;
  }
  EXPECT_NEAR(below, 5'000, 200);
}

TEST(RandomTest, PickGoesByWeight) {
  Random random(7);
  int picked[3] = {};
  for (int i = 0; i < 10'000; ++i) ++picked[random.Pick({1, 0, 3})];
  EXPECT_NEAR(picked[0], 2'500, 200);
  EXPECT_EQ(picked[1], 0);
  EXPECT_NEAR(picked[2], 7'500, 200);
}

}  // namespace
}  // namespace tend::sample
