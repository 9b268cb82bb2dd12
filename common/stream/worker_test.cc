#include "common/stream/worker.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/stream/in_process.h"
#include "common/stream/memory_log.h"
#include "common/testing/stream_processors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tend/v1/reject.pb.h"

namespace tend::stream {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const absl::Time kStart = absl::FromUnixSeconds(1'000);

// A chain dedupe -> count over one partition each. In: Send("key: id, id"). Out: Outputs(topic).
class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest() {
    for (const char* topic : {"test.in", "test.events", "test.counts", "tend.rejects.v1"}) {
      EXPECT_TRUE(log_.CreateTopic({topic, 1, Cleanup::kDelete}).ok());
    }
    for (const char* topic : {"test.dedupe-state", "test.count-state"}) {
      EXPECT_TRUE(log_.CreateTopic({topic, 1, Cleanup::kCompact}).ok());
    }
    producer_ = *log_.NewProducer();
  }

  void Send(absl::string_view line) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(line, ": ");
    for (absl::string_view id : absl::StrSplit(parts.second, ", ")) {
      NewRecord record;
      record.topic = "test.in";
      record.key = parts.first;
      record.value = id;
      ASSERT_TRUE(producer_->Send({record}, written_).ok());
    }
  }

  std::vector<Record> Read(const std::string& topic) {
    std::vector<Record> records;
    reader_ = *log_.Open({topic, 0}, Offset(0), Isolation::kReadCommitted);
    EXPECT_TRUE(reader_->Poll(PollLimits(), records).ok());
    return records;
  }

  // "key=value", without the time that CountProcessor adds.
  std::vector<std::string> Outputs(const std::string& topic) {
    std::vector<std::string> outputs;
    for (const Record& record : Read(topic)) {
      const std::vector<std::string> parts =
          absl::StrSplit(absl::string_view(record.value), absl::MaxSplits(" @", 1));
      outputs.push_back(absl::StrCat(record.key, "=", record.tombstone ? "-" : parts[0]));
    }
    return outputs;
  }

  std::unique_ptr<Worker> StartWorker(const ProcessorSpec& spec, const CommitTiming& timing) {
    WorkerOptions options;
    options.timing = timing;
    absl::StatusOr<std::unique_ptr<Worker>> worker = Worker::Start(log_, spec, clock_, options);
    EXPECT_TRUE(worker.ok()) << worker.status();
    return *std::move(worker);
  }

  static absl::Status StepUntilIdle(Worker& worker) {
    while (true) {
      const absl::StatusOr<StepResult> result = worker.Step();
      if (!result.ok()) return result.status();
      if (!result->worked) return absl::OkStatus();
    }
  }

  ManualClock clock_{kStart};
  MemoryLog log_{clock_};
  std::unique_ptr<Producer> producer_;
  std::vector<Written> written_;
  std::unique_ptr<Reader> reader_;
  const ProcessorSpec dedupe_ = DedupeSpec("test.in", "test.events");
  const ProcessorSpec count_ = CountSpec("test.events", "test.counts", absl::Seconds(10));
};

TEST_F(WorkerTest, AChainOfWorkersCarriesRecordsThrough) {
  InProcess process(log_, clock_);
  ASSERT_TRUE(process.Add(dedupe_).ok());
  ASSERT_TRUE(process.Add(count_).ok());
  Send("a: 1, 2, 1, 3");
  ASSERT_EQ(process.RunUntilIdle(), absl::OkStatus());
  EXPECT_THAT(Outputs("test.counts"), ElementsAre("a=1 1", "a=2 2", "a=3 3"));
}

TEST_F(WorkerTest, TimeFiresWhereItIsDueAndNotBefore) {
  InProcess process(log_, clock_);
  ASSERT_TRUE(process.Add(dedupe_).ok());
  ASSERT_TRUE(process.Add(count_).ok());
  Send("a: 1, 2");
  ASSERT_EQ(process.RunUntilIdle(), absl::OkStatus());
  clock_.AdvanceTo(kStart + absl::Seconds(9));
  ASSERT_EQ(process.RunUntilIdle(), absl::OkStatus());
  EXPECT_THAT(Outputs("test.counts"), ElementsAre("a=1 1", "a=2 2"));
  clock_.AdvanceTo(kStart + absl::Seconds(60));
  ASSERT_EQ(process.RunUntilIdle(), absl::OkStatus());
  EXPECT_THAT(Outputs("test.counts"), ElementsAre("a=1 1", "a=2 2", "a=closed 2"));
  const std::vector<Record> counts = Read("test.counts");
  EXPECT_EQ(counts.back().produce_time, kStart + absl::Seconds(10));
  EXPECT_EQ(clock_.Now(), kStart + absl::Seconds(60));
}

