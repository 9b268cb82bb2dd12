#include "services/query/position/passed_inputs.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/stream/clock.h"
#include "common/stream/memory_log.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::query {
namespace {

using stream::Offset;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const stream::TopicPartition kMail{"tend.interactions.v1", 0}, kEvents{"tend.person-events.v1", 1},
    kRejects{"tend.rejects.v1", 0};

class PassedInputsTest : public ::testing::Test {
 protected:
  PassedInputsTest() {
    for (const char* topic : {"tend.person-events.v1", "tend.rejects.v1", "tend.nudges.v1"}) {
      EXPECT_TRUE(log_.CreateTopic({topic, 2, stream::Cleanup::kDelete}).ok());
    }
  }
  void Write(const stream::TopicPartition& partition) {
    stream::NewRecord record;
    record.topic = partition.topic;
    record.partition = partition.partition;
    record.value = "something";
    std::vector<stream::Written> written;
    ASSERT_TRUE((*log_.NewProducer())->Send({&record, 1}, written).ok());
  }
  // What is asked first finds nothing, and wishes for a look.
  std::optional<OffsetsByPartition> EndsAfter(int64_t offset) {
    auto known = passed_.EndsAfter(kMail, Offset(offset));
    if (known.has_value()) return known;
    EXPECT_EQ(passed_.Look(), absl::OkStatus());
    return passed_.EndsAfter(kMail, Offset(offset));
  }

  stream::ManualClock clock_{absl::FromUnixSeconds(1'769'904'000)};
  stream::MemoryLog log_{clock_};
  absl::StatusOr<OffsetsByPartition> committed_ = OffsetsByPartition();
  std::vector<std::string> asked_;
  PassedInputs passed_{log_, [this](const std::string& group, const auto& /*topics*/) {
                         asked_.push_back(group);
                         return committed_;
                       }};
};

TEST_F(PassedInputsTest, TheEndsAreKnownOnceTheReaderHasCommittedTheRecord) {
  Write(kEvents);
  *committed_ = {{kMail, Offset(7)}};
  EXPECT_EQ(EndsAfter(7), std::nullopt) << "7 is what it reads next";
  EXPECT_THAT(EndsAfter(6).value(), ElementsAre(Pair(kEvents, Offset(1))));
}

TEST_F(PassedInputsTest, AnotherPartitionSaysNothing) {
  *committed_ = {{{"tend.interactions.v1", 1}, Offset(7)}};
  EXPECT_EQ(EndsAfter(6), std::nullopt);
}

TEST_F(PassedInputsTest, WhatIsWrittenAfterTheCommitNeedsNotBeAwaited) {
  Write(kRejects);
  *committed_ = {{kMail, Offset(7)}};
  ASSERT_NE(EndsAfter(6), std::nullopt);
  Write(kRejects);
  EXPECT_EQ(EndsAfter(9), std::nullopt);  // looks, and the reader is where it was
  EXPECT_THAT(EndsAfter(6).value(), ElementsAre(Pair(kRejects, Offset(1))));
  *committed_ = {{kMail, Offset(10)}};
  EXPECT_THAT(EndsAfter(9).value(), ElementsAre(Pair(kRejects, Offset(2))));
}

// Its commit may show before its outputs do.
TEST_F(PassedInputsTest, AnUndecidedTransactionCountsAsWritten) {
  const auto producer = *log_.NewTransactionalProducer("tend.enrichment.1");
  ASSERT_EQ(producer->Init(), absl::OkStatus());
  ASSERT_EQ(producer->Begin(), absl::OkStatus());
  stream::NewRecord record;
  record.topic = kEvents.topic;
  record.partition = kEvents.partition;
  record.value = "something";
  ASSERT_EQ(producer->Produce(record), absl::OkStatus());
  *committed_ = {{kMail, Offset(7)}};
  EXPECT_THAT(EndsAfter(6).value(), ElementsAre(Pair(kEvents, Offset(1))));
}

TEST_F(PassedInputsTest, ManyWhoAskAreOneLookAtTheirReaderAlone) {
  for (int64_t i = 0; i < 100; ++i) {
    EXPECT_EQ(passed_.EndsAfter(kMail, Offset(i)), std::nullopt);
  }
  EXPECT_THAT(asked_, IsEmpty());
  ASSERT_EQ(passed_.Look(), absl::OkStatus());
  ASSERT_EQ(passed_.Look(), absl::OkStatus());  // nobody has asked since
  EXPECT_THAT(asked_, ElementsAre("tend.enrichment"));
  EXPECT_EQ(passed_.EndsAfter({"tend.owner-events.v1", 0}, Offset(0)), std::nullopt);
  ASSERT_EQ(passed_.Look(), absl::OkStatus());
  EXPECT_THAT(asked_, ElementsAre("tend.enrichment", "tend.notification"));
}

TEST_F(PassedInputsTest, ALogThatDoesNotAnswerIsAskedAgain) {
  committed_ = absl::UnavailableError("away");
  EXPECT_EQ(passed_.EndsAfter(kMail, Offset(6)), std::nullopt);
  EXPECT_TRUE(absl::IsUnavailable(passed_.Look()));
  committed_ = OffsetsByPartition{{kMail, Offset(7)}};
  EXPECT_NE(EndsAfter(6), std::nullopt);
}

}  // namespace
}  // namespace tend::query
