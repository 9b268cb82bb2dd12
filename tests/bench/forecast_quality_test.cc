#include "tests/bench/forecast_quality.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::bench {
namespace {

using ::testing::DoubleNear;

// One letter a forecast: probability .1 ... .9 by digit, "+" if it happened and "-" if not:
// "2- 5+ 8+".
std::vector<Forecast> Of(absl::string_view text) {
  std::vector<Forecast> forecasts;
  for (size_t i = 0; i + 1 < text.size(); i += 3)
    forecasts.push_back({(text[i] - '0') / 10.0, text[i + 1] == '+'});
  return forecasts;
}

TEST(AucTest, IsOneWhereAllThatHappenedRanksFirst) { EXPECT_EQ(Auc(Of("1- 2- 3+ 4+")), 1); }

TEST(AucTest, IsZeroWhereAllThatHappenedRanksLast) { EXPECT_EQ(Auc(Of("1+ 2+ 3- 4-")), 0); }

TEST(AucTest, CountsPairs) { EXPECT_EQ(Auc(Of("1- 2+ 3- 4+")), 0.75); }

TEST(AucTest, CountsATieHalf) {
  EXPECT_EQ(Auc(Of("5- 5+")), 0.5);
  EXPECT_EQ(Auc(Of("1- 5- 5+ 5+")), 0.75);
}

TEST(AucTest, IsHalfWithoutBothOutcomes) {
  EXPECT_EQ(Auc(Of("1+ 9+")), 0.5);
  EXPECT_EQ(Auc(Of("1- 9-")), 0.5);
}

TEST(BrierScoreTest, IsTheMeanSquaredError) {
  EXPECT_THAT(BrierScore(Of("8+ 8-")), DoubleNear((0.04 + 0.64) / 2, 1e-12));
}

TEST(LogLossTest, IsTheMeanOfMinusLogOfTheOutcome) {
  EXPECT_THAT(LogLoss(Of("8+ 8-")), DoubleNear(-(std::log(0.8) + std::log(0.2)) / 2, 1e-12));
}

TEST(CalibrationErrorTest, IsZeroWhereEachBinIsRight) {
  EXPECT_THAT(CalibrationError(Of("5+ 5-")), DoubleNear(0, 1e-12));
}

TEST(CalibrationErrorTest, WeighsBinsByTheirCounts) {
  // .2 observed 0, three times; .9 observed 1.
  EXPECT_THAT(CalibrationError(Of("2- 2- 2- 9+")), DoubleNear((3 * 0.2 + 0.1) / 4, 1e-12));
}

TEST(CalibrationErrorTest, ErrorsWithinABinCancel) {
  EXPECT_THAT(CalibrationError(Of("2- 3+"), 1), DoubleNear(0.25, 1e-12));
  EXPECT_THAT(CalibrationError(Of("2- 3+"), 10), DoubleNear((0.2 + 0.7) / 2, 1e-12));
}

TEST(EqualGroupsTest, SplitsByRisingProbability) {
  const std::vector<Mean> groups = EqualGroups(Of("9+ 1- 8+ 3+"), 2);
  ASSERT_EQ(groups.size(), 2);
  EXPECT_EQ(groups[0].count, 2);
  EXPECT_THAT(groups[0].forecast, DoubleNear(0.2, 1e-12));
  EXPECT_EQ(groups[0].observed, 0.5);
  EXPECT_THAT(groups[1].forecast, DoubleNear(0.85, 1e-12));
}

TEST(BestShiftTest, BringsTheMeanToWhatWasObserved) {
  const std::vector<Forecast> forecasts = Of("1- 2+ 2- 6+ 7+ 3+");
  const std::vector<Forecast> shifted = Shifted(forecasts, BestShift(forecasts));
  EXPECT_THAT(MeanOf(shifted).forecast, DoubleNear(4.0 / 6, 1e-9));
  EXPECT_EQ(Auc(shifted), Auc(forecasts));
}

TEST(BestShiftTest, IsZeroForWhatIsRight) {
  EXPECT_THAT(BestShift(Of("5+ 5-")), DoubleNear(0, 1e-12));
}

TEST(ShareWithheldTest, LeavesOutTheLeastProbableFirst) {
  const std::vector<Forecast> forecasts = Of("1- 2+ 3- 4- 5+");
  EXPECT_EQ(ShareWithheld(forecasts, 1), 0.2);
  EXPECT_EQ(ShareWithheld(forecasts, 0.5), 0.8);
}

TEST(ShareWithheldTest, KeepsOrLeavesEqualsTogether) {
  EXPECT_EQ(ShareWithheld(Of("1- 1+ 5+ 5+"), 0.9), 0);
  EXPECT_EQ(ShareWithheld(Of("1- 1+ 5+ 5+"), 0.6), 0.5);
}

TEST(ForecastQualityTest, DoesNotDependOnTheOrder) {
  std::vector<Forecast> forecasts = Of("1- 7+ 3+ 3- 9+ 4- 3+ 2-");
  const auto all = [&] {
    return std::vector{Auc(forecasts), BrierScore(forecasts), LogLoss(forecasts),
                       CalibrationError(forecasts), ShareWithheld(forecasts, 0.75)};
  };
  const std::vector<double> before = all();
  std::reverse(forecasts.begin(), forecasts.end());
  EXPECT_EQ(all(), before);
}

}  // namespace
}  // namespace tend::bench
