#include "services/cli/progress.h"

#include <memory>

#include "gmock/gmock.h"

namespace tend::cli {
namespace {

constexpr char kClear[] = "\r\x1b[K";

// A progress line with a clock under control; what it writes is collected.
class ProgressTest : public ::testing::Test {
 protected:
  std::unique_ptr<Progress> Start(bool live) {
    return std::make_unique<Progress>("reading", "rows",
                                      Progress::Output{{0, false, live},
                                                       [this](absl::string_view text) {
                                                         written_.append(text.data(), text.size());
                                                       },
                                                       [this] { return now_; }});
  }

  absl::Time now_ = absl::FromUnixSeconds(1'767'600'000);
  std::string written_;
};

TEST(FormatProgressTest, SaysShareRowsRateAndTimeLeft) {
  EXPECT_EQ(FormatProgress("reading", "rows", {40, 100, 400'000, absl::Seconds(4)}, 0),
            "reading: 40 %, 400,000 rows, 100,000 rows/s, 6.0 s left");
}

TEST(FormatProgressTest, SaysNothingItCannotKnow) {
  EXPECT_EQ(FormatProgress("reading", "rows", {40, 0, 400'000, absl::Seconds(4)}, 0),
            "reading: 400,000 rows, 100,000 rows/s");
  EXPECT_EQ(FormatProgress("reading", "rows", {1, 100, 0, absl::Seconds(4)}, 0), "reading: 1 %");
}

TEST(FormatProgressTest, FitsTheTerminal) {
  EXPECT_EQ(FormatProgress("reading", "rows", {40, 100, 400'000, absl::Seconds(4)}, 14),
            "reading: 40 %\xE2\x80\xA6");
}

TEST(FormatProgressTest, SpansReadNaturally) {
  EXPECT_EQ(FormatSpan(absl::Milliseconds(840)), "0.8 s");
  EXPECT_EQ(FormatSpan(absl::Seconds(12)), "12 s");
  EXPECT_EQ(FormatSpan(absl::Seconds(200)), "3 min 20 s");
  EXPECT_EQ(FormatSpan(absl::Minutes(125)), "2 h 5 min");
}

TEST_F(ProgressTest, ATerminalIsToldAtOnceAndShortWorkLeavesNothing) {
  auto progress = Start(true);
  progress->Update(1, 100, 0);
  EXPECT_EQ(written_, std::string(kClear) + "reading: 1 %");
  written_.clear();
  now_ += absl::Milliseconds(900);
  progress->Finish(4);
  EXPECT_EQ(written_, kClear);
}

TEST_F(ProgressTest, WhatIsSaidStandsInItsPlace) {
  auto progress = Start(true);
  progress->Update(1, 100, 0);
  written_.clear();
  progress->Say("waiting");
  EXPECT_EQ(written_, std::string(kClear) + "reading: waiting");
  written_.clear();
  progress.reset();
  EXPECT_EQ(written_, kClear);
  progress = Start(false);
  progress->Say("waiting");
  progress.reset();
  EXPECT_EQ(written_, kClear) << "a file is told nothing";
}

TEST_F(ProgressTest, UpdatesAreAtMostFiveASecond) {
  auto progress = Start(true);
  now_ += absl::Seconds(2);
  progress->Update(50, 100, 10);
  EXPECT_EQ(written_, std::string(kClear) + "reading: 50 %, 10 rows, 5 rows/s, 2.0 s left");
  written_.clear();
  now_ += absl::Milliseconds(199);
  progress->Update(51, 100, 11);
  EXPECT_EQ(written_, "");
  now_ += absl::Milliseconds(1);
  progress->Update(51, 100, 11);
  EXPECT_NE(written_, "");
}

TEST_F(ProgressTest, TheFinalLineStandsAlone) {
  auto progress = Start(true);
  now_ += absl::Seconds(2);
  progress->Update(50, 100, 10);
  written_.clear();
  progress->Finish(20);
  progress.reset();
  EXPECT_EQ(written_, std::string(kClear) + "reading: 20 rows in 2.0 s, 10 rows/s\n");
}

TEST_F(ProgressTest, AFileGetsTheFinalLineOnly) {
  auto progress = Start(false);
  now_ += absl::Seconds(2);
  progress->Update(50, 100, 10);
  EXPECT_EQ(written_, "");
  progress->Finish(20);
  EXPECT_EQ(written_, "reading: 20 rows in 2.0 s, 10 rows/s\n");
}

}  // namespace
}  // namespace tend::cli
