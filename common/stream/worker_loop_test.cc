#include "common/stream/worker_loop.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/stream/memory_log.h"
#include "common/testing/faulty_log.h"
#include "common/testing/stream_processors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Stops the loop, or does something to it, when it has seen enough.
class Watcher final : public WorkerLoopObserver {
 public:
  explicit Watcher(std::function<bool(const WorkerStats&)> enough) : enough_(std::move(enough)) {}

  absl::Status Observe(const WorkerLoopView& view) override {
    last = view.totals;
    tasks = view.running_tasks;
    positions = view.positions;
    in_trouble = view.in_trouble;
    if (enough_(view.totals)) stop.request_stop();
    return std::exchange(verdict, absl::OkStatus());
  }
  void Trouble(const absl::Status& status) override {
    troubles.push_back(status.code());
    because.assign(status.message().data(), status.message().size());
  }

  std::stop_source stop;
  WorkerStats last;
  int tasks = 0;
  std::vector<InputPosition> positions;
  bool in_trouble = false;
  absl::Status verdict;  // of the next Observe
  std::vector<absl::StatusCode> troubles;
  std::string because;  // of the last

 private:
  const std::function<bool(const WorkerStats&)> enough_;
};

class WorkerLoopTest : public ::testing::Test {
 protected:
  WorkerLoopTest() {
    for (const char* topic : {"test.in", "test.events", "tend.rejects.v1"}) {
      EXPECT_TRUE(log_.CreateTopic({topic, 1, Cleanup::kDelete}).ok());
    }
    EXPECT_TRUE(log_.CreateTopic({"test.dedupe-state", 1, Cleanup::kCompact}).ok());
    producer_ = *log_.NewProducer();
    options_.first_wait = options_.last_wait = absl::Microseconds(1);
    options_.observe_every = absl::ZeroDuration();
  }

  void Send(const std::string& id) {
    NewRecord record;
    record.topic = "test.in";
    record.key = "k";
    record.value = id;
    ASSERT_TRUE(producer_->Send({record}, written_).ok());
  }
  std::vector<std::string> Events() {
    std::vector<Record> records;
    const auto reader = *log_.Open({"test.events", 0}, Offset(0), Isolation::kReadCommitted);
    EXPECT_TRUE(reader->Poll(PollLimits(), records).ok());
    std::vector<std::string> values;
    values.reserve(records.size());
    for (const Record& record : records) values.emplace_back(record.value);
    return values;
  }
  absl::Status Run(Log& log, Watcher& watcher) {
    return RunWorker(log, spec_, clock_, options_, watcher.stop.get_token(), watcher);
  }

