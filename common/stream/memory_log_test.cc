#include "common/stream/memory_log.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/log_conformance.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::stream {
namespace {

class MemoryLogUnderTest final : public LogUnderTest {
 public:
  Log& log() override { return log_; }
  const Clock& clock() override { return clock_; }
  void Compact(const TopicPartition& partition) override {
    ASSERT_TRUE(log_.Compact(partition).ok());
  }
  void ExpireMember(absl::string_view group, absl::string_view member) override {
    log_.ExpireMember(group, member);
  }
  void PassTransactionTimeout() override { clock_.Advance(MemoryLogOptions().transaction_timeout); }

 private:
  ManualClock clock_{absl::FromUnixSeconds(1'000'000)};
  MemoryLog log_{clock_};
};

std::unique_ptr<LogUnderTest> Make() { return std::make_unique<MemoryLogUnderTest>(); }

INSTANTIATE_TEST_SUITE_P(Memory, LogConformanceTest, ::testing::Values(&Make));

// What only the log in memory promises.
class MemoryLogTest : public ::testing::Test {
 protected:
  void Send(const std::string& topic, absl::string_view key, absl::string_view value) {
    NewRecord record;
    record.topic = topic;
    record.key = key;
    record.value = value;
    ASSERT_TRUE(producer_->Send({record}, written_).ok());
  }

  ManualClock clock_{absl::FromUnixSeconds(1'000'000)};
  MemoryLog log_{clock_};
  std::unique_ptr<Producer> producer_ = *log_.NewProducer();
  std::vector<Written> written_;
};

TEST_F(MemoryLogTest, ARecordBearsTheTimeItWasWritten) {
  ASSERT_TRUE(log_.CreateTopic({"t", 1, Cleanup::kDelete}).ok());
  Send("t", "k", "1");
  clock_.Advance(absl::Hours(1));
  Send("t", "k", "2");
  const auto reader = *log_.Open({"t", 0}, Offset(0), Isolation::kReadCommitted);
  std::vector<Record> records;
  ASSERT_TRUE(reader->Poll(PollLimits(), records).ok());
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].produce_time - records[0].produce_time, absl::Hours(1));
}

TEST_F(MemoryLogTest, ConsumedRecordsAreDroppedSoThatALongRunStaysFlat) {
  ASSERT_TRUE(log_.CreateTopic({"t", 1, Cleanup::kDeleteConsumed}).ok());
  const auto consumer = *log_.Join({"g", "0", {"t"}});
  Polled polled;
  ASSERT_TRUE(consumer->Poll(PollLimits(), polled).ok());
  ASSERT_TRUE(consumer->Seek({"t", 0, Offset(0)}).ok());
  const std::string value(1'000, 'v');
  for (int i = 0; i < 10'000; ++i) {
    Send("t", "k", value);
    ASSERT_TRUE(consumer->Poll(PollLimits(), polled).ok());
    ASSERT_EQ(polled.records.size(), 1u);
    ASSERT_TRUE(consumer->Commit({NextOffset{"t", 0, Next(polled.records[0].offset)}}).ok());
    ASSERT_EQ(polled.records[0].value, value);  // dropped or not: the view holds
  }
  EXPECT_LT(log_.bytes_in_use(), 200'000);
}

TEST_F(MemoryLogTest, WhatOneGroupHasNotReadStays) {
  ASSERT_TRUE(log_.CreateTopic({"t", 1, Cleanup::kDeleteConsumed}).ok());
  const auto fast = *log_.Join({"fast", "0", {"t"}});
  const auto slow = *log_.Join({"slow", "0", {"t"}});
  for (int i = 0; i < 1'000; ++i) Send("t", "k", std::string(1'000, 'v'));
  ASSERT_TRUE(fast->Commit({NextOffset{"t", 0, Offset(1'000)}}).ok());
  EXPECT_EQ(log_.Offsets({"t", 0}, Isolation::kReadCommitted)->start, Offset(0));
  ASSERT_TRUE(slow->Commit({NextOffset{"t", 0, Offset(500)}}).ok());
  const Offset start = log_.Offsets({"t", 0}, Isolation::kReadCommitted)->start;
  EXPECT_GT(start, Offset(400));
  EXPECT_LE(start, Offset(500));
}

TEST_F(MemoryLogTest, ReadingWhatWasDroppedIsALoss) {
  ASSERT_TRUE(log_.CreateTopic({"t", 1, Cleanup::kDeleteConsumed}).ok());
  for (int i = 0; i < 1'000; ++i) Send("t", "k", std::string(1'000, 'v'));
  const auto reader = *log_.Open({"t", 0}, Offset(0), Isolation::kReadCommitted);
  std::vector<Record> records;
  EXPECT_TRUE(absl::IsDataLoss(reader->Poll(PollLimits(), records)));
}

TEST_F(MemoryLogTest, ACompactedTopicCompactsItself) {
  ASSERT_TRUE(log_.CreateTopic({"t", 1, Cleanup::kCompact}).ok());
  for (int i = 0; i < 20'000; ++i) Send("t", absl::StrCat("k", i % 10), std::string(1'000, 'v'));
  EXPECT_LT(log_.bytes_in_use(), 3 << 20);  // of 20 MB written
  const auto reader = *log_.Open({"t", 0}, Offset(0), Isolation::kReadCommitted);
  std::vector<Record> records;
  PollLimits limits;
  limits.records = 100'000;
  limits.bytes = 100 << 20;
  ASSERT_TRUE(reader->Poll(limits, records).ok());
  EXPECT_GE(records.size(), 10u);
  EXPECT_EQ(reader->position(), Offset(20'000));
}

TEST_F(MemoryLogTest, TheBoundIsKept) {
  MemoryLogOptions options;
  options.max_bytes = 1 << 20;
  MemoryLog small(clock_, options);
  ASSERT_TRUE(small.CreateTopic({"t", 1, Cleanup::kDelete}).ok());
  const auto producer = *small.NewProducer();
  const std::string value(1'000, 'v');
  NewRecord record;
  record.topic = "t";
  record.value = value;
  absl::Status status;
  for (int i = 0; i < 2'000 && status.ok(); ++i) status = producer->Send({record}, written_);
  EXPECT_TRUE(absl::IsResourceExhausted(status));
  EXPECT_LT(small.bytes_in_use(), 2 << 20);
}

}  // namespace
}  // namespace tend::stream
