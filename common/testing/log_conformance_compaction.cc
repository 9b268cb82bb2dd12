// Conformance: compaction.

#include "absl/strings/str_cat.h"
#include "common/testing/log_conformance.h"
#include "gmock/gmock.h"

namespace tend::stream {

using ::testing::ElementsAre;

int LinkLogConformanceCompaction() { return 0; }

TEST_P(LogConformanceTest, CompactionKeepsTheLastOfEachKeyInOrder) {
  const std::string topic = Topic("t", 1, Cleanup::kCompact);
  for (const char* record : {"a=1", "b=2", "a=3", "c=4", "b=5"}) Send(topic, record);
  under_test_->Compact({topic, 0});
  EXPECT_THAT(Read(topic), ElementsAre("a=3", "c=4", "b=5"));
  EXPECT_GE(End(topic, Isolation::kReadCommitted), Offset(5));  // never back
}

TEST_P(LogConformanceTest, CompactionRemovesDeletedKeys) {
  const std::string topic = Topic("t", 1, Cleanup::kCompact);
  for (const char* record : {"a=1", "b=2", "a"}) Send(topic, record);
  under_test_->Compact({topic, 0});
  EXPECT_THAT(Read(topic), ElementsAre("b=2"));
}

TEST_P(LogConformanceTest, CompactionNeverRevivesAKeyForASlowReader) {
  const std::string topic = Topic("t", 1, Cleanup::kCompact);
  for (const char* record : {"a=1", "b=2", "a"}) Send(topic, record);
  const auto reader = *log().Open({topic, 0}, Offset(0), Isolation::kReadCommitted);
  PollLimits limits = PatientLimits();
  limits.records = 1;
  std::vector<Record> records;
  for (int i = 0; i < kMaxPolls && records.empty(); ++i)
    ASSERT_TRUE(reader->Poll(limits, records).ok());
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(ToText(records[0]), "a=1");
  under_test_->Compact({topic, 0});
  EXPECT_EQ(ToText(records[0]), "a=1");  // the view holds
  std::vector<std::string> rest;
  for (int i = 0; i < kMaxPolls && reader->position() < Offset(3); ++i) {
    ASSERT_TRUE(reader->Poll(limits, records).ok());
    for (const Record& record : records) rest.push_back(ToText(record));
  }
  EXPECT_THAT(rest, ElementsAre("b=2", "a"));
}

TEST_P(LogConformanceTest, CompactionLeavesOpenTransactionsAlone) {
  const std::string topic = Topic("t", 1, Cleanup::kCompact);
  Send(topic, "a=1");
  const auto producer = StartProducer("p");
  ASSERT_TRUE(producer->Begin().ok());
  ASSERT_TRUE(Produce(*producer, topic, "a=2").ok());
  AwaitRecords(topic, 2);
  under_test_->Compact({topic, 0});
  EXPECT_THAT(Read(topic), ElementsAre("a=1"));
  ASSERT_TRUE(producer->Abort().ok());
  under_test_->Compact({topic, 0});
  EXPECT_THAT(Read(topic), ElementsAre("a=1"));
}

TEST_P(LogConformanceTest, AConsumerReadsOnThroughACompaction) {
  const std::string topic = Topic("t", 1, Cleanup::kCompact);
  for (int i = 0; i < 10; ++i) Send(topic, absl::StrCat("k", i % 5, "=", i));
  const auto consumer = StartConsumer(Group("g"), "0", {topic});
  PollLimits limits = PatientLimits();
  limits.records = 4;
  Polled polled;
  for (int i = 0; i < kMaxPolls && polled.records.empty(); ++i)
    ASSERT_TRUE(consumer->Poll(limits, polled).ok());
  under_test_->Compact({topic, 0});
  Send(topic, "k0=10");
  // It may have been fetched before it was compacted: k4=4, or some of the first four.
  std::vector<std::string> rest;
  while (rest.empty() || (rest.back() != "k0=10" && !HasFailure())) {
    for (const std::string& record : Poll(*consumer, 1)) rest.push_back(record);
  }
  ASSERT_GE(rest.size(), 6u);
  EXPECT_THAT(std::vector<std::string>(rest.end() - 6, rest.end()),
              ElementsAre("k0=5", "k1=6", "k2=7", "k3=8", "k4=9", "k0=10"));
}

}  // namespace tend::stream
