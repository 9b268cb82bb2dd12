// What every Log has to do. A log's test instantiates the suite over a way to make one:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, LogConformanceTest,
//   ::testing::Values(&MakeMemoryLogUnderTest));
//
// Tests name their topics through Topic(), so that a log which outlives a test can be shared, and
// never assume that a record is there at once: they poll a bounded number of times.

#ifndef TEND_COMMON_TESTING_LOG_CONFORMANCE_H_
#define TEND_COMMON_TESTING_LOG_CONFORMANCE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/stream/clock.h"
#include "common/stream/log.h"
#include "gtest/gtest.h"

namespace tend::stream {

// A log and what only its maker can do with it. The optional parts return false where the log has
// no such thing; the tests that need them are skipped then.
class LogUnderTest {
 public:
  virtual ~LogUnderTest() = default;
  virtual Log& log() = 0;
  virtual const Clock& clock() = 0;
  virtual bool Compact(const TopicPartition& partition) = 0;
  virtual bool ExpireMember(absl::string_view group, absl::string_view member) = 0;
  // Lets so much time pass that an open transaction times out.
  virtual bool PassTransactionTimeout() = 0;
};
using MakeLogUnderTest = std::unique_ptr<LogUnderTest> (*)();

class LogConformanceTest : public ::testing::TestWithParam<MakeLogUnderTest> {
 protected:
  LogConformanceTest();

  // A topic of this test's own, made on first use.
  std::string Topic(absl::string_view name, int partitions = 1, Cleanup cleanup = Cleanup::kDelete);
  std::string Group(absl::string_view name) const;

  // Writes "key=value" ("key" alone: a tombstone), outside any transaction.
  Written Send(const std::string& topic, absl::string_view record);
  // The same within the producer's transaction.
  static absl::Status Produce(TransactionalProducer& producer, const std::string& topic,
                              absl::string_view record);
  std::unique_ptr<TransactionalProducer> StartProducer(absl::string_view id);

  // Everything that a reader from the start on is shown, as "key=value" or "key".
  std::vector<std::string> Read(const std::string& topic, int partition = 0,
                                Isolation isolation = Isolation::kReadCommitted);
  Offset End(const std::string& topic, Isolation isolation);

  // Joins and polls until it has partitions, then starts each where the group is, or at the start.
  std::unique_ptr<Consumer> StartConsumer(const std::string& group, const std::string& member,
                                          const std::vector<std::string>& topics);
  // Polls until `count` records have come, and once more; as "key=value".
  std::vector<std::string> Poll(Consumer& consumer, size_t count);
  // Polls until an event of any kind comes.
  Polled PollEvent(Consumer& consumer);

  Log& log() { return under_test_->log(); }

  std::unique_ptr<LogUnderTest> under_test_;

 private:
  const std::string suffix_;
  std::unique_ptr<Producer> producer_;
};

std::string ToText(const Record& record);

// Pull in the files that hold the tests: a linker leaves out what nothing names.
int LinkLogConformanceRecords();
int LinkLogConformanceTransactions();
int LinkLogConformanceGroups();
int LinkLogConformanceCompaction();
int LinkLogConformanceWorker();
inline const int kLogConformanceLinked =
    LinkLogConformanceRecords() + LinkLogConformanceTransactions() + LinkLogConformanceGroups() +
    LinkLogConformanceCompaction() + LinkLogConformanceWorker();

}  // namespace tend::stream

#endif  // TEND_COMMON_TESTING_LOG_CONFORMANCE_H_
