#include "services/ingest/request_memory.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tend::ingest {
namespace {

class RequestMemoryTest : public ::testing::Test {
 protected:
  // "new", "as before: ANSWER", or the error's code. A new one is answered; without an answer it
  // has failed.
  std::string Ask(const std::string& id, const std::string& content,
                  const std::optional<std::string>& answer = std::nullopt) {
    absl::StatusOr<RequestMemory::Attempt> attempt = memory_->Begin(id, content);
    if (!attempt.ok()) return absl::StatusCodeToString(attempt.status().code());
    if (attempt->before().has_value()) {
      return absl::StrCat("as before: ", attempt->before()->results(0).interaction_id());
    }
    if (answer.has_value()) attempt->Answer(Answer(*answer));
    return "new";
  }

  static v1::PublishInteractionsResponse Answer(const std::string& text) {
    v1::PublishInteractionsResponse answer;
    answer.add_results()->set_interaction_id(text);
    return answer;
  }

  stream::ManualClock clock_{absl::FromUnixSeconds(1)};
  std::shared_ptr<RequestMemory> memory_ =
      RequestMemory::Make(clock_, {.age = absl::Minutes(10), .bytes = 1000});
};

TEST_F(RequestMemoryTest, ARepeatGetsTheFirstsAnswer) {
  EXPECT_EQ(Ask("a", "x", "1"), "new");
  EXPECT_EQ(Ask("b", "x", "2"), "new");
  EXPECT_EQ(Ask("a", "x", "3"), "as before: 1");
  EXPECT_EQ(Ask("a", "x"), "as before: 1");
}

TEST_F(RequestMemoryTest, AnIdWithOtherContentIsRefused) {
  EXPECT_EQ(Ask("a", "x", "1"), "new");
  EXPECT_EQ(Ask("a", "y", "2"), "INVALID_ARGUMENT");
  EXPECT_EQ(Ask("a", "x"), "as before: 1");
}

TEST_F(RequestMemoryTest, OneThatFailedIsTriedAnew) {
  EXPECT_EQ(Ask("a", "x"), "new");
  EXPECT_EQ(Ask("a", "y", "2"), "new");
  EXPECT_EQ(Ask("a", "y"), "as before: 2");
}

TEST_F(RequestMemoryTest, WhileOneIsUnderWayItsRepeatIsToTryAgain) {
  absl::StatusOr<RequestMemory::Attempt> first = memory_->Begin("a", "x");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(Ask("a", "x"), "UNAVAILABLE");
  EXPECT_EQ(Ask("a", "y"), "INVALID_ARGUMENT");
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Ask("a", "x"), "UNAVAILABLE");
  first->Answer(Answer("1"));
  EXPECT_EQ(Ask("a", "x"), "as before: 1");
}

TEST_F(RequestMemoryTest, AnAnswerIsForgottenWithTime) {
  EXPECT_EQ(Ask("a", "x", "1"), "new");
  clock_.Advance(absl::Minutes(4));
  EXPECT_EQ(Ask("b", "x", "2"), "new");
  clock_.Advance(absl::Minutes(6));
  EXPECT_EQ(Ask("a", "x"), "as before: 1");
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Ask("a", "x", "3"), "new");
  EXPECT_EQ(Ask("b", "x"), "as before: 2");
}

TEST_F(RequestMemoryTest, BeyondItsBytesTheOldestIsForgotten) {
  const std::string answer(100, '.');  // two of them fit
  for (const char* id : {"a", "b", "c"}) EXPECT_EQ(Ask(id, "x", answer), "new");
  EXPECT_EQ(Ask("c", "x"), absl::StrCat("as before: ", answer));
  EXPECT_EQ(Ask("b", "x"), absl::StrCat("as before: ", answer));
  EXPECT_EQ(Ask("a", "x", std::string(1000, '.')), "new");  // more than all
  EXPECT_EQ(Ask("a", "x"), "new");
  EXPECT_EQ(Ask("b", "x"), "new");
}

TEST_F(RequestMemoryTest, AnAttemptMayEndAfterAllOthersForgotTheMemory) {
  absl::StatusOr<RequestMemory::Attempt> answered = memory_->Begin("a", "x");
  const absl::StatusOr<RequestMemory::Attempt> failed = memory_->Begin("b", "x");
  memory_ = nullptr;
  answered->Answer(Answer("1"));
}

}  // namespace
}  // namespace tend::ingest
