// Conformance: compaction.

#include "absl/strings/str_cat.h"
#include "common/testing/log_conformance.h"
#include "gmock/gmock.h"

namespace tend::stream {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

int LinkLogConformanceCompaction() { return 0; }

TEST_P(LogConformanceTest, CompactionKeepsTheLastOfEachKeyInOrder) {
  const std::string topic = Topic("t", 1, Cleanup::kCompact);
  for (const char* record : {"a=1", "b=2", "a=3", "c=4", "b=5"}) Send(topic, record);
  if (!under_test_->Compact({topic, 0})) GTEST_SKIP() << "compaction is not ours here";
  EXPECT_THAT(Read(topic), ElementsAre("a=3", "c=4", "b=5"));
  EXPECT_EQ(End(topic, Isolation::kReadCommitted), Offset(5));
}

TEST_P(LogConformanceTest, CompactionRemovesDeletedKeys) {
  const std::string topic = Topic("t", 1, Cleanup::kCompact);
  for (const char* record : {"a=1", "b=2", "a"}) Send(topic, record);
  if (!under_test_->Compact({topic, 0})) GTEST_SKIP() << "compaction is not ours here";
  EXPECT_THAT(Read(topic), ElementsAre("b=2"));
}

TEST_P(LogConformanceTest, CompactionNeverRevivesAKeyForASlowReader) {
  const std::string topic = Topic("t", 1, Cleanup::kCompact);
  for (const char* record : {"a=1", "b=2", "a"}) Send(topic, record);
  const auto reader = *log().Open({topic, 0}, Offset(0), Isolation::kReadCommitted);
  PollLimits limits;
  limits.records = 1;
  std::vector<Record> records;
  while (records.empty()) ASSERT_TRUE(reader->Poll(limits, records).ok());
  EXPECT_EQ(ToText(records[0]), "a=1");
  if (!under_test_->Compact({topic, 0})) GTEST_SKIP() << "compaction is not ours here";
  EXPECT_EQ(ToText(records[0]), "a=1");  // the view holds
  std::vector<std::string> rest;
  while (reader->position() < Offset(3)) {
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
  if (!under_test_->Compact({topic, 0})) GTEST_SKIP() << "compaction is not ours here";
  EXPECT_THAT(Read(topic), ElementsAre("a=1"));
  ASSERT_TRUE(producer->Abort().ok());
  under_test_->Compact({topic, 0});
  EXPECT_THAT(Read(topic), ElementsAre("a=1"));
}

TEST_P(LogConformanceTest, AConsumerReadsOnThroughACompaction) {
  const std::string topic = Topic("t", 1, Cleanup::kCompact);
  for (int i = 0; i < 10; ++i) Send(topic, absl::StrCat("k", i % 5, "=", i));
  const auto consumer = StartConsumer(Group("g"), "0", {topic});
  PollLimits limits;
  limits.records = 4;
  Polled polled;
  while (polled.records.empty()) ASSERT_TRUE(consumer->Poll(limits, polled).ok());
  if (!under_test_->Compact({topic, 0})) GTEST_SKIP() << "compaction is not ours here";
  Send(topic, "k0=10");
  EXPECT_THAT(Poll(*consumer, 6), ElementsAre("k0=5", "k1=6", "k2=7", "k3=8", "k4=9", "k0=10"));
}

}  // namespace tend::stream
