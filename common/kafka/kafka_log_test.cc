#include "common/kafka/kafka_log.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/testing/kafka_broker.h"
#include "common/testing/log_conformance.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::kafka {
namespace {

using stream::Isolation;
using stream::LogConformanceTest;
using stream::LogUnderTest;
using stream::NewRecord;
using stream::Offset;
using stream::TopicPartition;

class SystemClock final : public stream::Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  absl::Duration Elapsed() const override { return absl::Now() - absl::UnixEpoch(); }
};

// Time limits as short as the broker of the tests allows.
KafkaOptions TestOptions() {
  KafkaOptions options;
  options.bootstrap_servers = KafkaBroker::Get().bootstrap();
  options.session_timeout = absl::Seconds(2);
  options.heartbeat_interval = absl::Milliseconds(100);
  options.transaction_timeout = absl::Seconds(4);
  options.linger = absl::Milliseconds(1);
  return options;
}

std::unique_ptr<KafkaLog> MakeLog() { return *KafkaLog::Make(TestOptions()); }

class KafkaLogUnderTest final : public LogUnderTest {
 public:
  stream::Log& log() override { return *log_; }
  const stream::Clock& clock() override { return clock_; }
  void Compact(const TopicPartition& partition) override;
  void ExpireMember(absl::string_view group, absl::string_view member) override {
    ASSERT_TRUE(KafkaBroker::Get().RemoveMember(group, member));
  }
  // The next poll waits long enough.
  void PassTransactionTimeout() override {}

 private:
  bool IsCompacted(const TopicPartition& partition, Offset until);

  SystemClock clock_;
  const std::unique_ptr<KafkaLog> log_ = MakeLog();
};

// The broker's cleaner leaves the newest segment alone, and removes tombstones when it comes by a
// second time. So: segments end at once, and records of aborted transactions start new ones.
void KafkaLogUnderTest::Compact(const TopicPartition& partition) {
  ASSERT_EQ(log_->admin().AlterTopic(partition.topic, {{"segment.ms", "1"},
                                                       {"min.cleanable.dirty.ratio", "0"},
                                                       {"delete.retention.ms", "0"}}),
            absl::OkStatus());
  const Offset until = log_->Offsets(partition, Isolation::kReadCommitted)->end;
  const auto producer = *log_->NewTransactionalProducer(absl::StrCat("filler-", partition.topic));
  ASSERT_EQ(producer->Init(), absl::OkStatus());
  NewRecord filler;
  filler.topic = partition.topic;
  filler.partition = partition.partition;
  filler.key = "filler";
  filler.value = "";
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (!IsCompacted(partition, until)) {
    const Offset end = log_->Offsets(partition, Isolation::kReadUncommitted)->end;
    ASSERT_EQ(producer->Begin(), absl::OkStatus());
    ASSERT_EQ(producer->Produce(filler), absl::OkStatus());
    // An abort drops what is not written yet.
    while (log_->Offsets(partition, Isolation::kReadUncommitted)->end == end) {
      ASSERT_LT(absl::Now(), deadline) << "the broker does not compact";
    }
    ASSERT_EQ(producer->Abort(), absl::OkStatus());
  }
}

bool KafkaLogUnderTest::IsCompacted(const TopicPartition& partition, Offset until) {
  const Offset start = log_->Offsets(partition, Isolation::kReadCommitted)->start;
  const auto reader = *log_->Open(partition, start, Isolation::kReadCommitted);
  std::set<std::string> keys;
  std::vector<stream::Record> records;
  stream::PollLimits limits;
  limits.wait = absl::Milliseconds(50);
  while (reader->position() < until) {
    EXPECT_EQ(reader->Poll(limits, records), absl::OkStatus());
    for (const stream::Record& record : records) {
      if (record.offset >= until) break;
      if (record.tombstone || !keys.emplace(record.key).second) return false;
    }
  }
  return true;
}

std::unique_ptr<LogUnderTest> Make() { return std::make_unique<KafkaLogUnderTest>(); }

}  // namespace
}  // namespace tend::kafka

namespace tend::stream {

INSTANTIATE_TEST_SUITE_P(Kafka, LogConformanceTest, ::testing::Values(&kafka::Make));

}  // namespace tend::stream
