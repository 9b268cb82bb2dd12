// Conformance: groups, assignment, positions.

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/log_conformance.h"
#include "gmock/gmock.h"

namespace tend::stream {
namespace {

std::vector<int> Partitions(const std::vector<TopicPartition>& places) {
  std::vector<int> partitions;
  partitions.reserve(places.size());
  for (const TopicPartition& place : places) partitions.push_back(place.partition);
  std::sort(partitions.begin(), partitions.end());
  return partitions;
}

}  // namespace

using ::testing::ElementsAre;
using ::testing::IsEmpty;

int LinkLogConformanceGroups() { return 0; }

TEST_P(LogConformanceTest, TheOnlyMemberGetsAllPartitions) {
  const std::string topic = Topic("t", 3);
  const auto consumer = *log().Join({Group("g"), "0", {topic}});
  EXPECT_THAT(Partitions(PollEvent(*consumer).assigned), ElementsAre(0, 1, 2));
}

TEST_P(LogConformanceTest, APartitionGivesNothingBeforeItsSeek) {
  const std::string topic = Topic("t");
  Send(topic, "k=1");
  const auto consumer = *log().Join({Group("g"), "0", {topic}});
  PollEvent(*consumer);
  EXPECT_THAT(Poll(*consumer, 0), IsEmpty());
  EXPECT_FALSE(consumer->CaughtUp(topic, 0));
  ASSERT_TRUE(consumer->Seek({topic, 0, Offset(0)}).ok());
  EXPECT_THAT(Poll(*consumer, 1), ElementsAre("k=1"));
  EXPECT_TRUE(CatchesUp(*consumer, topic));
}

// As restores end, one after the other: all of them read on from where they were put.
TEST_P(LogConformanceTest, PartitionsThatAreSoughtOneByOneAllRead) {
  const std::string topic = Topic("t", 3);
  std::map<int, std::string> keys;  // one for each partition
  for (char key = 'a'; keys.size() < 3; ++key) {
    keys.try_emplace(Send(topic, absl::StrCat(std::string(1, key), "=0")).partition, 1, key);
  }
  const auto consumer = *log().Join({Group("g"), "0", {topic}});
  PollEvent(*consumer);
  Polled polled;
  for (int partition = 0; partition < 3; ++partition) {
    const Offset end = log().Offsets({topic, partition}, Isolation::kReadCommitted)->end;
    ASSERT_TRUE(consumer->Seek({topic, partition, end}).ok());
    ASSERT_TRUE(consumer->Poll(PatientLimits(), polled).ok());
  }
  for (int round = 0; round < 2; ++round) {
    for (const auto& [partition, key] : keys) {
      EXPECT_TRUE(CatchesUp(*consumer, topic, partition));
      const std::string record = absl::StrCat(key, "=", round);
      Send(topic, record);
      EXPECT_THAT(Poll(*consumer, 1), ElementsAre(record));
    }
  }
}

TEST_P(LogConformanceTest, ASeekBackReadsAgain) {
  const std::string topic = Topic("t");
  for (const char* record : {"a=1", "b=2", "c=3"}) Send(topic, record);
  const auto consumer = StartConsumer(Group("g"), "0", {topic});
  EXPECT_THAT(Poll(*consumer, 3), ElementsAre("a=1", "b=2", "c=3"));
  ASSERT_TRUE(consumer->Seek({topic, 0, Offset(1)}).ok());
  EXPECT_THAT(Poll(*consumer, 2), ElementsAre("b=2", "c=3"));
}

TEST_P(LogConformanceTest, ASeekOnAnotherPartitionIsNotFound) {
  const std::string topic = Topic("t"), other = Topic("other");
  const auto consumer = StartConsumer(Group("g"), "0", {topic});
  EXPECT_TRUE(absl::IsNotFound(consumer->Seek({other, 0, Offset(0)})));
}

TEST_P(LogConformanceTest, TheNextMemberGoesOnWhereTheGroupHasCommitted) {
  const std::string topic = Topic("t");
  for (const char* record : {"a=1", "b=2", "c=3"}) Send(topic, record);
  {
    const auto consumer = StartConsumer(Group("g"), "0", {topic});
    ASSERT_TRUE(consumer->Commit({NextOffset{topic, 0, Offset(2)}}).ok());
  }
  const auto consumer = StartConsumer(Group("g"), "1", {topic});
  EXPECT_THAT(Poll(*consumer, 1), ElementsAre("c=3"));
}

TEST_P(LogConformanceTest, GroupsDoNotShareTheirOffsets) {
  const std::string topic = Topic("t");
  Send(topic, "a=1");
  const auto one = StartConsumer(Group("one"), "0", {topic});
  ASSERT_TRUE(one->Commit({NextOffset{topic, 0, Offset(1)}}).ok());
  const auto two = StartConsumer(Group("two"), "0", {topic});
  EXPECT_EQ(*two->Committed({topic, 0}), std::nullopt);
  EXPECT_THAT(Poll(*two, 1), ElementsAre("a=1"));
}

TEST_P(LogConformanceTest, ASecondMemberTakesItsRangeOfEveryTopic) {
  const std::string a = Topic("a", 3), b = Topic("b", 3);
  const auto first = *log().Join({Group("g"), "0", {a, b}});
  EXPECT_EQ(PollEvent(*first).assigned.size(), 6u);
  const auto second = *log().Join({Group("g"), "1", {a, b}});
  EXPECT_EQ(PollEvent(*first).revoked.size(), 6u);
  Polled polled;
  ASSERT_TRUE(second->Poll(PollLimits(), polled).ok());
  EXPECT_THAT(Partitions(PollEvent(*first).assigned), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(Partitions(PollEvent(*second).assigned), ElementsAre(2, 2));
}

TEST_P(LogConformanceTest, WhatIsBeingRevokedCanStillBeCommitted) {
  const std::string topic = Topic("t", 2);
  const auto first = StartConsumer(Group("g"), "0", {topic});
  const auto producer = StartProducer("p");
  const auto second = *log().Join({Group("g"), "1", {topic}});
  Polled polled;
  ASSERT_TRUE(second->Poll(PollLimits(), polled).ok());
  const Polled event = PollEvent(*first);
  ASSERT_EQ(event.revoked.size(), 2u);
  EXPECT_FALSE(event.lost);
  ASSERT_TRUE(producer->Begin().ok());
  ASSERT_TRUE(producer->SendOffsets({NextOffset{topic, 1, Offset(0)}}, *first).ok());
  ASSERT_TRUE(producer->Commit().ok());
}

TEST_P(LogConformanceTest, AMemberThatLeavesHandsItsPartitionsOn) {
  const std::string topic = Topic("t", 2);
  auto first = *log().Join({Group("g"), "0", {topic}});
  PollEvent(*first);
  const auto second = *log().Join({Group("g"), "1", {topic}});
  first = nullptr;
  EXPECT_THAT(Partitions(PollEvent(*second).assigned), ElementsAre(0, 1));
}

TEST_P(LogConformanceTest, AStaticMemberTakesOverAndFencesItsPredecessor) {
  const std::string topic = Topic("t", 2);
  const auto old = StartConsumer(Group("g"), "0", {topic});
  const auto producer = StartProducer("p");
  const auto young = *log().Join({Group("g"), "0", {topic}});
  EXPECT_THAT(Partitions(PollEvent(*young).assigned), ElementsAre(0, 1));
  ASSERT_TRUE(producer->Begin().ok());
  EXPECT_TRUE(absl::IsAborted(producer->SendOffsets({NextOffset{topic, 0, Offset(0)}}, *old)));
  ASSERT_TRUE(producer->Abort().ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(PollError(*old)));
}

TEST_P(LogConformanceTest, AnExpiredMemberCannotCommitAndLearnsThatAllIsLost) {
  const std::string topic = Topic("t");
  const auto consumer = StartConsumer(Group("g"), "0", {topic});
  const auto producer = StartProducer("p");
  under_test_->ExpireMember(Group("g"), "0");
  ASSERT_TRUE(producer->Begin().ok());
  EXPECT_TRUE(absl::IsAborted(producer->SendOffsets({NextOffset{topic, 0, Offset(0)}}, *consumer)));
  const Polled event = PollEvent(*consumer);
  EXPECT_TRUE(event.lost);
  EXPECT_THAT(Partitions(event.revoked), ElementsAre(0));
  EXPECT_THAT(Partitions(PollEvent(*consumer).assigned), ElementsAre(0));
}

}  // namespace tend::stream
