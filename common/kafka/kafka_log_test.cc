#include "common/kafka/kafka_log.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/stream/system_clock.h"
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

std::unique_ptr<KafkaLog> MakeLog() { return *KafkaLog::Make(KafkaBroker::Get().Options()); }

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

  stream::SystemClock clock_;
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

// What only Kafka promises, or what only it could break.
class KafkaLogTest : public ::testing::Test {
 protected:
  std::string Topic(absl::string_view name, int partitions = 1) {
    static int count = 0;
    std::string topic = absl::StrCat("kafka.", name, "-", ++count);
    EXPECT_EQ(log_->CreateTopic({topic, partitions, stream::Cleanup::kDelete}), absl::OkStatus());
    return topic;
  }

  // Writes `count` records with a value of so many equal bytes.
  void Fill(const std::string& topic, int count, size_t bytes) {
    const std::string value(bytes, 'v');
    NewRecord record;
    record.topic = topic;
    record.key = "k";
    record.value = value;
    const std::vector<NewRecord> records(static_cast<size_t>(count), record);
    std::vector<stream::Written> written;
    ASSERT_EQ((*log_->NewProducer())->Send(records, written), absl::OkStatus());
  }

  const std::unique_ptr<KafkaLog> log_ = MakeLog();
};

TEST_F(KafkaLogTest, BatchesAreCompressedByLz4) {
  const std::string topic = Topic("t");
  Fill(topic, 1'000, 1'000);
  std::ifstream segment(
      absl::StrCat(KafkaBroker::Get().PartitionFolder(topic, 0), "/00000000000000000000.log"),
      std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(segment)),
                          std::istreambuf_iterator<char>());
  constexpr size_t kAttributes = 22;  // low byte, in the head of a batch of message format 2
  ASSERT_GT(bytes.size(), kAttributes);
  EXPECT_EQ(bytes[kAttributes] & 7, 3);  // lz4
  EXPECT_LT(bytes.size(), 100'000u);     // of 1 MB
}

TEST_F(KafkaLogTest, AlteringATopicKeepsItsOtherSettings) {
  const std::string topic = Topic("t", 3);
  Admin& admin = log_->admin();
  ASSERT_EQ(admin.AlterTopic(topic, {{"retention.ms", "60000"}, {"segment.bytes", "1048576"}}),
            absl::OkStatus());
  ASSERT_EQ(
      admin.AlterTopic(topic, {{"segment.bytes", std::nullopt}, {"max.message.bytes", "2000"}}),
      absl::OkStatus());
  const TopicDescription described = *admin.DescribeTopic(topic);
  EXPECT_EQ(described.partitions, 3);
  EXPECT_THAT(described.settings,
              ::testing::UnorderedElementsAre(::testing::Pair("cleanup.policy", "delete"),
                                              ::testing::Pair("retention.ms", "60000"),
                                              ::testing::Pair("max.message.bytes", "2000")));
  EXPECT_TRUE(absl::IsInvalidArgument(admin.AlterTopic(topic, {{"retention.ms", "soon"}})));
  EXPECT_TRUE(absl::IsNotFound(admin.DescribeTopic("kafka.none").status()));
}

TEST_F(KafkaLogTest, ARecordThatIsTooLargeIsTheCallersFault) {
  NewRecord record;
  record.topic = Topic("t");
  const std::string value(2'000'000, 'v');
  record.value = value;
  std::vector<stream::Written> written;
  EXPECT_TRUE(absl::IsInvalidArgument((*log_->NewProducer())->Send({record}, written)));
}

