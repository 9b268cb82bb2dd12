// The harness's worker over a real broker: what it shows is right whatever happens to it.

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/kafka/kafka_log.h"
#include "common/stream/system_clock.h"
#include "common/stream/worker.h"
#include "common/testing/faulty_log.h"
#include "common/testing/kafka_broker.h"
#include "common/testing/stream_processors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::kafka {
namespace {

using stream::Fault;
using stream::LogCall;
using stream::NewRecord;
using stream::StepResult;
using stream::TopicPartition;
using stream::Worker;

// One service that counts records by key: its n-th output of a key is "id n". Each test has its own
// topics. In: Send. Out: Outputs.
class KafkaWorkerTest : public ::testing::Test {
 protected:
  explicit KafkaWorkerTest(int partitions = 1) : partitions_(partitions) {
    static int count = 0;
    const std::string suffix = absl::StrCat("-", ++count);
    const std::string in = absl::StrCat("worker.in", suffix);
    out_ = absl::StrCat("worker.out", suffix);
    spec_ = stream::CountSpec(in, out_, absl::Hours(1));
    spec_.name = absl::StrCat("tend.worker", suffix);
    spec_.changelog_topic = absl::StrCat("worker.state", suffix);
    options_.rejects_topic = absl::StrCat("worker.rejects", suffix);
    options_.timing = stream::CommitTiming::EveryStep();
    options_.limits.wait = absl::Milliseconds(20);
    for (const std::string& topic : {in, out_, spec_.changelog_topic, options_.rejects_topic}) {
      const stream::Cleanup cleanup =
          topic == spec_.changelog_topic ? stream::Cleanup::kCompact : stream::Cleanup::kDelete;
      EXPECT_EQ(log_->CreateTopic({topic, partitions, cleanup}), absl::OkStatus());
    }
    sender_ = *log_->NewProducer();
  }

  // The next record of a key: its id is its number.
  void Send(const std::string& key) {
    const std::string id = absl::StrCat("r", ++sent_[key]);
    NewRecord record;
    record.topic = spec_.input_topics[0];
    record.key = key;
    record.value = id;
    std::vector<stream::Written> written;
    ASSERT_EQ(sender_->Send({record}, written), absl::OkStatus());
  }

  std::unique_ptr<Worker> Start(stream::Log& log, const std::string& member = "0") {
    stream::WorkerOptions options = options_;
    options.member = member;
    absl::StatusOr<std::unique_ptr<Worker>> worker = Worker::Start(log, spec_, clock_, options);
    return worker.ok() ? *std::move(worker) : nullptr;
  }

  // Steps each in turn until `done`. Returns whether it came to that, within a bound.
  static bool StepUntil(const std::vector<Worker*>& workers, const std::function<bool()>& done) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (!done()) {
      if (absl::Now() > deadline) return false;
      for (Worker* worker : workers) {
        const absl::StatusOr<StepResult> result = worker->Step();
        EXPECT_TRUE(result.ok()) << result.status();
        if (!result.ok()) return false;
      }
    }
    return true;
  }

  // Takes in the new committed outputs, by key.
  const std::map<std::string, std::vector<std::string>>& Outputs() {
    stream::PollLimits limits;
    std::vector<stream::Record> records;
    for (int partition = static_cast<int>(readers_.size()); partition < partitions_; ++partition) {
      readers_.push_back(
          *log_->Open({out_, partition}, stream::Offset(0), stream::Isolation::kReadCommitted));
    }
    for (const auto& reader : readers_) {
      EXPECT_EQ(reader->Poll(limits, records), absl::OkStatus());
      for (const stream::Record& record : records) {
        const std::vector<std::string> words = absl::StrSplit(record.value, " @");
        outputs_[std::string(record.key.data(), record.key.size())].push_back(words[0]);
      }
    }
    return outputs_;
  }

  // Every record sent is in the outputs.
  bool AllShown() {
    Outputs();
    return std::all_of(sent_.begin(), sent_.end(), [this](const auto& sent) {
      return outputs_[sent.first].size() >= static_cast<size_t>(sent.second);
    });
  }

  // Each once, counted in order.
  void ExpectExactlyOnce() {
    for (const auto& [key, count] : sent_) {
      std::vector<std::string> expected;
      for (int i = 1; i <= count; ++i) expected.push_back(absl::StrCat("r", i, " ", i));
      EXPECT_EQ(Outputs().at(key), expected) << key;
    }
  }

  const int partitions_;
  const std::unique_ptr<KafkaLog> log_ = *KafkaLog::Make(KafkaBroker::Get().Options());
  const stream::SystemClock clock_;
  stream::ProcessorSpec spec_;
  stream::WorkerOptions options_;
  std::string out_;
  std::unique_ptr<stream::Producer> sender_;
  std::map<std::string, int> sent_;
  std::vector<std::unique_ptr<stream::Reader>> readers_;
  std::map<std::string, std::vector<std::string>> outputs_;
};