TEST_F(WorkerTest, APlayedBatchHasTheOutcomeOfItsRecordsOneByOne) {
  std::vector<std::string> played[2];
  for (const bool together : {false, true}) {
    ManualClock clock(kStart);
    MemoryLog log(clock);
    for (const char* topic : {"test.in", "test.events", "test.counts", "tend.rejects.v1"}) {
      ASSERT_TRUE(log.CreateTopic({topic, 1, Cleanup::kDelete}).ok());
    }
    for (const char* topic : {"test.dedupe-state", "test.count-state"}) {
      ASSERT_TRUE(log.CreateTopic({topic, 1, Cleanup::kCompact}).ok());
    }
    InProcess process(log, clock);
    ASSERT_TRUE(process.Add(dedupe_).ok());
    ASSERT_TRUE(process.Add(count_).ok());
    const auto producer = *log.NewProducer();
    const std::vector<std::pair<int, std::string>> records = {
        {0, "a 1"}, {4, "b 2"}, {9, "a 1"}, {10, "a 3"}, {13, "bad"}, {14, "b 4"}, {40, "a 5"}};
    for (const auto& [second, text] : records) {
      clock.AdvanceTo(kStart + absl::Seconds(second));
      NewRecord record;
      record.topic = "test.in";
      record.key = absl::string_view(text).substr(0, 1);
      record.value = absl::StripPrefix(text, absl::StrCat(*record.key, " "));
      ASSERT_TRUE(producer->Send({record}, written_).ok());
      if (together) continue;
      ASSERT_EQ(process.RunUntilIdle(), absl::OkStatus());
    }
    ASSERT_EQ(process.RunUntilIdle(), absl::OkStatus());
    EXPECT_EQ(clock.Now(), kStart + absl::Seconds(40));
    for (const char* topic : {"test.counts", "tend.rejects.v1"}) {
      const auto reader = *log.Open({topic, 0}, Offset(0), Isolation::kReadCommitted);
      std::vector<Record> out;
      ASSERT_TRUE(reader->Poll(PollLimits(), out).ok());
      for (const Record& record : out) {
        const bool reject = record.topic != "test.counts";
        played[together].push_back(absl::StrCat(absl::FormatTime(record.produce_time), " ",
                                                record.key, "=",
                                                reject ? "rejected" : record.value));
      }
    }
  }
  EXPECT_EQ(played[0], played[1]);
  EXPECT_THAT(played[1], Contains(AllOf(HasSubstr(absl::FormatTime(kStart + absl::Seconds(10))),
                                        HasSubstr("a=closed 1"))));
}

TEST_F(WorkerTest, APlayedTaskThatStaysDueIsAFaultOfTheProgram) {
  class DueForEver final : public Processor {
   public:
    Outcome Process(const Record&, Context&) override { return Outcome::Used(); }
    absl::Time NextDue() const override { return kStart; }
  };
  ProcessorSpec spec;
  spec.name = "test.due";
  spec.input_topics = {"test.in"};
  spec.make_processor = [](int) { return std::make_unique<DueForEver>(); };
  InProcess process(log_, clock_);
  ASSERT_TRUE(process.Add(spec).ok());
  const absl::Status status = process.RunUntilIdle();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(status.message(), HasSubstr("test.due stays due at"));
}

TEST_F(WorkerTest, ABatchChangesEachKeyOnceInTheChangelog) {
  const auto worker = StartWorker(count_, CommitTiming::EveryStep());
  ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
  NewRecord record;
  record.topic = "test.events";
  record.key = "a";
  for (const char* id : {"1", "2", "3"}) {
    record.value = id;
    ASSERT_TRUE(producer_->Send({record}, written_).ok());
  }
  ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
  EXPECT_EQ(worker->stats().transactions, 1);
  const std::vector<Record> changes = Read("test.count-state");
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].key, "a");
  EXPECT_TRUE(absl::StartsWith(changes[0].value, "3 "));
  EXPECT_EQ(changes[1].key, kTaskProgressKey);
}

