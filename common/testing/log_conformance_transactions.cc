// Conformance: transactions, isolation, fencing.

#include "common/testing/log_conformance.h"
#include "gmock/gmock.h"

namespace tend::stream {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

int LinkLogConformanceTransactions() { return 0; }

TEST_P(LogConformanceTest, ACommittedTransactionIsSeenAsAWhole) {
  const std::string a = Topic("a"), b = Topic("b");
  const auto producer = StartProducer("p");
  ASSERT_TRUE(producer->Begin().ok());
  ASSERT_TRUE(Produce(*producer, a, "k=1").ok());
  ASSERT_TRUE(Produce(*producer, b, "k=2").ok());
  EXPECT_THAT(Read(a), IsEmpty());
  EXPECT_THAT(Read(b), IsEmpty());
  ASSERT_TRUE(producer->Commit().ok());
  EXPECT_THAT(ReadAtLeast(1, a), ElementsAre("k=1"));
  EXPECT_THAT(ReadAtLeast(1, b), ElementsAre("k=2"));
}

TEST_P(LogConformanceTest, AnAbortedTransactionIsNeverSeen) {
  const std::string topic = Topic("t");
  const auto producer = StartProducer("p");
  ASSERT_TRUE(producer->Begin().ok());
  ASSERT_TRUE(Produce(*producer, topic, "k=lost").ok());
  ASSERT_TRUE(producer->Abort().ok());
  ASSERT_TRUE(producer->Begin().ok());
  ASSERT_TRUE(Produce(*producer, topic, "k=kept").ok());
  ASSERT_TRUE(producer->Commit().ok());
  EXPECT_THAT(ReadAtLeast(1, topic), ElementsAre("k=kept"));
}

TEST_P(LogConformanceTest, NothingAfterAnOpenTransactionIsSeen) {
  const std::string topic = Topic("t");
  Send(topic, "before=1");
  const auto producer = StartProducer("p");
  ASSERT_TRUE(producer->Begin().ok());
  ASSERT_TRUE(Produce(*producer, topic, "inside=2").ok());
  AwaitRecords(topic, 2);
  ASSERT_TRUE(
      producer
          ->SendOffsets({NextOffset{topic, 0, Offset(0)}}, *StartConsumer(Group("g"), "0", {topic}))
          .ok());
  Send(topic, "after=3");
  EXPECT_THAT(ReadAtLeast(1, topic), ElementsAre("before=1"));
  ASSERT_TRUE(producer->Abort().ok());
  EXPECT_THAT(ReadAtLeast(2, topic), ElementsAre("before=1", "after=3"));
}

TEST_P(LogConformanceTest, AReaderThatStartsAtAMarkerIsShownWhatComesAfterIt) {
  const std::string topic = Topic("t");
  const auto producer = StartProducer("p");
  ASSERT_TRUE(producer->Begin().ok());
  ASSERT_TRUE(Produce(*producer, topic, "k=1").ok());
  ASSERT_TRUE(producer->Commit().ok());
  const auto consumer = StartConsumer(Group("g"), "0", {topic});
  ASSERT_TRUE(consumer->Seek({topic, 0, Offset(1)}).ok());  // the marker's offset
  EXPECT_THAT(Poll(*consumer, 0), IsEmpty());
  Send(topic, "k=2");
  EXPECT_THAT(Poll(*consumer, 1), ElementsAre("k=2"));
}

TEST_P(LogConformanceTest, TheHighWatermarkIsAheadOfTheLastStableOffset) {
  const std::string topic = Topic("t");
  const auto other = StartProducer("other");
  ASSERT_TRUE(other->Begin().ok());
  ASSERT_TRUE(Produce(*other, topic, "k=1").ok());
  AwaitRecords(topic, 1);
  ASSERT_TRUE(
      other
          ->SendOffsets({NextOffset{topic, 0, Offset(0)}}, *StartConsumer(Group("g"), "0", {topic}))
          .ok());
  EXPECT_EQ(End(topic, Isolation::kReadCommitted), Offset(0));
  EXPECT_EQ(End(topic, Isolation::kReadUncommitted), Offset(1));
  EXPECT_THAT(Read(topic, 0, Isolation::kReadUncommitted), ElementsAre("k=1"));
  ASSERT_TRUE(other->Commit().ok());
  EXPECT_THAT(ReadAtLeast(1, topic), ElementsAre("k=1"));
  EXPECT_GT(End(topic, Isolation::kReadCommitted), Offset(0));
}

TEST_P(LogConformanceTest, OneProducersEndDoesNotEndAnothersTransaction) {
  const std::string topic = Topic("t");
  const auto first = StartProducer("first"), second = StartProducer("second");
  ASSERT_TRUE(first->Begin().ok());
  ASSERT_TRUE(Produce(*first, topic, "first=1").ok());
  AwaitRecords(topic, 1);
  ASSERT_TRUE(second->Begin().ok());
  ASSERT_TRUE(Produce(*second, topic, "second=2").ok());
  ASSERT_TRUE(second->Commit().ok());
  ASSERT_TRUE(first->Abort().ok());
  EXPECT_THAT(ReadAtLeast(1, topic), ElementsAre("second=2"));
}

TEST_P(LogConformanceTest, OffsetsMoveWithTheTransactionOnly) {
  const std::string in = Topic("in"), out = Topic("out");
  Send(in, "k=1");
  const auto consumer = StartConsumer(Group("g"), "0", {in});
  EXPECT_EQ(*consumer->Committed({in, 0}), std::nullopt);
  const auto producer = StartProducer("p");
  ASSERT_TRUE(producer->Begin().ok());
  ASSERT_TRUE(Produce(*producer, out, "k=1").ok());
  ASSERT_TRUE(producer->SendOffsets({NextOffset{in, 0, Offset(1)}}, *consumer).ok());
  EXPECT_TRUE(absl::IsUnavailable(consumer->Committed({in, 0}).status()));
  ASSERT_TRUE(producer->Commit().ok());
  EXPECT_EQ(*consumer->Committed({in, 0}), Offset(1));
}

TEST_P(LogConformanceTest, AnAbortLeavesTheOffsetsWhereTheyWere) {
  const std::string in = Topic("in");
  Send(in, "k=1");
  const auto consumer = StartConsumer(Group("g"), "0", {in});
  ASSERT_TRUE(consumer->Commit({NextOffset{in, 0, Offset(0)}}).ok());
  const auto producer = StartProducer("p");
  ASSERT_TRUE(producer->Begin().ok());
  ASSERT_TRUE(producer->SendOffsets({NextOffset{in, 0, Offset(1)}}, *consumer).ok());
  ASSERT_TRUE(producer->Abort().ok());
  EXPECT_EQ(*consumer->Committed({in, 0}), Offset(0));
}

TEST_P(LogConformanceTest, ANewProducerFencesTheOldOneOfItsId) {
  const std::string topic = Topic("t");
  const auto old = StartProducer("p");
  ASSERT_TRUE(old->Begin().ok());
  ASSERT_TRUE(Produce(*old, topic, "old=1").ok());
  AwaitRecords(topic, 1);
  const auto young = StartProducer("p");
  absl::Status status = Produce(*old, topic, "old=2");
  if (status.ok()) status = old->Commit();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  ASSERT_TRUE(young->Begin().ok());
  ASSERT_TRUE(Produce(*young, topic, "young=3").ok());
  ASSERT_TRUE(young->Commit().ok());
  EXPECT_THAT(ReadAtLeast(1, topic), ElementsAre("young=3"));
}

TEST_P(LogConformanceTest, AProducerThatGoesAwayLeavesItsTransactionToItsSuccessor) {
  const std::string topic = Topic("t");
  {
    const auto producer = StartProducer("p");
    ASSERT_TRUE(producer->Begin().ok());
    ASSERT_TRUE(Produce(*producer, topic, "k=1").ok());
    AwaitRecords(topic, 1);
    ASSERT_TRUE(producer
                    ->SendOffsets({NextOffset{topic, 0, Offset(0)}},
                                  *StartConsumer(Group("g"), "0", {topic}))
                    .ok());
  }
  Send(topic, "after=2");
  EXPECT_THAT(Read(topic), IsEmpty());
  StartProducer("p");
  EXPECT_THAT(ReadAtLeast(1, topic), ElementsAre("after=2"));
}

TEST_P(LogConformanceTest, ATransactionThatHangsIsAbortedInTime) {
  const std::string topic = Topic("t");
  const auto producer = StartProducer("p");
  ASSERT_TRUE(producer->Begin().ok());
  ASSERT_TRUE(Produce(*producer, topic, "k=1").ok());
  AwaitRecords(topic, 1);
  Send(topic, "after=2");
  const auto consumer = StartConsumer(Group("g"), "0", {topic});
  under_test_->PassTransactionTimeout();
  EXPECT_THAT(Poll(*consumer, 1), ElementsAre("after=2"));
  EXPECT_TRUE(absl::IsFailedPrecondition(producer->Commit()));
}

}  // namespace tend::stream
