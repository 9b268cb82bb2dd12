#include "common/service/lag_watch.h"

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/runtime/metric_names.h"
#include "common/stream/memory_log.h"
#include "gtest/gtest.h"

namespace tend::service {
namespace {

using stream::InputPosition;
using stream::Offset;

InputPosition At(int64_t next) { return {{"in", 0}, Offset(next)}; }

class StallDetectorTest : public ::testing::Test {
 protected:
  bool See(int64_t next, int64_t end, int64_t second) {
    return detector_.See(At(next), Offset(end), absl::Seconds(second));
  }
  StallDetector detector_{absl::Seconds(30)};
};

TEST_F(StallDetectorTest, BehindAndNotMovingForLongIsAStall) {
  EXPECT_FALSE(See(5, 9, 0));
  EXPECT_FALSE(See(5, 12, 29));
  EXPECT_TRUE(See(5, 12, 30));
}

TEST_F(StallDetectorTest, WhatMovesDoesNotStandStill) {
  EXPECT_FALSE(See(5, 9, 0));
  EXPECT_FALSE(See(6, 9, 29));
  EXPECT_FALSE(See(6, 9, 58));
  EXPECT_TRUE(See(6, 9, 59));
}

TEST_F(StallDetectorTest, WhatIsAtTheEndDoesNotStandStill) {
  EXPECT_FALSE(See(9, 9, 0));
  EXPECT_FALSE(See(9, 9, 100));
  EXPECT_FALSE(See(9, 10, 101)) << "it is behind since now";
}

TEST_F(StallDetectorTest, WhatIsForgottenBeginsAnew) {
  EXPECT_FALSE(See(5, 9, 0));
  detector_.Forget();
  EXPECT_FALSE(See(5, 9, 30));
}

// The watch's own thread looks at a log in memory, which nobody else touches meanwhile.
TEST(LagWatchTest, AWorkerThatStandsStillIsToldOnce) {
  stream::ManualClock clock(absl::FromUnixSeconds(1'000));
  auto log = std::make_unique<stream::MemoryLog>(clock);
  ASSERT_TRUE(log->CreateTopic({"in", 1, stream::Cleanup::kDelete}).ok());
  {
    const auto producer = *log->NewProducer();
    stream::NewRecord record;
    record.topic = "in";
    std::vector<stream::Written> written;
    ASSERT_TRUE(producer->Send({record, record}, written).ok());
  }
  Metrics metrics("test");
  LagWatch watch(std::move(log), metrics, /*look_every=*/absl::Milliseconds(1),
                 /*stall_after=*/absl::Milliseconds(5));
  EXPECT_TRUE(watch.Tell({At(2)}, /*waiting=*/false).ok());
  absl::Status verdict;
  while (verdict.ok()) verdict = watch.Tell({At(1)}, /*waiting=*/false);
  EXPECT_EQ(verdict.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(verdict.message().find("in/0"), std::string::npos) << verdict;
}

TEST(LagWatchTest, ALogThatDoesNotAnswerIsToldWhateverTheWorkerSays) {
  stream::ManualClock clock(absl::FromUnixSeconds(1'000));
  Metrics metrics("test");
  std::promise<absl::Status> told;
  bool first = true;
  LagWatch watch(std::make_unique<stream::MemoryLog>(clock), metrics,
                 /*look_every=*/absl::Milliseconds(1), /*stall_after=*/absl::Hours(1),
                 [&](const absl::Status& status) {
                   if (!status.ok() && std::exchange(first, false)) told.set_value(status);
                 });
  // Of a topic that is not there, the log's answer is an error as well.
  EXPECT_TRUE(watch.Tell({At(1)}, /*waiting=*/false).ok());
  EXPECT_FALSE(told.get_future().get().ok());
}

}  // namespace
}  // namespace tend::service
