#include "common/runtime/shutdown.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>

namespace tend {
namespace {

TEST(ShutdownTest, ASignalRequestsTheStop) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Shutdown shutdown;
    EXPECT_FALSE(shutdown.token().stop_requested());
    ASSERT_EQ(kill(getpid(), signal), 0);
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait(lock, shutdown.token(), [] { return false; });
    EXPECT_TRUE(shutdown.token().stop_requested());
  }
}

TEST(ShutdownTest, ItEndsWithoutASignal) {
  Shutdown shutdown;
  shutdown.Request();
  EXPECT_TRUE(shutdown.token().stop_requested());
}

TEST(ShutdownDeathTest, AStopThatDoesNotComeToAnEndIsEnded) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        Shutdown shutdown(absl::Milliseconds(10));
        kill(getpid(), SIGTERM);
        while (true) pause();
      },
      ::testing::ExitedWithCode(1), "a call does not come back");
}

}  // namespace
}  // namespace tend