TEST_F(WorkerTest, ARejectCarriesItsReasonPlaceAndBytes) {
  const auto worker = StartWorker(dedupe_, CommitTiming::EveryStep());
  Send("a: 1, bad, 2");
  ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
  EXPECT_THAT(Outputs("test.events"), ElementsAre("a=1", "a=2"));
  const std::vector<Record> rejects = Read("tend.rejects.v1");
  ASSERT_EQ(rejects.size(), 1u);
  v1::Reject reject;
  ASSERT_TRUE(
      reject.ParseFromArray(rejects[0].value.data(), static_cast<int>(rejects[0].value.size())));
  EXPECT_EQ(reject.reason(), v1::REJECT_REASON_FIELD_INVALID);
  EXPECT_EQ(reject.record().topic(), "test.in");
  EXPECT_EQ(reject.record().offset(), 1);
  EXPECT_EQ(reject.value(), "bad");
  EXPECT_EQ(reject.service(), "test-dedupe");
  EXPECT_THAT(worker->stats().rejects, ElementsAre(Pair(v1::REJECT_REASON_FIELD_INVALID, 1)));
}

TEST_F(WorkerTest, EmittedIsAllThatCommittedBatchesWroteButRejects) {
  const auto worker = StartWorker(dedupe_, CommitTiming::EveryStep());
  Send("a: 1, bad, 2");
  ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
  size_t written = 0;
  for (const char* topic : {"test.events", "test.count-state", "test.dedupe-state"}) {
    written += Read(topic).size();
  }
  EXPECT_EQ(worker->stats().emitted, static_cast<int64_t>(written));
}

TEST_F(WorkerTest, NothingToCommitMakesNoTransaction) {
  const auto worker = StartWorker(dedupe_, CommitTiming::EveryStep());
  ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
  for (int second = 0; second < 10; ++second) {
    clock_.Advance(absl::Seconds(1));
    ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
  }
  EXPECT_EQ(worker->stats().transactions, 0);
}

TEST_F(WorkerTest, ANewWorkerGoesOnFromTheStateOfTheOldOne) {
  {
    const auto worker = StartWorker(dedupe_, CommitTiming::EveryStep());
    Send("a: 1, 2");
    ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
  }
  const auto worker = StartWorker(dedupe_, CommitTiming::EveryStep());
  Send("a: 2, 3");
  ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
  EXPECT_THAT(Outputs("test.events"), ElementsAre("a=1", "a=2", "a=3"));
}

TEST_F(WorkerTest, TimeNeverGoesBackInTheStateOfANewWorker) {
  clock_.Advance(absl::Hours(1));
  {
    const auto worker = StartWorker(count_, CommitTiming::EveryStep());
    ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
    NewRecord record;
    record.topic = "test.events";
    record.key = "a";
    record.value = "1";
    ASSERT_TRUE(producer_->Send({record}, written_).ok());
    ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
  }
  const ManualClock slow(kStart);
  WorkerOptions options;
  options.timing = CommitTiming::EveryStep();
  const auto worker = *Worker::Start(log_, count_, slow, options);
  NewRecord record;
  record.topic = "test.events";
  record.key = "b";
  record.value = "2";
  ASSERT_TRUE(producer_->Send({record}, written_).ok());
  ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
  EXPECT_EQ(Read("test.counts").back().value,
            absl::StrCat("2 1 @", absl::ToUnixNanos(kStart + absl::Hours(1))));
}

TEST_F(WorkerTest, StateWithoutACommittedOffsetIsALoss) {
  NewRecord record;
  record.topic = "test.dedupe-state";
  record.key = "1";
  record.value = "";
  ASSERT_TRUE(producer_->Send({record}, written_).ok());
  const auto worker = StartWorker(dedupe_, CommitTiming::EveryStep());
  EXPECT_EQ(StepUntilIdle(*worker).code(), absl::StatusCode::kDataLoss);
}

TEST_F(WorkerTest, StateThatCannotBeReadIsALossAndSaysWhere) {
  NewRecord record;
  record.topic = "test.count-state";
  record.key = "a";
  record.value = "many";
  ASSERT_TRUE(producer_->Send({record}, written_).ok());
  const auto worker = StartWorker(count_, CommitTiming::EveryStep());
  const absl::Status status = StepUntilIdle(*worker);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(status.message().find("test.count-state/0@0: a count cannot be read"),
            std::string::npos)
      << status;
}

TEST_F(WorkerTest, ACommittedOffsetWithoutStateIsALoss) {
  {
    const auto consumer = *log_.Join({dedupe_.name, "0", {"test.in"}});
    ASSERT_TRUE(consumer->Commit({NextOffset{"test.in", 0, Offset(0)}}).ok());
  }
  const auto worker = StartWorker(dedupe_, CommitTiming::EveryStep());
  EXPECT_EQ(StepUntilIdle(*worker).code(), absl::StatusCode::kDataLoss);
}

