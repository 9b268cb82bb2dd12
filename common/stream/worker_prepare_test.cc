// Prepare: what a processor asks of the outside world may fail, and no record is lost by it.

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/stream/memory_log.h"
#include "common/stream/worker.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::stream {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const absl::Time kStart = absl::FromUnixSeconds(1'000);

// The outside world: answers after so many failures.
struct World {
  absl::StatusCode code = absl::StatusCode::kUnavailable;
  int failures = 0;
  int answers = 0;                // before it fails
  int asked = 0;                  // with records
  std::vector<std::string> used;  // values, in the order of Process
};

// Passes records on, each only after Prepare has seen it; asks the world before OnTime as well.
class AskingProcessor final : public Processor {
 public:
  explicit AskingProcessor(World& world) : world_(world) {}

  absl::Status Prepare(absl::Span<const Record> records, absl::Time) override {
    world_.asked += !records.empty();
    if (world_.answers > 0) {
      --world_.answers;
    } else if (world_.failures > 0) {
      --world_.failures;
      return absl::Status(world_.code, "away");
    }
    EXPECT_THAT(prepared_, IsEmpty());  // the ones before were all processed, or taken back
    for (const Record& record : records) prepared_.push_back(record.offset);
    time_prepared_ = records.empty();
    return absl::OkStatus();
  }
  Outcome Process(const Record& record, Context& context) override {
    EXPECT_THAT(prepared_, Not(IsEmpty()));
    EXPECT_EQ(prepared_.front(), record.offset);
    prepared_.pop_front();
    world_.used.emplace_back(record.value);
    context.Emit("test.out", record.key, record.value);
    return Outcome::Used();
  }
  void OnTime(Context& context) override {
    EXPECT_TRUE(time_prepared_);
    due_ = context.now() + absl::Seconds(10);
  }
  absl::Time NextDue() const override { return due_; }
  void Rollback() override { prepared_.clear(); }

 private:
  World& world_;
  std::deque<Offset> prepared_;
  bool time_prepared_ = false;
  absl::Time due_ = absl::InfinitePast();
};

// Two partitions. Send("0: a b") writes to one of them; Out() shows what was committed.
class WorkerPrepareTest : public ::testing::Test {
 protected:
  WorkerPrepareTest() {
    for (const char* topic : {"test.in", "test.more", "test.out", "tend.rejects.v1"}) {
      EXPECT_TRUE(log_.CreateTopic({topic, 2, Cleanup::kDelete}).ok());
    }
    spec_.name = "tend.test";
    spec_.input_topics = {"test.in"};
    spec_.make_processor = [this](int) { return std::make_unique<AskingProcessor>(world_); };
    producer_ = *log_.NewProducer();
  }

  std::unique_ptr<Worker> Start(const std::string& member, CommitTiming timing) {
    WorkerOptions options;
    options.member = member;
    options.timing = timing;
    options.player = player_;
    std::unique_ptr<Worker> worker = *Worker::Start(log_, spec_, clock_, options);
    EXPECT_FALSE(StepUntilIdle(*worker)->waiting);
    return worker;
  }

  static absl::StatusOr<StepResult> StepUntilIdle(Worker& worker) {
    absl::StatusOr<StepResult> result = worker.Step();
    while (result.ok() && result->worked) result = worker.Step();
    return result;
  }

  void Send(const std::string& line, absl::string_view topic = "test.in") {
    const std::pair<std::string, std::string> parts = absl::StrSplit(line, ": ");
    for (absl::string_view value : absl::StrSplit(parts.second, ' ')) {
      NewRecord record;
      record.topic = topic;
      record.partition = parts.first == "1" ? 1 : 0;
      record.key = "k";
      record.value = value;
      ASSERT_TRUE(producer_->Send({record}, written_).ok());
    }
  }

  std::vector<std::string> Out() {
    std::vector<std::string> out;
    for (const int partition : {0, 1}) {
      const auto reader = *log_.Open({"test.out", partition}, Offset(0), Isolation::kReadCommitted);
      std::vector<Record> records;
      EXPECT_TRUE(reader->Poll(PollLimits(), records).ok());
      for (const Record& record : records) out.emplace_back(record.value);
    }
    return out;
  }

  World world_;
  ManualClock clock_{kStart};
  ManualClock* player_ = nullptr;
  MemoryLog log_{clock_};
  ProcessorSpec spec_;
  std::unique_ptr<Producer> producer_;
  std::vector<Written> written_;
};

