// The inbox on the log in memory, step by step.

#include "services/ingest/inbox_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/stream/memory_log.h"
#include "common/testing/messages_of.h"

namespace tend::ingest {
namespace {

using ::testing::ElementsAre;

const absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);

std::string Event(const std::string& id) {
  return absl::StrCat(
      R"({"specversion":"1.0","id":"e","source":"/crm","type":"tend.v1.Interaction","data":{"id":")",
      id,
      R"(","source":{"system":"mail","recordId":"r"},"occurTime":"2026-01-01T00:00:00Z",)"
      R"("parties":[{"role":"PARTY_ROLE_FROM","identifiers":[{"kind":"IDENTIFIER_KIND_EMAIL",)"
      R"("raw":"ann@example.com"}]}],"messageSent":{}}})");
}

class InboxReaderTest : public ::testing::Test {
 protected:
  InboxReaderTest() {
    source_.name = "inbox";
    source_.options.file = "inbox";
    Create("tend.inbox.v1");
    Restart();
  }

  void Create(const char* topic) {
    ASSERT_TRUE(log_.CreateTopic({topic, 1, stream::Cleanup::kDelete}).ok());
  }
  void CreateOutputs() {
    Create("tend.interactions.v1");
    Create("tend.rejects.v1");
  }
  // As a new process does.
  void Restart() {
    reader_.reset();
    reader_.emplace(log_, publisher_, clock_, source_, "ingest-1");
  }
  void Push(std::optional<absl::string_view> value) {
    const auto producer = *log_.NewProducer();
    std::vector<stream::Written> written;
    ASSERT_TRUE(producer->Send({{"tend.inbox.v1", 0, "key", value}}, written).ok());
  }
  absl::Status Steps(int count = 3) {
    absl::Status status;
    for (int i = 0; i < count; ++i) status = reader_->Step(absl::ZeroDuration());
    return status;
  }
  std::vector<std::string> Ids() {
    std::vector<std::string> ids;
    for (const auto& interaction :
         stream::MessagesOf<v1::Interaction>(log_, "tend.interactions.v1")) {
      ids.push_back(interaction.id());
    }
    return ids;
  }

  Source source_;
  stream::ManualClock clock_{kNow};
  stream::MemoryLog log_{clock_};
  Publisher publisher_{log_};
  std::optional<InboxReader> reader_;
};

TEST_F(InboxReaderTest, EventsBecomeInteractions) {
  CreateOutputs();
  Push(Event("one"));
  Push(Event("two"));
  EXPECT_TRUE(Steps().ok());
  EXPECT_THAT(Ids(), ElementsAre("one", "two"));
  EXPECT_EQ(reader_->counts().records, 2);
}

TEST_F(InboxReaderTest, AfterARestartItReadsOnWhereItWas) {
  CreateOutputs();
  Push(Event("one"));
  EXPECT_TRUE(Steps().ok());
  Restart();
  Push(Event("two"));
  EXPECT_TRUE(Steps().ok());
  EXPECT_THAT(Ids(), ElementsAre("one", "two"));
}

TEST_F(InboxReaderTest, APoisonRecordIsARejectWithItsPlaceAndStopsNothing) {
  CreateOutputs();
  Push("\x01\xff nonsense");
  Push("");
  Push(std::nullopt);
  Push("[]");
  Push(R"({"specversion":"1.0","id":"e","source":"/crm","type":"deal.won"})");
  Push(Event("good"));
  EXPECT_TRUE(Steps().ok());
  EXPECT_THAT(Ids(), ElementsAre("good"));
  std::vector<std::string> rejects;
  for (const auto& reject : stream::MessagesOf<v1::Reject>(log_, "tend.rejects.v1")) {
    rejects.push_back(absl::StrCat(reject.record().topic(), "@", reject.record().offset(), " ",
                                   v1::RejectReason_Name(reject.reason()).substr(14)));
  }
  EXPECT_THAT(rejects,
              ElementsAre("tend.inbox.v1@0 MALFORMED", "tend.inbox.v1@1 FIELD_MISSING",
                          "tend.inbox.v1@2 FIELD_MISSING", "tend.inbox.v1@4 FACT_UNKNOWN"));
  EXPECT_EQ(reader_->counts().rejected, 4);
}

TEST_F(InboxReaderTest, WhatCouldNotBeWrittenIsReadAgain) {
  Push(Event("one"));
  EXPECT_TRUE(absl::IsUnavailable(Steps(2)));
  CreateOutputs();
  EXPECT_TRUE(Steps(4).ok());
  EXPECT_THAT(Ids(), ElementsAre("one"));
}

}  // namespace
}  // namespace tend::ingest
