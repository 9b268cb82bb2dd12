#include "services/query/flow/lag_look.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/stream/memory_log.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::query {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kStart = absl::FromUnixSeconds(1'000);

class LagLookTest : public ::testing::Test {
 protected:
  LagLookTest() { EXPECT_TRUE(log_.CreateTopic({"in", 2, stream::Cleanup::kDelete}).ok()); }

  // At the clock's time, into a partition. committed: in a transaction that is, or is taken back.
  void Write(int partition, bool committed = true) {
    const auto producer = *log_.NewTransactionalProducer("p");
    stream::NewRecord record;
    record.topic = "in";
    record.partition = partition;
    record.value = "x";
    ASSERT_TRUE(producer->Init().ok() && producer->Begin().ok() && producer->Produce(record).ok());
    ASSERT_TRUE((committed ? producer->Commit() : producer->Abort()).ok());
  }
  // "partition: next/end, since second"
  std::vector<std::string> Look(const Places& places) {
    const auto lags = look_.Look(places);
    EXPECT_TRUE(lags.ok()) << lags.status();
    std::vector<std::string> out;
    for (const v1::PartitionLag& lag : *lags) {
      out.push_back(absl::StrCat(lag.partition(), ": ", lag.next_offset(), "/", lag.end_offset()));
      if (lag.has_oldest_unread_time()) {
        absl::StrAppend(&out.back(), ", since ", lag.oldest_unread_time().seconds());
      }
    }
    return out;
  }

  stream::ManualClock clock_{kStart};
  stream::MemoryLog log_{clock_};
  LagLook look_{log_, {"in"}};
};

TEST_F(LagLookTest, WhatNobodyHasReadIsUnreadFromTheStart) {
  Write(0);
  clock_.Advance(absl::Seconds(5));
  Write(0);
  EXPECT_THAT(Look({}), ElementsAre("0: 0/4, since 1000", "1: 0/0"));
}

TEST_F(LagLookTest, TheOldestUnreadIsTheOneAtThePlace) {
  Write(0);
  clock_.Advance(absl::Seconds(5));
  Write(0);
  EXPECT_THAT(Look({{{"in", 0}, stream::Offset(1)}}), ElementsAre("0: 2/4, since 1005", "1: 0/0"));
}

// A reader commits the place behind its last record; the transaction's end comes after.
TEST_F(LagLookTest, TheEndsOfTransactionsAreNotUnread) {
  Write(1);
  EXPECT_THAT(Look({{{"in", 1}, stream::Offset(1)}}), ElementsAre("0: 0/0", "1: 2/2"));
  Write(1, /*committed=*/false);
  EXPECT_THAT(Look({{{"in", 1}, stream::Offset(1)}}), ElementsAre("0: 0/0", "1: 4/4"));
  clock_.Advance(absl::Seconds(9));
  Write(1);
  EXPECT_THAT(Look({{{"in", 1}, stream::Offset(1)}}), ElementsAre("0: 0/0", "1: 4/6, since 1009"));
}

TEST_F(LagLookTest, WhatStaysUnreadKeepsItsTimeWhileMoreComes) {
  Write(0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Look({})[0], absl::StrCat("0: 0/", 2 * (i + 1), ", since 1000"));
    clock_.Advance(absl::Seconds(1));
    Write(0);
  }
}

TEST_F(LagLookTest, ATopicThatIsNotThereIsSaid) {
  LagLook other(log_, {"out"});
  EXPECT_TRUE(absl::IsNotFound(other.Look({}).status()));
}

}  // namespace
}  // namespace tend::query