TEST_F(WorkerPrepareTest, RecordsWaitUntilTheWorldAnswers) {
  const auto worker = Start("0", CommitTiming::EveryStep());
  world_.failures = 3;
  Send("0: a b");
  for (int i = 0; i < 3; ++i) {
    const StepResult result = *worker->Step();
    EXPECT_TRUE(result.waiting && !result.worked);
    EXPECT_GT(result.pause, absl::ZeroDuration());
  }
  EXPECT_THAT(Out(), IsEmpty());
  Send("0: c");
  EXPECT_FALSE(StepUntilIdle(*worker)->waiting);
  EXPECT_THAT(Out(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(worker->stats().records, 3);
  EXPECT_EQ(worker->stats().aborts, 0);
  EXPECT_EQ(world_.asked, 4);
}

TEST_F(WorkerPrepareTest, APartitionAsksOnceAndRecordsKeepTheirOrder) {
  spec_.input_topics.push_back("test.more");  // the log gives topic by topic: partitions in turns
  const auto worker = Start("0", CommitTiming::EveryStep());
  Send("0: a"), Send("1: b"), Send("0: c", "test.more"), Send("1: d", "test.more");
  ASSERT_TRUE(worker->Step().ok());
  EXPECT_EQ(world_.asked, 2);
  // In turns, whichever came first.
  EXPECT_THAT(world_.used, AnyOf(ElementsAre("a", "b", "c", "d"), ElementsAre("b", "c", "d", "a"),
                                 ElementsAre("c", "d", "a", "b"), ElementsAre("d", "a", "b", "c")));
}

TEST_F(WorkerPrepareTest, OnePartitionWaitsAndTheOtherIsDone) {
  const auto worker = Start("0", CommitTiming::EveryStep());
  Send("0: a"), Send("1: b");
  world_.failures = 1;
  EXPECT_TRUE(worker->Step()->waiting);
  EXPECT_FALSE(StepUntilIdle(*worker)->waiting);
  EXPECT_THAT(Out(), UnorderedElementsAre("a", "b"));
}

TEST_F(WorkerPrepareTest, WhatIsOpenIsCommittedMeanwhile) {
  const auto worker = Start("0", CommitTiming());
  Send("0: a");
  ASSERT_TRUE(worker->Step().ok());  // committed at once, for there was no commit before
  clock_.Advance(absl::Milliseconds(25));
  Send("0: b");
  ASSERT_TRUE(worker->Step().ok());
  world_.failures = 2;
  Send("0: c");
  EXPECT_TRUE(worker->Step()->waiting);
  EXPECT_THAT(Out(), ElementsAre("a"));
  clock_.Advance(absl::Milliseconds(10));
  EXPECT_TRUE(worker->Step()->waiting);
  EXPECT_THAT(Out(), ElementsAre("a", "b"));
  clock_.Advance(absl::Milliseconds(60));
  ASSERT_TRUE(StepUntilIdle(*worker).ok());
  clock_.Advance(absl::Milliseconds(60));
  ASSERT_TRUE(StepUntilIdle(*worker).ok());
  EXPECT_THAT(Out(), ElementsAre("a", "b", "c"));
}

TEST_F(WorkerPrepareTest, APartitionMovesAwayWhileItWaits) {
  const auto worker = Start("0", CommitTiming::EveryStep());
  Send("0: a"), Send("1: b");
  world_.failures = 2;
  EXPECT_TRUE(worker->Step()->waiting);
  WorkerOptions options;
  options.member = "1";
  options.timing = CommitTiming::EveryStep();
  const auto other = *Worker::Start(log_, spec_, clock_, options);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(worker->Step().ok());
    ASSERT_TRUE(other->Step().ok());
  }
  EXPECT_EQ(worker->running_tasks(), 1);
  EXPECT_EQ(other->running_tasks(), 1);
  EXPECT_THAT(Out(), UnorderedElementsAre("a", "b"));
}

TEST_F(WorkerPrepareTest, AbortedTakesTheBatchBack) {
  CommitTiming timing;
  timing.interval = absl::Milliseconds(50);
  const auto worker = Start("0", timing);
  clock_.Advance(absl::Milliseconds(40));
  Send("0: a");
  ASSERT_TRUE(worker->Step().ok());
  world_ = {absl::StatusCode::kAborted, 1, 0, 0, {}};
  Send("0: b"), Send("1: c");
  ASSERT_TRUE(StepUntilIdle(*worker).ok());
  clock_.Advance(absl::Milliseconds(60));
  ASSERT_TRUE(StepUntilIdle(*worker).ok());
  EXPECT_EQ(worker->stats().aborts, 1);
  EXPECT_THAT(Out(), UnorderedElementsAre("a", "b", "c"));
}

TEST_F(WorkerPrepareTest, AnythingElseEndsTheWorker) {
  const auto worker = Start("0", CommitTiming::EveryStep());
  world_ = {absl::StatusCode::kInternal, 1, 0, 0, {}};
  Send("0: a");
  EXPECT_EQ(StepUntilIdle(*worker).status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(StepUntilIdle(*worker).status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(Out(), IsEmpty());
}

TEST_F(WorkerPrepareTest, TimeWaitsToo) {
  const auto worker = Start("0", CommitTiming::EveryStep());
  const absl::Time due = worker->processor(0)->NextDue();
  clock_.Advance(absl::Seconds(20));
  world_.failures = 1;
  EXPECT_TRUE(worker->Step()->waiting);
  EXPECT_EQ(worker->processor(0)->NextDue(), due);
  EXPECT_FALSE(StepUntilIdle(*worker)->waiting);
  EXPECT_GT(worker->processor(0)->NextDue(), due);
}

TEST_F(WorkerPrepareTest, APlayedBatchGoesOnWhereTheWorldDidNotAnswer) {
  player_ = &clock_;
  const auto worker = Start("0", CommitTiming::EveryStep());
  Send("0: a");
  clock_.Advance(absl::Seconds(20));
  Send("0: b c"), Send("1: d");
  world_.answers = 3;  // to the first record, and twice to the time until the others
  world_.failures = 1;
  EXPECT_TRUE(worker->Step()->waiting);
  EXPECT_THAT(world_.used, ElementsAre("a"));
  EXPECT_EQ(clock_.Now(), kStart + absl::Seconds(20));
  EXPECT_FALSE(StepUntilIdle(*worker)->waiting);
  EXPECT_THAT(world_.used, ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(Out(), ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(worker->stats().aborts, 0);
}

}  // namespace
}  // namespace tend::stream
