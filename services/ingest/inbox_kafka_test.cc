// The inbox on a real broker: a group, its offsets, and a restart.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/kafka/kafka_log.h"
#include "common/stream/system_clock.h"
#include "common/testing/kafka_broker.h"
#include "services/ingest/inbox_reader.h"

namespace tend::ingest {
namespace {

using ::testing::UnorderedElementsAre;

constexpr absl::Duration kLimit = absl::Seconds(60);

std::string Event(const std::string& id) {
  return absl::StrCat(
      R"({"specversion":"1.0","id":"e","source":"/crm","type":"tend.v1.Interaction","data":{"id":")",
      id,
      R"(","source":{"system":"mail","recordId":"r"},"occurTime":"2026-01-01T00:00:00Z",)"
      R"("parties":[{"role":"PARTY_ROLE_FROM","identifiers":[{"kind":"IDENTIFIER_KIND_EMAIL",)"
      R"("raw":"ann@example.com"}]}],"messageSent":{}}})");
}

class InboxKafkaTest : public ::testing::Test {
 protected:
  InboxKafkaTest() {
    source_.name = "inbox";
    for (const char* topic : {"tend.inbox.v1", "tend.interactions.v1", "tend.rejects.v1"}) {
      EXPECT_EQ(log_->CreateTopic({topic, 2, stream::Cleanup::kDelete}), absl::OkStatus());
    }
  }

  void Push(const std::vector<std::string>& values) {
    const auto producer = *log_->NewProducer();
    std::vector<stream::NewRecord> records;
    for (size_t i = 0; i < values.size(); ++i) {
      records.push_back({"tend.inbox.v1", static_cast<int>(i % 2), std::nullopt, values[i]});
    }
    std::vector<stream::Written> written;
    ASSERT_EQ(producer->Send(records, written), absl::OkStatus());
  }

  // What a process does until it has read so many records, and its end.
  int64_t Run(int64_t records) {
    InboxReader reader(*log_, publisher_, clock_, source_, "ingest-1");
    const absl::Time end = absl::Now() + kLimit;
    while (reader.counts().records < records && absl::Now() < end) {
      const absl::Status status = reader.Step(absl::Milliseconds(100));
      EXPECT_TRUE(status.ok() || absl::IsUnavailable(status)) << status;
    }
    return reader.counts().records;
  }

  std::vector<std::string> Ids() {
    std::vector<std::string> ids;
    for (int partition = 0; partition < 2; ++partition) {
      const stream::TopicPartition place{"tend.interactions.v1", partition};
      const auto end = log_->Offsets(place, stream::Isolation::kReadCommitted)->end;
      const auto reader = *log_->Open(place, stream::Offset(0), stream::Isolation::kReadCommitted);
      std::vector<stream::Record> records;
      stream::PollLimits limits;
      limits.wait = absl::Milliseconds(100);
      while (reader->position() < end) {
        EXPECT_EQ(reader->Poll(limits, records), absl::OkStatus());
        for (const stream::Record& record : records) {
          v1::Interaction interaction;
          EXPECT_TRUE(interaction.ParseFromArray(record.value.data(),
                                                 static_cast<int>(record.value.size())));
          ids.push_back(interaction.id());
        }
      }
    }
    return ids;
  }

  const std::unique_ptr<kafka::KafkaLog> log_ =
      *kafka::KafkaLog::Make(KafkaBroker::Get().Options());
  const std::unique_ptr<kafka::KafkaLog> publisher_log_ =
      *kafka::KafkaLog::Make(KafkaBroker::Get().Options());
  const stream::SystemClock clock_;
  Publisher publisher_{*publisher_log_};
  Source source_;
};

TEST_F(InboxKafkaTest, EveryEventComesOnceThoughTheProcessIsAnother) {
  Push({Event("one"), Event("two"), "poison"});
  EXPECT_EQ(Run(3), 3);
  Push({Event("three")});
  EXPECT_EQ(Run(1), 1);
  EXPECT_THAT(Ids(), UnorderedElementsAre("one", "two", "three"));
}

}  // namespace
}  // namespace tend::ingest
