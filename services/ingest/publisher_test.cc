#include "services/ingest/publisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <numeric>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/runtime/mutex.h"
#include "common/stream/memory_log.h"
#include "common/testing/scripted_log.h"

namespace tend::ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class PublisherTest : public ::testing::Test {
 protected:
  PublisherTest() {
    for (const char* topic : {"t", "tend.interactions.v1"}) {
      EXPECT_TRUE(memory_.CreateTopic({topic, 1, stream::Cleanup::kDelete}).ok());
    }
  }

  static void Await(const Publisher& publisher, bool up) {
    while (publisher.log_status().ok() != up) std::this_thread::yield();
  }

  static std::vector<int64_t> Offsets(const absl::StatusOr<std::vector<stream::Written>>& written) {
    std::vector<int64_t> offsets;
    for (const stream::Written& place : *written) offsets.push_back(place.offset.value());
    return offsets;
  }

  stream::ManualClock clock_{absl::FromUnixSeconds(1)};
  stream::MemoryLog memory_{clock_};
  stream::ScriptedLog log_{memory_};
};

TEST_F(PublisherTest, ACallerLearnsWhereItsRecordsAre) {
  Publisher publisher(log_);
  EXPECT_THAT(Offsets(publisher.Publish({{"t", "k", "a"}, {"t", "k", "b"}})), ElementsAre(0, 1));
  EXPECT_THAT(Offsets(publisher.Publish({{"t", "k", "c"}})), ElementsAre(2));
}

TEST_F(PublisherTest, ItCountsWhatTheLogHas) {
  ASSERT_TRUE(memory_.CreateTopic({kRejectsTopic, 1, stream::Cleanup::kDelete}).ok());
  log_.failures = {absl::UnavailableError("away")};
  Publisher publisher(log_);
  EXPECT_FALSE(publisher.Publish({{"t", "k", "a"}}).ok());
  EXPECT_TRUE(
      publisher.Publish({{"t", "k", "a"}, {kRejectsTopic, "k", "b", v1::REJECT_REASON_TOO_LARGE}})
          .ok());
  EXPECT_EQ(publisher.counts().written, 2);
  EXPECT_THAT(publisher.counts().rejects, ElementsAre(Pair(v1::REJECT_REASON_TOO_LARGE, 1)));
  EXPECT_EQ(publisher.counts().failures, 1);
  const auto latencies = publisher.counts().latencies.counts;
  EXPECT_EQ(std::accumulate(latencies.begin(), latencies.end(), int64_t{0}), 2);
}

TEST_F(PublisherTest, CallersThatWaitAreWrittenTogether) {
  constexpr int kCallers = 8;
  std::vector<std::jthread> callers;
  std::atomic<int> asked = 0, answered = 0;
  // The first write ends only once all others wait behind it.
  log_.during = [&] {
    while (log_.writes == 1 && asked < kCallers) std::this_thread::yield();
  };
  Publisher publisher(log_);
  callers.reserve(kCallers);
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      ++asked;
      if (publisher.Publish({{"t", "k", "v"}}).ok()) ++answered;
    });
  }
  callers.clear();
  EXPECT_EQ(answered, kCallers);
  EXPECT_LT(log_.writes, kCallers);
}

TEST_F(PublisherTest, ALogThatDoesNotAnswerIsUnavailableAndLaterWorksAgain) {
  log_.failures = {absl::UnavailableError("no broker")};
  Publisher publisher(log_);
  const auto refused = publisher.Publish({{"t", "k", "a"}});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(refused.status().message(), "the log does not answer, try again later");
  EXPECT_TRUE(publisher.Publish({{"t", "k", "a"}}).ok());
  EXPECT_EQ(log_.producers, 1);
}