class KafkaGroupTest : public KafkaWorkerTest {
 protected:
  KafkaGroupTest() : KafkaWorkerTest(4) {}
};

TEST_F(KafkaWorkerTest, TheFirstStartBeginsAtTheBeginning) {
  for (int i = 0; i < 3; ++i) Send("k");
  const auto worker = Start(*log_);
  EXPECT_TRUE(StepUntil({worker.get()}, [this] { return AllShown(); }));
  ExpectExactlyOnce();
}

TEST_F(KafkaWorkerTest, AnIdleWorkerMakesNoTransaction) {
  Send("k");
  const auto worker = Start(*log_);
  ASSERT_TRUE(StepUntil({worker.get()}, [this] { return AllShown(); }));
  const int64_t transactions = worker->stats().transactions;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(worker->Step().ok());
  EXPECT_EQ(worker->stats().transactions, transactions);
}

TEST_F(KafkaWorkerTest, ARestoreWaitsForAnOpenTransactionInTheChangelog) {
  const auto other = *log_->NewTransactionalProducer(absl::StrCat(spec_.name, "-other"));
  ASSERT_EQ(other->Init(), absl::OkStatus());
  ASSERT_EQ(other->Begin(), absl::OkStatus());
  NewRecord record;
  record.topic = spec_.changelog_topic;
  record.key = "k";
  record.value = "7 0";
  ASSERT_EQ(other->Produce(record), absl::OkStatus());
  const TopicPartition place{spec_.changelog_topic, 0};
  const auto written = [&] {
    return log_->Offsets(place, stream::Isolation::kReadUncommitted)->end > stream::Offset(0);
  };
  ASSERT_TRUE(StepUntil({}, written));
  Send("k");
  const auto worker = Start(*log_);
  const absl::Time until = absl::Now() + absl::Seconds(1);
  ASSERT_TRUE(StepUntil({worker.get()}, [&] { return absl::Now() > until; }));
  EXPECT_EQ(worker->running_tasks(), 0);
  ASSERT_EQ(other->Abort(), absl::OkStatus());
  EXPECT_TRUE(StepUntil({worker.get()}, [this] { return AllShown(); }));
  ExpectExactlyOnce();
}

TEST_F(KafkaWorkerTest, KilledBeforeAndAfterEveryStepItStillShowsEachRecordOnce) {
  for (const LogCall call :
       {LogCall::kOffsets, LogCall::kJoin, LogCall::kOpen, LogCall::kRead, LogCall::kPoll,
        LogCall::kSeek, LogCall::kCommitted, LogCall::kInit, LogCall::kBegin, LogCall::kProduce,
        LogCall::kSendOffsets, LogCall::kCommit}) {
    for (const Fault fault : {Fault::kCrashBefore, Fault::kCrashAfter}) {
      Send("k");
      stream::FaultyLog mortal(*log_,
                               [&](LogCall made) { return made == call ? fault : Fault::kNone; });
      const auto worker = Start(mortal);
      const absl::Time deadline = absl::Now() + absl::Seconds(20);
      while (!mortal.crashed()) {
        ASSERT_LT(absl::Now(), deadline) << "it never came to call " << static_cast<int>(call);
        worker->Step().IgnoreError();
      }
    }
  }
  Send("k");
  const auto worker = Start(*log_);
  EXPECT_TRUE(StepUntil({worker.get()}, [this] { return AllShown(); }));
  ExpectExactlyOnce();
}

TEST_F(KafkaWorkerTest, WithItsProducerLostAtAnyStepItStillShowsEachRecordOnce) {
  const std::vector<std::pair<LogCall, Fault>> faults = {
      {LogCall::kBegin, Fault::kUnknownLost},
      {LogCall::kBegin, Fault::kUnknownDone},
      {LogCall::kProduce, Fault::kAbort},
      {LogCall::kProduce, Fault::kUnknownLost},
      {LogCall::kProduce, Fault::kUnknownDone},
      {LogCall::kSendOffsets, Fault::kAbort},
      {LogCall::kSendOffsets, Fault::kUnknownLost},
      {LogCall::kSendOffsets, Fault::kUnknownDone},
      {LogCall::kCommit, Fault::kAbort},
      {LogCall::kCommit, Fault::kUnknownLost},
      {LogCall::kCommit, Fault::kUnknownDone}};
  size_t next = 0;
  bool armed = true;
  stream::FaultyLog faulty(*log_, [&](LogCall made) {
    if (!armed || made != faults[next].first) return Fault::kNone;
    armed = false;
    return faults[next].second;
  });
  const auto worker = Start(faulty);
  for (next = 0; next < faults.size(); ++next) {
    armed = true;
    Send("k");
    ASSERT_TRUE(StepUntil({worker.get()}, [&] { return !armed && AllShown(); })) << next;
  }
  ExpectExactlyOnce();
}

