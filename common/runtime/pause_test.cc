#include "common/runtime/pause.h"

#include <stop_token>
#include <thread>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace tend {
namespace {

TEST(PauseTest, LastsAsLongAsItSays) {
  const absl::Time began = absl::Now();
  Pause(absl::Milliseconds(20), std::stop_token());
  EXPECT_GE(absl::Now() - began, absl::Milliseconds(20));
}

TEST(PauseTest, AStopEndsIt) {
  std::jthread thread([](const std::stop_token& stop) { Pause(absl::Hours(1), stop); });
  thread.request_stop();
  thread.join();  // or the test runs an hour
}

}  // namespace
}  // namespace tend