TEST_F(PublisherTest, WhileTheLogIsAwayAllAreToldAtOnceUntilALookIsAnswered) {
  Publisher publisher(log_, {.look_every = absl::Milliseconds(1)});
  Await(publisher, true);
  log_.away = true;
  Await(publisher, false);
  EXPECT_EQ(publisher.Publish({{"t", "k", "a"}}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(publisher.Check().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(log_.writes, 0);
  log_.away = false;
  Await(publisher, true);
  EXPECT_TRUE(publisher.Check().ok());
  EXPECT_THAT(Offsets(publisher.Publish({{"t", "k", "a"}})), ElementsAre(0));
}

TEST_F(PublisherTest, WhoWaitsBehindAFailedWriteIsToldByTheLookAfterIt) {
  std::atomic<bool> writing = false, go_on = false;
  log_.during = [&] {
    writing = true;
    while (!go_on) std::this_thread::yield();
  };
  Publisher publisher(log_);
  std::jthread first([&] { EXPECT_FALSE(publisher.Publish({{"t", "k", "a"}}).ok()); });
  while (!writing) std::this_thread::yield();
  std::jthread second([&] { EXPECT_FALSE(publisher.Publish({{"t", "k", "b"}}).ok()); });
  while (publisher.waiting_bytes() == 0) std::this_thread::yield();
  log_.away = true;
  go_on = true;
  first.join();
  second.join();
  EXPECT_EQ(log_.writes, 1);
  EXPECT_EQ(publisher.waiting_bytes(), 0);
}

TEST_F(PublisherTest, AWriteThatFailsWhileConnectionsBreakNeedsNoLook) {
  log_.failures = {absl::UnavailableError("writing to t: timed out")};
  log_.during = [&] { log_.broken = true; };
  Publisher publisher(log_, {.look_every = absl::InfiniteDuration()});
  Await(publisher, true);
  // Whoever comes next writes elsewhere, maybe.
  const auto away = absl::UnavailableError("the log does not answer, try again later");
  EXPECT_EQ(publisher.Publish({{"t", "k", "a"}}).status(), away);
  EXPECT_EQ(publisher.Publish({{"t", "k", "a"}}).status(), away);
  EXPECT_EQ(publisher.Check(), away);
  EXPECT_THAT(std::string(publisher.log_status().message()), HasSubstr("writing to t: timed out"));
  EXPECT_EQ(log_.writes, 1);
}

TEST_F(PublisherTest, AConnectionThatBreaksIsLookedIntoAtOnce) {
  Publisher publisher(log_, {.look_every = absl::InfiniteDuration()});
  Await(publisher, true);
  log_.away = true;
  log_.broken = true;
  Await(publisher, false);
}

TEST_F(PublisherTest, AConnectionThatBreaksAloneRefusesNobody) {
  Publisher publisher(log_);
  Await(publisher, true);
  log_.broken = true;
  EXPECT_TRUE(publisher.Publish({{"t", "k", "a"}}).ok());
  while (log_.broken) std::this_thread::yield();
  EXPECT_TRUE(publisher.Publish({{"t", "k", "b"}}).ok());
  EXPECT_TRUE(publisher.log_status().ok());
}

TEST_F(PublisherTest, ItIsNotUpBeforeTheLogHasAnswered) {
  log_.away = true;
  Publisher publisher(log_, {.look_every = absl::Milliseconds(1)});
  EXPECT_EQ(publisher.Check().code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(publisher.log_status().ok());
  log_.away = false;
  Await(publisher, true);
}

// Calls of lanes, behind a write that does not end before GoOn.
class PublisherLaneTest : public PublisherTest {
 protected:
  PublisherLaneTest() {
    log_.during = [this] {
      while (!go_on_) std::this_thread::yield();
    };
  }
  ~PublisherLaneTest() override { go_on_ = true; }

  void AwaitWriting() const {
    while (publisher_.waiting_bytes() > 0) std::this_thread::yield();
  }

  // record: outlives the test's publisher.
  void Bring(const Outgoing& record, Lane* lane = nullptr) {
    publisher_.Publish(
        {&record, 1},
        [this, &record](const auto& written) {
          const MutexLock lock(mu_);
          told_.push_back(written.ok()
                              ? absl::StrCat(record.value, "@", written->front().offset.value())
                              : absl::StrCat("no ", record.value));
        },
        lane);
  }

  // What the next n callers are told.
  std::vector<std::string> Told(size_t n) {
    while (true) {
      const MutexLock lock(mu_);
      if (told_.size() >= n) return std::exchange(told_, {});
    }
  }

  const Outgoing a_ = {"t", "", "aaa"}, b_ = {"t", "", "bbb"}, c_ = {"t", "", "cc"};
  Lane lane_;
  std::atomic<bool> go_on_ = false;
  Mutex mu_;
  std::vector<std::string> told_ ABSL_GUARDED_BY(mu_);
  PublisherLimits limits_{.waiting_bytes = 5};
  Publisher publisher_{log_, limits_};
};

TEST_F(PublisherLaneTest, BehindAFailedCallNoneOfItsLaneIsWritten) {
  log_.failures = {absl::UnavailableError("away")};
  Bring(a_, &lane_);
  AwaitWriting();
  Bring(b_, &lane_);
  Bring(c_);
  go_on_ = true;
  EXPECT_THAT(Told(3), ElementsAre("no aaa", "no bbb", "cc@0"));
  EXPECT_EQ(publisher_.waiting_bytes(), 0);
  Bring(b_, &lane_);
  EXPECT_THAT(Told(1), ElementsAre("no bbb"));
  Lane again;
  Bring(a_, &again);
  EXPECT_THAT(Told(1), ElementsAre("aaa@1"));
}

TEST_F(PublisherLaneTest, BehindARefusedCallNoneOfItsLaneIsWritten) {
  Bring(a_, &lane_);
  AwaitWriting();
  Bring(b_, &lane_);
  Bring(a_, &lane_);  // too much
  Bring(c_, &lane_);
  go_on_ = true;
  EXPECT_THAT(Told(4), ElementsAre("no aaa", "no cc", "aaa@0", "bbb@1"));
}

TEST_F(PublisherTest, AProducerThatIsDoneForIsMadeAnew) {
  log_.failures = {absl::FailedPreconditionError("fatal")};
  Publisher publisher(log_);
  EXPECT_EQ(publisher.Publish({{"t", "k", "a"}}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(publisher.Publish({{"t", "k", "a"}}).ok());
  EXPECT_EQ(log_.producers, 2);
}

TEST_F(PublisherTest, BeyondItsBoundItRefusesAtOnce) {
  PublisherLimits limits;
  limits.waiting_bytes = 4;
  std::atomic<bool> writing = false, refused = false;
  log_.during = [&] {
    writing = true;
    while (!refused) std::this_thread::yield();
  };
  Publisher publisher(log_, limits);
  std::jthread first([&] { EXPECT_TRUE(publisher.Publish({{"t", "k", "first"}}).ok()); });
  while (!writing) std::this_thread::yield();
  std::jthread second([&] { publisher.Publish({{"t", "k", "ab"}}).IgnoreError(); });
  while (publisher.waiting_bytes() == 0) std::this_thread::yield();
  EXPECT_EQ(publisher.Publish({{"t", "k", "abcd"}}).status().code(),
            absl::StatusCode::kUnavailable);
  refused = true;
}

}  // namespace
}  // namespace tend::ingest
