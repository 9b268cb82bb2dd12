// Conformance: records, partitions, readers.

#include "absl/strings/str_cat.h"
#include "common/base/murmur2.h"
#include "common/testing/log_conformance.h"
#include "gmock/gmock.h"

namespace tend::stream {

using ::testing::ElementsAre;

int LinkLogConformanceRecords() { return 0; }

TEST_P(LogConformanceTest, RecordsComeBackInOrder) {
  const std::string topic = Topic("t");
  for (int i = 0; i < 5; ++i) Send(topic, absl::StrCat("k", i, "=v", i));
  EXPECT_THAT(Read(topic), ElementsAre("k0=v0", "k1=v1", "k2=v2", "k3=v3", "k4=v4"));
}

TEST_P(LogConformanceTest, AKeyGoesToThePartitionThatJavaWouldChoose) {
  const std::string topic = Topic("t", 12);
  EXPECT_EQ(Send(topic, "21=x").partition, 0);
  EXPECT_EQ(Send(topic, "foobar=x").partition, 6);
  EXPECT_EQ(Send(topic, "a-little-bit-longer-string=x").partition, 11);
  EXPECT_EQ(Send(topic, "=x").partition, PartitionOfKey("", 12));  // an empty key is a key
}

TEST_P(LogConformanceTest, APartitionThatIsNamedIsObeyed) {
  const std::string topic = Topic("t", 3);
  const auto producer = *log().NewProducer();
  NewRecord record;
  record.topic = topic;
  record.partition = 2;
  record.key = "k";
  record.value = "v";
  std::vector<Written> written;
  ASSERT_TRUE(producer->Send({record}, written).ok());
  EXPECT_EQ(written.at(0).partition, 2);
  EXPECT_THAT(Read(topic, 2), ElementsAre("k=v"));
}

TEST_P(LogConformanceTest, RecordsWithoutAKeyAreSpread) {
  const std::string topic = Topic("t", 2);
  const auto producer = *log().NewProducer();
  NewRecord record;
  record.topic = topic;
  record.value = "v";
  std::vector<Written> written;
  ASSERT_TRUE(producer->Send(std::vector<NewRecord>(200, record), written).ok());
  EXPECT_EQ(written.size(), 200u);
  EXPECT_EQ(Read(topic, 0).size() + Read(topic, 1).size(), 200u);
}

TEST_P(LogConformanceTest, ATombstoneIsNotAnEmptyValue) {
  const std::string topic = Topic("t");
  Send(topic, "gone");
  Send(topic, "empty=");
  EXPECT_THAT(Read(topic), ElementsAre("gone", "empty="));
}

TEST_P(LogConformanceTest, ALargeRecordComesBackWhole) {
  const std::string topic = Topic("t");
  const std::string large = absl::StrCat("k=", std::string(700'000, 'x'));
  Send(topic, "a=1");
  Send(topic, large);
  Send(topic, "b=2");
  EXPECT_THAT(Read(topic), ElementsAre("a=1", large, "b=2"));
}

TEST_P(LogConformanceTest, OffsetsStartAtZeroAndGrow) {
  const std::string topic = Topic("t");
  EXPECT_EQ(End(topic, Isolation::kReadUncommitted), Offset(0));
  EXPECT_EQ(Send(topic, "a=1").offset, Offset(0));
  EXPECT_EQ(Send(topic, "b=2").offset, Offset(1));
  EXPECT_EQ(End(topic, Isolation::kReadUncommitted), Offset(2));
}

TEST_P(LogConformanceTest, AReaderStartsWhereItIsTold) {
  const std::string topic = Topic("t");
  for (const char* record : {"a=1", "b=2", "c=3"}) Send(topic, record);
  const auto reader = *log().Open({topic, 0}, Offset(2), Isolation::kReadCommitted);
  std::vector<Record> records;
  for (int i = 0; i < 100 && records.empty(); ++i) {
    ASSERT_TRUE(reader->Poll(PatientLimits(), records).ok());
  }
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(ToText(records[0]), "c=3");
  EXPECT_EQ(records[0].offset, Offset(2));
  EXPECT_EQ(records[0].topic, topic);
}

TEST_P(LogConformanceTest, WhatIsNotThereIsNotFound) {
  const std::string topic = Topic("t");
  EXPECT_TRUE(absl::IsNotFound(log().PartitionCount(Group("none")).status()));
  EXPECT_TRUE(
      absl::IsNotFound(log().Offsets({Group("none"), 0}, Isolation::kReadCommitted).status()));
  EXPECT_TRUE(absl::IsAlreadyExists(log().CreateTopic({topic, 1, Cleanup::kDelete})));
  EXPECT_EQ(*log().PartitionCount(Topic("wide", 3)), 3);
}

TEST_P(LogConformanceTest, APollIsBoundedByRecords) {
  const std::string topic = Topic("t");
  for (int i = 0; i < 10; ++i) Send(topic, absl::StrCat("k=", i));
  const auto consumer = StartConsumer(Group("g"), "0", {topic});
  PollLimits limits = PatientLimits();
  limits.records = 3;
  Polled polled;
  std::vector<std::string> all;
  for (int i = 0; i < 100 && all.size() < 10; ++i) {
    ASSERT_TRUE(consumer->Poll(limits, polled).ok());
    EXPECT_LE(polled.records.size(), 3u);
    for (const Record& record : polled.records) all.emplace_back(record.value);
  }
  EXPECT_THAT(all, ElementsAre("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));
}

TEST_P(LogConformanceTest, APollIsBoundedByBytesButGivesAtLeastOne) {
  const std::string topic = Topic("t");
  for (int i = 0; i < 4; ++i) Send(topic, absl::StrCat("k=", std::string(100, 'x')));
  const auto consumer = StartConsumer(Group("g"), "0", {topic});
  PollLimits limits = PatientLimits();
  limits.bytes = 10;
  Polled polled;
  size_t count = 0;
  for (int i = 0; i < 100 && count < 4; ++i) {
    ASSERT_TRUE(consumer->Poll(limits, polled).ok());
    EXPECT_LE(polled.records.size(), 1u);
    count += polled.records.size();
  }
  EXPECT_EQ(count, 4u);
}

}  // namespace tend::stream
