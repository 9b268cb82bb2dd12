#include "common/testing/log_conformance.h"

#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/check.h"

namespace tend::stream {
namespace {

NewRecord Parse(absl::string_view topic, absl::string_view text) {
  NewRecord record;
  record.topic = topic;
  const size_t equals = text.find('=');
  record.key = text.substr(0, equals);
  if (equals != absl::string_view::npos) record.value = text.substr(equals + 1);
  return record;
}

std::string NextSuffix() {
  static std::atomic<int> count{0};
  return absl::StrCat("-", ++count);
}

}  // namespace

std::string ToText(const Record& record) {
  if (record.tombstone) return absl::StrCat(record.key);
  return absl::StrCat(record.key, "=", record.value);
}

LogConformanceTest::LogConformanceTest() : under_test_(GetParam()()), suffix_(NextSuffix()) {
  producer_ = *log().NewProducer();
}

PollLimits LogConformanceTest::PatientLimits() {
  PollLimits limits;
  limits.wait = absl::Milliseconds(50);
  return limits;
}

std::string LogConformanceTest::Topic(absl::string_view name, int partitions, Cleanup cleanup) {
  std::string topic = absl::StrCat(name, suffix_);
  const absl::Status created = log().CreateTopic({topic, partitions, cleanup});
  EXPECT_TRUE(created.ok() || absl::IsAlreadyExists(created)) << created;
  return topic;
}

std::string LogConformanceTest::Group(absl::string_view name) const {
  return absl::StrCat(name, suffix_);
}

Written LogConformanceTest::Send(const std::string& topic, absl::string_view record) {
  std::vector<Written> written;
  const absl::Status sent = producer_->Send({Parse(topic, record)}, written);
  EXPECT_TRUE(sent.ok()) << sent;
  return written.empty() ? Written() : written.front();
}

absl::Status LogConformanceTest::Produce(TransactionalProducer& producer, const std::string& topic,
                                         absl::string_view record) {
  return producer.Produce(Parse(topic, record));
}

std::unique_ptr<TransactionalProducer> LogConformanceTest::StartProducer(absl::string_view id) {
  std::unique_ptr<TransactionalProducer> producer =
      *log().NewTransactionalProducer(absl::StrCat(id, suffix_));
  absl::Status started = producer->Init();
  for (int i = 0; absl::IsUnavailable(started) && i < kMaxPolls; ++i) started = producer->Init();
  EXPECT_TRUE(started.ok()) << started;
  return producer;
}

std::vector<std::string> LogConformanceTest::Read(const std::string& topic, int partition,
                                                  Isolation isolation) {
  const TopicPartition place{topic, partition};
  const OffsetRange range = *log().Offsets(place, isolation);
  const std::unique_ptr<Reader> reader = *log().Open(place, range.start, isolation);
  std::vector<std::string> shown;
  std::vector<Record> records;
  for (int i = 0; reader->position() < range.end && i < kMaxPolls; ++i) {
    const absl::Status polled = reader->Poll(PatientLimits(), records);
    EXPECT_TRUE(polled.ok()) << polled;
    for (const Record& record : records) shown.push_back(ToText(record));
  }
  EXPECT_GE(reader->position(), range.end);
  return shown;
}

std::vector<std::string> LogConformanceTest::ReadAtLeast(size_t count, const std::string& topic) {
  const Offset start = log().Offsets({topic, 0}, Isolation::kReadCommitted)->start;
  const std::unique_ptr<Reader> reader = *log().Open({topic, 0}, start, Isolation::kReadCommitted);
  std::vector<std::string> shown;
  std::vector<Record> records;
  for (int i = 0; shown.size() < count && i < kMaxPolls; ++i) {
    const absl::Status polled = reader->Poll(PatientLimits(), records);
    EXPECT_TRUE(polled.ok()) << polled;
    for (const Record& record : records) shown.push_back(ToText(record));
  }
  return shown.size() < count ? shown : Read(topic);
}

void LogConformanceTest::AwaitRecords(const std::string& topic, int64_t count) {
  const std::unique_ptr<Reader> reader =
      *log().Open({topic, 0}, Offset(0), Isolation::kReadUncommitted);
  std::vector<Record> records;
  for (int i = 0; reader->position() < Offset(count) && i < kMaxPolls; ++i) {
    const absl::Status polled = reader->Poll(PatientLimits(), records);
    EXPECT_TRUE(polled.ok()) << polled;
  }
  EXPECT_GE(reader->position(), Offset(count));
}

Offset LogConformanceTest::End(const std::string& topic, Isolation isolation) {
  return log().Offsets({topic, 0}, isolation)->end;
}

std::unique_ptr<Consumer> LogConformanceTest::StartConsumer(
    const std::string& group, const std::string& member, const std::vector<std::string>& topics) {
  std::unique_ptr<Consumer> consumer = *log().Join({group, member, topics});
  const Polled event = PollEvent(*consumer);
  for (const TopicPartition& assigned : event.assigned) {
    absl::StatusOr<std::optional<Offset>> found = consumer->Committed(assigned);
    for (int i = 0; absl::IsUnavailable(found.status()) && i < kMaxPolls; ++i) {
      found = consumer->Committed(assigned);
    }
    EXPECT_TRUE(found.ok()) << found.status();
    const std::optional<Offset> committed = found.value_or(std::nullopt);
    const Offset start = log().Offsets(assigned, Isolation::kReadCommitted)->start;
    EXPECT_TRUE(
        consumer->Seek({assigned.topic, assigned.partition, committed.value_or(start)}).ok());
  }
  return consumer;
}

std::vector<std::string> LogConformanceTest::Poll(Consumer& consumer, size_t count) {
  std::vector<std::string> records;
  Polled polled;
  bool enough = false;
  for (int i = 0; i < kMaxPolls && !enough; ++i) {
    enough = records.size() >= count;
    const absl::Status status = consumer.Poll(PatientLimits(), polled);
    EXPECT_TRUE(status.ok()) << status;
    for (const Record& record : polled.records) records.push_back(ToText(record));
  }
  return records;
}

Polled LogConformanceTest::PollEvent(Consumer& consumer) {
  Polled polled;
  for (int i = 0; i < kMaxPolls; ++i) {
    const absl::Status status = consumer.Poll(PatientLimits(), polled);
    EXPECT_TRUE(status.ok()) << status;
    if (!polled.assigned.empty() || !polled.revoked.empty() || polled.lost) return polled;
  }
  ADD_FAILURE() << "no event came";
  return polled;
}

absl::Status LogConformanceTest::PollError(Consumer& consumer) {
  Polled polled;
  absl::Status status;
  for (int i = 0; i < kMaxPolls && status.ok(); ++i)
    status = consumer.Poll(PatientLimits(), polled);
  return status;
}

bool LogConformanceTest::CatchesUp(Consumer& consumer, const std::string& topic, int partition) {
  Polled polled;
  for (int i = 0; i < kMaxPolls && !consumer.CaughtUp(topic, partition); ++i) {
    const absl::Status status = consumer.Poll(PatientLimits(), polled);
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_TRUE(polled.records.empty());
  }
  return consumer.CaughtUp(topic, partition);
}

std::vector<std::string> LogConformanceTest::RunUntilWritten(Worker& worker,
                                                             const std::string& topic,
                                                             size_t count) {
  constexpr int kStepsMore = 5;
  int64_t looked_after = -1;  // transactions
  std::vector<std::string> written;
  for (int step = 0, more = 0; step < kMaxSteps && more < kStepsMore; ++step) {
    const absl::StatusOr<StepResult> result = worker.Step();
    EXPECT_TRUE(result.ok()) << result.status();
    if (!result.ok()) break;
    if (written.size() >= count) ++more;
    // A commit shows some time after it.
    const bool waits = !result->worked && written.size() < count;
    if (worker.stats().transactions == looked_after && !waits) continue;
    looked_after = worker.stats().transactions;
    written = Read(topic);
  }

  EXPECT_GE(written.size(), count);
  return written;
}

}  // namespace tend::stream