TEST_F(WorkerTest, StateAheadOfTheCommittedOffsetIsALoss) {
  {
    const auto worker = StartWorker(dedupe_, CommitTiming::EveryStep());
    Send("a: 1, 2");
    ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
  }
  {
    const auto consumer = *log_.Join({dedupe_.name, "0", {"test.in"}});
    ASSERT_TRUE(consumer->Commit({NextOffset{"test.in", 0, Offset(1)}}).ok());
  }
  const auto worker = StartWorker(dedupe_, CommitTiming::EveryStep());
  EXPECT_EQ(StepUntilIdle(*worker).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(StepUntilIdle(*worker).code(), absl::StatusCode::kDataLoss);  // and stays so
}

// A transaction that is open in the changelog holds back all behind it.
TEST_F(WorkerTest, ARestoreThatStandsStillSaysWhereAndWhatToDo) {
  const auto other = *log_.NewTransactionalProducer("other");
  NewRecord record;
  record.topic = "test.dedupe-state";
  record.key = "1";
  ASSERT_TRUE(other->Init().ok() && other->Begin().ok() && other->Produce(record).ok());
  const auto worker = StartWorker(dedupe_, CommitTiming::EveryStep());
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(worker->Step()->waiting);
  clock_.Advance(absl::Seconds(20));
  const StepResult result = *worker->Step();
  EXPECT_TRUE(result.waiting && !result.worked);
  EXPECT_THAT(std::string(result.because.message()),
              HasSubstr("test.dedupe-state/0@0, which ends at 1"));
  EXPECT_THAT(std::string(result.because.message()), HasSubstr("for 20s"));
  EXPECT_THAT(std::string(result.because.message()), HasSubstr("\"A hanging transaction\""));
  ASSERT_TRUE(other->Abort().ok());
  ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
  EXPECT_EQ(worker->running_tasks(), 1);
}

// As it does with the group's offsets.
TEST_F(WorkerTest, ARestoreWhoseOffsetIsUndecidedSaysWhereAndWhatToDo) {
  const auto consumer = *log_.Join({dedupe_.name, "1", {"test.in"}});
  Polled polled;
  ASSERT_TRUE(consumer->Poll(PollLimits(), polled).ok());
  const auto other = *log_.NewTransactionalProducer("other");
  ASSERT_TRUE(other->Init().ok() && other->Begin().ok());
  ASSERT_TRUE(other->SendOffsets({NextOffset{"test.in", 0, Offset(1)}}, *consumer).ok());
  const auto worker = StartWorker(dedupe_, CommitTiming::EveryStep());
  log_.ExpireMember(dedupe_.name, "1");
  ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
  EXPECT_THAT(std::string(worker->Step()->because.message()), HasSubstr("an open transaction"));
  clock_.Advance(absl::Seconds(20));
  const std::string because(worker->Step()->because.message());
  EXPECT_THAT(because, HasSubstr("in test.in/0; "));
  EXPECT_THAT(because, HasSubstr("\"A hanging transaction\""));
}

TEST_F(WorkerTest, TopicsThatAreNotCoPartitionedAreRefused) {
  ASSERT_TRUE(log_.CreateTopic({"test.wide", 3, Cleanup::kDelete}).ok());
  ProcessorSpec spec = dedupe_;
  spec.input_topics.push_back("test.wide");
  EXPECT_EQ(Worker::Start(log_, spec, clock_, WorkerOptions()).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(WorkerTest, TheTimingGathersBatchesIntoOneTransaction) {
  CommitTiming timing;
  timing.interval = absl::Milliseconds(50);
  timing.idle = absl::Milliseconds(20);
  const auto worker = StartWorker(dedupe_, timing);
  ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
  Send("a: 0");
  clock_.Advance(absl::Milliseconds(20));
  ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());  // the first commit is not held back
  clock_.Advance(absl::Milliseconds(5));
  for (int i = 1; i <= 4; ++i) {
    Send(absl::StrCat("a: ", i));
    ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
    EXPECT_EQ(worker->stats().transactions, 1);
    clock_.Advance(absl::Milliseconds(10));
  }
  clock_.Advance(absl::Milliseconds(10));
  ASSERT_EQ(StepUntilIdle(*worker), absl::OkStatus());
  EXPECT_EQ(worker->stats().transactions, 2);
  EXPECT_THAT(Outputs("test.events"), ElementsAre("a=0", "a=1", "a=2", "a=3", "a=4"));
}

}  // namespace
}  // namespace tend::stream