TEST_F(KafkaWorkerTest, ASuccessorOfTheSameNameFencesAWorkerInsideATransaction) {
  options_.timing.interval = options_.timing.idle = absl::Hours(1);  // after the first commit
  const auto old = Start(*log_);
  for (int i = 1; i <= 2; ++i) {
    Send("k");
    ASSERT_TRUE(StepUntil({old.get()}, [&] { return old->stats().records == i; }));
  }
  options_.timing = stream::CommitTiming::EveryStep();
  const auto young = Start(*log_);
  ASSERT_TRUE(StepUntil({young.get()}, [this] { return AllShown(); }));
  old->CommitSoon();
  absl::Status ended;
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (ended.ok() && absl::Now() < deadline) ended = old->Step().status();
  EXPECT_TRUE(absl::IsFailedPrecondition(ended)) << ended;
  Send("k");
  ASSERT_TRUE(StepUntil({young.get()}, [this] { return AllShown(); }));
  ExpectExactlyOnce();
}

// The commit is sent and not answered: nobody knows, until the broker goes on, whether it happened.
TEST_F(KafkaWorkerTest, ABrokerThatHangsDuringACommitLosesNothingAndDoublesNothing) {
  KafkaOptions options = KafkaBroker::Get().Options();
  options.call_timeout = absl::Milliseconds(300);
  const auto impatient = *KafkaLog::Make(options);
  bool hang = false;
  stream::FaultyLog log(*impatient, [&hang](LogCall made) {
    if (hang && made == LogCall::kCommit) KafkaBroker::Get().Pause(), hang = false;
    return Fault::kNone;
  });
  const auto worker = Start(log);
  Send("k");
  ASSERT_TRUE(StepUntil({worker.get()}, [this] { return AllShown(); }));
  for (int i = 0; i < 3; ++i) {
    Send("k");
    hang = true;
    ASSERT_TRUE(StepUntil({worker.get()}, [&hang] { return !hang; }));
    const absl::StatusOr<StepResult> replacing = worker->Step();
    KafkaBroker::Get().Resume();
    ASSERT_TRUE(replacing.ok()) << replacing.status();
    EXPECT_TRUE(replacing->waiting);
    ASSERT_TRUE(StepUntil({worker.get()}, [this] { return AllShown(); }));
  }
  ExpectExactlyOnce();
}

TEST_F(KafkaWorkerTest, ConnectionsThatBreakAtAnyStepLoseNothingAndDoubleNothing) {
  LogCall at = LogCall::kBegin;
  bool armed = false;
  stream::FaultyLog log(*log_, [&](LogCall made) {
    if (armed && made == at) KafkaBroker::Get().Disconnect(), armed = false;
    return Fault::kNone;
  });
  const auto worker = Start(log);
  for (int round = 0; round < 2; ++round) {
    for (const LogCall call : {LogCall::kPoll, LogCall::kBegin, LogCall::kProduce,
                               LogCall::kSendOffsets, LogCall::kCommit}) {
      at = call;
      armed = true;
      Send("k");
      ASSERT_TRUE(StepUntil({worker.get()}, [&] { return !armed && AllShown(); }));
    }
  }
  ExpectExactlyOnce();
}

TEST_F(KafkaGroupTest, WorkersThatComeAndGoUnderLoadShowEachRecordOnce) {
  const auto send_all = [this] {
    for (int key = 0; key < 12; ++key) Send(absl::StrCat("k", key));
  };
  const auto first = Start(*log_, "0");
  send_all();
  ASSERT_TRUE(StepUntil({first.get()}, [&] { return first->running_tasks() == 4; }));
  auto second = Start(*log_, "1");
  send_all();
  ASSERT_TRUE(StepUntil({first.get(), second.get()}, [&] {
    return first->running_tasks() == 2 && second->running_tasks() == 2;
  }));
  send_all();
  ASSERT_TRUE(StepUntil({first.get(), second.get()}, [this] { return AllShown(); }));
  EXPECT_GT(second->stats().records, 0);
  send_all();
  ASSERT_TRUE(second->Step().ok());
  second = nullptr;
  send_all();
  ASSERT_TRUE(StepUntil({first.get()}, [this] { return AllShown(); }));
  EXPECT_EQ(first->running_tasks(), 4);
  ExpectExactlyOnce();
}

}  // namespace
}  // namespace tend::kafka
