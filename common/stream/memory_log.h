// The log in memory: partitions, transactions, fencing, groups, compaction. Tests, simulation and
// `tend trial` run the very same services on it as run on Kafka.
//
// For one thread: the log and all clients made from it. What may interleave is decided by whoever
// calls (the simulation's scheduler), never by chance. It does what Kafka does where a caller could
// tell, down to the offset that each transaction's marker takes; it has no network, so no call
// waits and none fails by itself (common/testing/faulty_log makes them fail).
//
// Speed is the point of it: records lie in arenas that are used again, a read hands out views, and
// a steady flow allocates nothing. Figures: memory_log_benchmark.cc.

#ifndef TEND_COMMON_STREAM_MEMORY_LOG_H_
#define TEND_COMMON_STREAM_MEMORY_LOG_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/stream/clock.h"
#include "common/stream/log.h"

namespace tend::stream {

struct MemoryLogOptions {
  // Of the choice of partitions for records without a key.
  uint64_t seed = 0;
  // An arena's size. Small ones stay in the CPU's cache as they go round; a larger record gets an
  // arena of its own.
  size_t segment_bytes = 32 << 10;
  // The bound of all arenas in use; beyond it producing fails with RESOURCE_EXHAUSTED.
  int64_t max_bytes = int64_t{8} << 30;
  // A kCompact partition is compacted by itself when it holds more than this, and `compact_growth`
  // times what the last compaction left: the growth trades memory against time (at 3 each record
  // written costs half as much again in compaction).
  int64_t compact_at_bytes = 1 << 20;
  int64_t compact_growth = 3;
  // How long a transaction may stay open by the clock before somebody whom it keeps waiting has it
  // aborted and its producer fenced. Kafka's default.
  absl::Duration transaction_timeout = absl::Seconds(60);
};

class MemoryState;

class MemoryLog final : public Log {
 public:
  // The clock gives each record its produce_time. It outlives the log.
  explicit MemoryLog(const Clock& clock, const MemoryLogOptions& options = {});
  ~MemoryLog() override;

  absl::Status CreateTopic(const TopicConfig& config) override;
  absl::StatusOr<int> PartitionCount(absl::string_view topic) override;
  absl::StatusOr<OffsetRange> Offsets(const TopicPartition& partition,
                                      Isolation isolation) override;
  absl::StatusOr<std::unique_ptr<Consumer>> Join(const GroupMembership& membership) override;
  absl::StatusOr<std::unique_ptr<Reader>> Open(const TopicPartition& partition, Offset from,
                                               Isolation isolation) override;
  absl::StatusOr<std::unique_ptr<TransactionalProducer>> NewTransactionalProducer(
      absl::string_view transactional_id) override;
  absl::StatusOr<std::unique_ptr<Producer>> NewProducer() override;

  // Compacts a partition now, whatever its topic's cleanup. Errors: NOT_FOUND.
  absl::Status Compact(const TopicPartition& partition);

  // Takes a member out of its group, as a session timeout does; its next poll finds its partitions
  // lost and joins again. Unknown groups and members are ignored.
  void ExpireMember(absl::string_view group, absl::string_view member);

  // Of all arenas in use.
  int64_t bytes_in_use() const;

 private:
  std::unique_ptr<MemoryState> state_;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_MEMORY_LOG_H_