  ManualClock clock_{absl::FromUnixSeconds(1'000)};
  MemoryLog log_{clock_};
  std::unique_ptr<Producer> producer_;
  std::vector<Written> written_;
  ProcessorSpec spec_ = DedupeSpec("test.in", "test.events");
  WorkerLoopOptions options_;
};

// The clock stands still, so no timing commits: the stop does.
TEST_F(WorkerLoopTest, AStopCommitsWhatIsOpen) {
  Send("a"), Send("b");
  std::vector<std::string> before;
  Watcher watcher([&](const WorkerStats& totals) {
    if (totals.transactions == 0) before = Events();
    return totals.records == 2;
  });
  ASSERT_TRUE(Run(log_, watcher).ok());
  EXPECT_THAT(before, IsEmpty());
  EXPECT_THAT(Events(), ElementsAre("a", "b"));
  EXPECT_EQ(watcher.last.transactions, 1);
}

TEST_F(WorkerLoopTest, ItWaitsForALogThatDoesNotAnswerAndSaysSoOnce) {
  Send("a");
  int refusals = 3;
  FaultyLog faulty(log_, [&refusals](LogCall call) {
    return call == LogCall::kPoll && refusals-- > 0 ? Fault::kRetry : Fault::kNone;
  });
  Watcher watcher([](const WorkerStats& totals) { return totals.records == 1; });
  ASSERT_TRUE(Run(faulty, watcher).ok());
  EXPECT_THAT(watcher.troubles, ElementsAre(absl::StatusCode::kUnavailable));
  EXPECT_EQ(watcher.because, "a fault");
  EXPECT_THAT(Events(), ElementsAre("a"));
}

TEST_F(WorkerLoopTest, AWaitIsToldAgainEachMinute) {
  Send("a");
  int refusals = 7;
  FaultyLog faulty(log_, [&](LogCall call) {
    if (call != LogCall::kPoll || refusals-- <= 0) return Fault::kNone;
    clock_.Advance(absl::Seconds(20));
    return Fault::kRetry;
  });
  Watcher watcher([](const WorkerStats& totals) { return totals.records == 1; });
  ASSERT_TRUE(Run(faulty, watcher).ok());
  EXPECT_EQ(watcher.troubles.size(), 3U);
}

// A pause would be too long for this test, and so would a stop that waits: the clock stands still.
TEST_F(WorkerLoopTest, WhileOnePartitionWaitsTheOtherWorksAndAStopDoesNotWait) {
  options_.first_wait = options_.last_wait = absl::Hours(1);
  options_.worker.timing = CommitTiming::EveryStep();
  options_.worker.limits.records = 1;
  for (const char* topic : {"test.wide-in", "test.wide-state"}) {
    ASSERT_TRUE(log_.CreateTopic({topic, 2, Cleanup::kCompact}).ok());
  }
  spec_.input_topics = {"test.wide-in"};
  spec_.changelog_topic = "test.wide-state";
  NewRecord record;
  record.topic = "test.wide-in";
  record.partition = 1;
  record.value = "a";
  ASSERT_TRUE(producer_->Send({record, record}, written_).ok());
  Watcher watcher([](const WorkerStats& totals) { return totals.records == 2; });
  int asked = 0;  // for an offset; first for that of partition 0
  FaultyLog faulty(log_, [&asked](LogCall call) {
    return call == LogCall::kCommitted && ++asked != 2 ? Fault::kRetry : Fault::kNone;
  });
  ASSERT_TRUE(Run(faulty, watcher).ok());
  EXPECT_THAT(watcher.troubles, ElementsAre(absl::StatusCode::kUnavailable));
}

TEST_F(WorkerLoopTest, AWorkerThatWasToldToGoIsMadeAnew) {
  options_.worker.timing = CommitTiming::EveryStep();
  Send("a");
  std::unique_ptr<Worker> other;
  Watcher watcher([&](const WorkerStats& totals) {
    if (totals.records == 1 && other == nullptr) {
      other = *Worker::Start(log_, spec_, clock_, options_.worker);  // the same member
      Send("b");
    }
    return totals.records == 2;
  });
  ASSERT_TRUE(Run(log_, watcher).ok());
  EXPECT_THAT(watcher.troubles, ElementsAre(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Events(), ElementsAre("a", "b"));
}

// As when two workers have one name: each makes the other go while both run.
TEST_F(WorkerLoopTest, WithNothingToDoATroubleIsOverAWhileAfterItsLastTime) {
  std::string seen;
  Watcher watcher([&](const WorkerStats&) {
    clock_.Advance(absl::Seconds(1));
    seen += watcher.in_trouble ? 'T' : '-';
    if (seen.size() <= 5) watcher.verdict = absl::FailedPreconditionError("another has its name");
    return seen.size() == 12;  // and a last look when the worker goes
  });
  ASSERT_TRUE(Run(log_, watcher).ok());
  EXPECT_EQ(seen, "-TTTTTTTTTT--");
  EXPECT_EQ(watcher.tasks, 1);
  EXPECT_THAT(watcher.troubles, ElementsAre(absl::StatusCode::kFailedPrecondition));
}

// As a poll that finds nothing between two questions to a server that hangs.
TEST_F(WorkerLoopTest, AStepThatGoesWellBetweenTwoThatWaitEndsNoTrouble) {
  int polls = 0;
  FaultyLog faulty(log_, [&polls](LogCall call) {
    return call == LogCall::kPoll && ++polls % 4 == 0 ? Fault::kRetry : Fault::kNone;
  });
  std::string seen;
  Watcher watcher([&](const WorkerStats&) {
    clock_.Advance(absl::Seconds(1));
    seen += watcher.in_trouble ? 'T' : '-';
    return seen.size() == 12;  // and a last look when the worker goes
  });
  ASSERT_TRUE(Run(faulty, watcher).ok());
  EXPECT_EQ(seen, "---TTTTTTTTTT");
  EXPECT_THAT(watcher.troubles, ElementsAre(absl::StatusCode::kUnavailable));
}

TEST_F(WorkerLoopTest, WhoeverLooksOnCanHaveAWorkerMadeAnew) {
  Send("a"), Send("b");
  Watcher watcher([](const WorkerStats& totals) { return totals.transactions == 2; });
  options_.worker.timing = CommitTiming::EveryStep();
  options_.worker.limits.records = 1;
  watcher.verdict = absl::FailedPreconditionError("it stands still");
  ASSERT_TRUE(Run(log_, watcher).ok());
  EXPECT_THAT(watcher.troubles, ElementsAre(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Events(), ElementsAre("a", "b"));
}

TEST_F(WorkerLoopTest, ItTellsHowFarItHasRead) {
  Send("a"), Send("b");
  Watcher watcher([](const WorkerStats& totals) { return totals.records == 2; });
  ASSERT_TRUE(Run(log_, watcher).ok());
  ASSERT_EQ(watcher.positions.size(), 1U);
  EXPECT_EQ(watcher.positions[0].partition, (TopicPartition{"test.in", 0}));
  EXPECT_EQ(watcher.positions[0].next, Offset(2));
}

TEST_F(WorkerLoopTest, WhatNothingMendsEndsIt) {
  spec_.input_topics = {"test.nowhere"};
  Watcher watcher([](const WorkerStats&) { return false; });
  EXPECT_EQ(Run(log_, watcher).code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace tend::stream
