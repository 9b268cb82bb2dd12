#include "services/ingest/publisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/stream/memory_log.h"

namespace tend::ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// A log whose producers fail as they are told, and which counts the writes. For one publisher's
// thread, and for the test once that has answered.
class ScriptedLog final : public stream::Log {
 public:
  explicit ScriptedLog(stream::Log& log) : log_(log) {}

  absl::StatusOr<std::unique_ptr<stream::Producer>> NewProducer() override {
    auto made = log_.NewProducer();
    if (!made.ok()) return made.status();
    ++producers;
    return std::make_unique<ScriptedProducer>(*this, *std::move(made));
  }
  absl::Status CreateTopic(const stream::TopicConfig& c) override { return log_.CreateTopic(c); }
  absl::StatusOr<int> PartitionCount(absl::string_view t) override {
    return log_.PartitionCount(t);
  }
  absl::StatusOr<stream::OffsetRange> Offsets(const stream::TopicPartition& p,
                                              stream::Isolation i) override {
    return log_.Offsets(p, i);
  }
  absl::StatusOr<std::unique_ptr<stream::Consumer>> Join(
      const stream::GroupMembership& m) override {
    return log_.Join(m);
  }
  absl::StatusOr<std::unique_ptr<stream::Reader>> Open(const stream::TopicPartition& p,
                                                       stream::Offset from,
                                                       stream::Isolation i) override {
    return log_.Open(p, from, i);
  }
  absl::StatusOr<std::unique_ptr<stream::TransactionalProducer>> NewTransactionalProducer(
      absl::string_view id) override {
    return log_.NewTransactionalProducer(id);
  }

  std::vector<absl::Status> failures;  // of the next writes, last first
  int producers = 0;
  int writes = 0;
  std::function<void()> during;  // called within each write

 private:
  class ScriptedProducer final : public stream::Producer {
   public:
    ScriptedProducer(ScriptedLog& log, std::unique_ptr<stream::Producer> producer)
        : log_(log), producer_(std::move(producer)) {}
    absl::Status Send(absl::Span<const stream::NewRecord> records,
                      std::vector<stream::Written>& written) override {
      ++log_.writes;
      if (log_.during) log_.during();
      if (!log_.failures.empty()) {
        absl::Status failure = log_.failures.back();
        log_.failures.pop_back();
        return failure;
      }
      return producer_->Send(records, written);
    }

   private:
    ScriptedLog& log_;
    const std::unique_ptr<stream::Producer> producer_;
  };

  stream::Log& log_;
};

class PublisherTest : public ::testing::Test {
 protected:
  PublisherTest() { EXPECT_TRUE(memory_.CreateTopic({"t", 1, stream::Cleanup::kDelete}).ok()); }

  static std::vector<int64_t> Offsets(const absl::StatusOr<std::vector<stream::Written>>& written) {
    std::vector<int64_t> offsets;
    for (const stream::Written& place : *written) offsets.push_back(place.offset.value());
    return offsets;
  }

  stream::ManualClock clock_{absl::FromUnixSeconds(1)};
  stream::MemoryLog memory_{clock_};
  ScriptedLog log_{memory_};
};

TEST_F(PublisherTest, ACallerLearnsWhereItsRecordsAre) {
  Publisher publisher(log_);
  EXPECT_THAT(Offsets(publisher.Publish({{"t", "k", "a"}, {"t", "k", "b"}})), ElementsAre(0, 1));
  EXPECT_THAT(Offsets(publisher.Publish({{"t", "k", "c"}})), ElementsAre(2));
}

