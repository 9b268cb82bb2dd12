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
#include "common/stream/worker.h"
#include "gtest/gtest.h"

namespace tend::stream {

// A log and what only its maker can do with it. Each log does it in its own way (time that is set,
// or waited for); what cannot be done fails the test.
class LogUnderTest {
 public:
  virtual ~LogUnderTest() = default;
  virtual Log& log() = 0;
  virtual const Clock& clock() = 0;
  // Returns when of each key only the last record before the first open transaction is left, and no
  // tombstone. May write what no committed reader is shown, so that the end moves on.
  virtual void Compact(const TopicPartition& partition) = 0;
  // Takes a living member out of its group, as a session timeout does.
  virtual void ExpireMember(absl::string_view group, absl::string_view member) = 0;
  // Lets so much time pass that an open transaction times out while the test polls next.
  virtual void PassTransactionTimeout() = 0;
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
  // The same, but waits until there are so many: an end of a transaction shows some time after it.
  std::vector<std::string> ReadAtLeast(size_t count, const std::string& topic);
  Offset End(const std::string& topic, Isolation isolation);
  // Waits until so many records, of open transactions or not, are in partition 0: a producer may
  // write later than it says.
  void AwaitRecords(const std::string& topic, int64_t count);

  // Joins and polls until it has partitions, then starts each where the group is, or at the start.
  std::unique_ptr<Consumer> StartConsumer(const std::string& group, const std::string& member,
                                          const std::vector<std::string>& topics);
  // A poll that waits for a while, as a log with a network needs it.
  static PollLimits PatientLimits();
  static constexpr int kMaxPolls = 200;  // of those: 10 s

  // Polls until `count` records have come, and once more; as "key=value".
  std::vector<std::string> Poll(Consumer& consumer, size_t count);
  // Polls until an event of any kind comes.
  Polled PollEvent(Consumer& consumer);
  // Polls until an error comes, and returns it.
  absl::Status PollError(Consumer& consumer);
  // Polls until the partition is caught up; no record may come.
  bool CatchesUp(Consumer& consumer, const std::string& topic, int partition = 0);

  // Steps until `count` outputs are committed, and some steps more, which must not write any.
  std::vector<std::string> RunUntilWritten(Worker& worker, const std::string& topic, size_t count);
  static constexpr int kMaxSteps = 1'000;  // of at most 20 ms

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