TEST_F(KafkaLogTest, APositionOutsideThePartitionIsALoss) {
  const std::string topic = Topic("t");
  Fill(topic, 1, 1);
  const auto reader = *log_->Open({topic, 0}, Offset(7), Isolation::kReadCommitted);
  stream::PollLimits limits;
  limits.wait = absl::Milliseconds(50);
  std::vector<stream::Record> records;
  absl::Status status;
  for (int i = 0; i < 100 && status.ok(); ++i) status = reader->Poll(limits, records);
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;

  const auto consumer = *log_->Join({topic, "0", {topic}});
  stream::Polled polled;
  for (int i = 0; i < 100 && polled.assigned.empty(); ++i) {
    ASSERT_EQ(consumer->Poll(limits, polled), absl::OkStatus());
  }
  ASSERT_EQ(consumer->Seek({topic, 0, Offset(7)}), absl::OkStatus());
  status = absl::OkStatus();
  for (int i = 0; i < 100 && status.ok(); ++i) status = consumer->Poll(limits, polled);
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

// Clients that are full of work: records fetched and not taken, a transaction with records that are
// not sent yet, a reader half way.
TEST_F(KafkaLogTest, ClientsStopUnderLoad) {
  const std::string in = Topic("in", 4), out = Topic("out", 4);
  Fill(in, 50'000, 100);
  const std::string value(1'000, 'v');
  for (int life = 0; life < 5; ++life) {
    auto consumer = *log_->Join({in, "0", {in}});
    auto reader = *log_->Open({in, 0}, Offset(0), Isolation::kReadCommitted);
    auto producer = *log_->NewTransactionalProducer(out);
    stream::PollLimits limits;
    limits.records = 10;
    limits.wait = absl::Milliseconds(50);
    stream::Polled polled;
    std::vector<stream::Record> records;
    for (int i = 0; i < 200 && polled.records.empty(); ++i) {
      ASSERT_EQ(consumer->Poll(limits, polled), absl::OkStatus());
      for (const TopicPartition& place : polled.assigned) {
        ASSERT_EQ(consumer->Seek({place.topic, place.partition, Offset(0)}), absl::OkStatus());
      }
    }
    ASSERT_FALSE(polled.records.empty()) << "in life " << life;
    ASSERT_EQ(reader->Poll(limits, records), absl::OkStatus());
    ASSERT_EQ(producer->Init(), absl::OkStatus());
    ASSERT_EQ(producer->Begin(), absl::OkStatus());
    NewRecord record;
    record.topic = out;
    record.value = value;
    for (int i = 0; i < 5'000; ++i) ASSERT_EQ(producer->Produce(record), absl::OkStatus());
    const absl::Time start = absl::Now();
    producer = nullptr;
    reader = nullptr;
    consumer = nullptr;
    EXPECT_LT(absl::Now() - start, absl::Seconds(3));
  }
}

// The library sends a request again when its connection broke, and the first one may still be on
// its way: after a commit that looks well, it could end the next transaction.
TEST_F(KafkaLogTest, AConnectionThatBreaksInATransactionEndsItsProducer) {
  const std::string topic = Topic("t");
  auto producer = *log_->NewTransactionalProducer(topic);
  ASSERT_EQ(producer->Init(), absl::OkStatus());
  NewRecord record;
  record.topic = topic;
  ASSERT_EQ(producer->Begin(), absl::OkStatus());
  ASSERT_EQ(producer->Produce(record), absl::OkStatus());
  KafkaBroker::Get().Disconnect();
  ASSERT_EQ(producer->Commit(), absl::OkStatus());
  EXPECT_TRUE(absl::IsUnknown(producer->Begin()));
  producer = *log_->NewTransactionalProducer(topic);
  ASSERT_EQ(producer->Init(), absl::OkStatus());
  EXPECT_EQ(producer->Begin(), absl::OkStatus());
}

TEST_F(KafkaLogTest, AConnectionThatBreaksBetweenTransactionsDoesNoHarm) {
  const std::string topic = Topic("t");
  const auto producer = *log_->NewTransactionalProducer(topic);
  ASSERT_EQ(producer->Init(), absl::OkStatus());
  NewRecord record;
  record.topic = topic;
  ASSERT_EQ(producer->Begin(), absl::OkStatus());
  ASSERT_EQ(producer->Produce(record), absl::OkStatus());
  ASSERT_EQ(producer->Commit(), absl::OkStatus());
  KafkaBroker::Get().Disconnect();
  absl::Status status = producer->Begin();  // OK, or UNKNOWN where it heard of it only then
  if (status.ok()) status = producer->Produce(record);
  if (status.ok()) status = producer->Commit();
  EXPECT_TRUE(status.ok() || absl::IsUnknown(status)) << status;
}

TEST_F(KafkaLogTest, ABrokerThatIsAwayIsUnavailableAndSaysWhy) {
  KafkaOptions options = KafkaBroker::Get().Options();
  options.bootstrap_servers = "127.0.0.1:1";  // nobody has the port of tcpmux
  options.call_timeout = options.delivery_timeout = absl::Milliseconds(500);
  const auto away = *KafkaLog::Make(options);
  const absl::Status status = away->PartitionCount("t").status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("Connection refused"));
  NewRecord record;
  record.topic = "t";
  std::vector<stream::Written> written;
  EXPECT_TRUE(absl::IsUnavailable((*away->NewProducer())->Send({record}, written)));
}

TEST_F(KafkaLogTest, WhenNoBrokerIsLeftAWriteDoesNotWaitForItsTimeLimit) {
  KafkaOptions options = KafkaBroker::Get().Options();
  options.delivery_timeout = absl::Seconds(60);
  const auto log = *KafkaLog::Make(options);
  NewRecord record;
  const std::string topic = Topic("t");
  record.topic = topic;
  std::vector<stream::Written> written;
  const auto producer = *log->NewProducer();
  ASSERT_EQ(producer->Send({record}, written), absl::OkStatus());
  KafkaBroker::Get().Pause();
  KafkaBroker::Get().Disconnect();
  const absl::Time start = absl::Now();
  const absl::Status status = producer->Send({record}, written);
  EXPECT_LT(absl::Now() - start, absl::Seconds(30));
  KafkaBroker::Get().Resume();
  EXPECT_TRUE(absl::IsUnknown(status)) << status;
  EXPECT_EQ((*log->NewProducer())->Send({record}, written), absl::OkStatus());
}

std::unique_ptr<LogUnderTest> Make() { return std::make_unique<KafkaLogUnderTest>(); }

}  // namespace
}  // namespace tend::kafka

namespace tend::stream {

INSTANTIATE_TEST_SUITE_P(Kafka, LogConformanceTest, ::testing::Values(&kafka::Make));

}  // namespace tend::stream