TEST_F(PublisherTest, ItCountsWhatTheLogHas) {
  ASSERT_TRUE(memory_.CreateTopic({kRejectsTopic, 1, stream::Cleanup::kDelete}).ok());
  log_.failures = {absl::UnavailableError("away")};
  Publisher publisher(log_);
  EXPECT_FALSE(publisher.Publish({{"t", "k", "a"}}).ok());
  EXPECT_TRUE(
      publisher.Publish({{"t", "k", "a"}, {kRejectsTopic, "k", "b", v1::REJECT_REASON_TOO_LARGE}})
          .ok());
  EXPECT_EQ(publisher.counts().written, 2);
  EXPECT_THAT(publisher.counts().rejects, ElementsAre(Pair(v1::REJECT_REASON_TOO_LARGE, 1)));
  EXPECT_EQ(publisher.counts().failures, 1);
}

TEST_F(PublisherTest, CallersThatWaitAreWrittenTogether) {
  constexpr int kCallers = 8;
  std::vector<std::jthread> callers;
  std::atomic<int> asked = 0, answered = 0;
  // The first write ends only once all others wait behind it.
  log_.during = [&] {
    while (log_.writes == 1 && asked < kCallers) std::this_thread::yield();
  };
  Publisher publisher(log_);
  callers.reserve(kCallers);
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      ++asked;
      if (publisher.Publish({{"t", "k", "v"}}).ok()) ++answered;
    });
  }
  callers.clear();
  EXPECT_EQ(answered, kCallers);
  EXPECT_LT(log_.writes, kCallers);
}

TEST_F(PublisherTest, ALogThatDoesNotAnswerIsUnavailableAndLaterWorksAgain) {
  log_.failures = {absl::UnavailableError("no broker")};
  Publisher publisher(log_);
  const auto refused = publisher.Publish({{"t", "k", "a"}});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("no broker"));
  EXPECT_TRUE(publisher.Publish({{"t", "k", "a"}}).ok());
  EXPECT_EQ(log_.producers, 1);
}

TEST_F(PublisherTest, WhileTheLogIsAwayOneCallerTriesAndOthersAreToldAtOnce) {
  log_.failures = {absl::UnavailableError("still away"), absl::UnavailableError("away")};
  std::atomic<bool> trying = false, told = false;
  // The second write ends only once another caller has its answer.
  log_.during = [&] {
    if (log_.writes != 2) return;
    trying = true;
    while (!told) std::this_thread::yield();
  };
  Publisher publisher(log_);
  EXPECT_FALSE(publisher.Publish({{"t", "k", "a"}}).ok());
  std::jthread first([&] { EXPECT_FALSE(publisher.Publish({{"t", "k", "b"}}).ok()); });
  while (!trying) std::this_thread::yield();
  EXPECT_EQ(publisher.Publish({{"t", "k", "c"}}).status().code(), absl::StatusCode::kUnavailable);
  told = true;
  first.join();
  EXPECT_TRUE(publisher.Publish({{"t", "k", "d"}}).ok());
}

TEST_F(PublisherTest, AProducerThatIsDoneForIsMadeAnew) {
  log_.failures = {absl::FailedPreconditionError("fatal")};
  Publisher publisher(log_);
  EXPECT_EQ(publisher.Publish({{"t", "k", "a"}}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(publisher.Publish({{"t", "k", "a"}}).ok());
  EXPECT_EQ(log_.producers, 2);
}

TEST_F(PublisherTest, BeyondItsBoundItRefusesAtOnce) {
  PublisherLimits limits;
  limits.waiting_bytes = 4;
  std::atomic<bool> writing = false, refused = false;
  log_.during = [&] {
    writing = true;
    while (!refused) std::this_thread::yield();
  };
  Publisher publisher(log_, limits);
  std::jthread first([&] { EXPECT_TRUE(publisher.Publish({{"t", "k", "first"}}).ok()); });
  while (!writing) std::this_thread::yield();
  std::jthread second([&] { publisher.Publish({{"t", "k", "ab"}}).IgnoreError(); });
  while (publisher.waiting_bytes() == 0) std::this_thread::yield();
  EXPECT_EQ(publisher.Publish({{"t", "k", "abcd"}}).status().code(),
            absl::StatusCode::kUnavailable);
  refused = true;
}

}  // namespace
}  // namespace tend::ingest
