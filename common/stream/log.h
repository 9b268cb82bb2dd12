// A log as the harness sees it: topics, group consumers, transactional producers. Two logs
// implement it: MemoryLog (this folder) and Kafka (common/kafka); both pass
// common/testing/log_conformance.
//
// Errors say what the caller may do next, by code:
//   UNAVAILABLE          the same call again is safe and may succeed (RETRY)
//   ABORTED              abort the transaction, seek back and do its batch again (ABORT)
//   UNKNOWN              nobody knows whether the call took effect: destroy the producer and make a
//                        new one with the same id, whose Init settles what was open (REPLACE)
//   FAILED_PRECONDITION  fenced, or the client is broken for good: destroy it and everything that
//                        was built on it, and start anew (RECREATE)
//   DATA_LOSS            what should be there is not: stop and look
// Anything else is an ordinary error of that call (NOT_FOUND: no such topic or partition).

#ifndef TEND_COMMON_STREAM_LOG_H_
#define TEND_COMMON_STREAM_LOG_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/stream/consumer.h"
#include "common/stream/producer.h"
#include "common/stream/record.h"

namespace tend::stream {

enum class Cleanup {
  kDelete,          // by age; the in-memory log keeps everything
  kCompact,         // the last record of each key stays
  kDeleteConsumed,  // in memory only: gone once every group that reads the topic has committed past
                    // it (without any group: at once), so that a long run stays flat. On Kafka: by
                    // age
};

struct TopicConfig {
  std::string name;
  int partitions = 1;
  Cleanup cleanup = Cleanup::kDelete;
};

// READ_COMMITTED never shows a record of an open or aborted transaction, nor anything after the
// first record of an open one (the last stable offset).
enum class Isolation { kReadCommitted, kReadUncommitted };

// Where a partition starts, and where it ends for a reader of the isolation that was asked for: the
// high watermark (READ_UNCOMMITTED) or the last stable offset (READ_COMMITTED).
struct OffsetRange {
  Offset start;
  Offset end;
};

struct GroupMembership {
  std::string group;
  // Static: a member that joins under the id of a living one takes its partitions over without a
  // rebalance and fences it.
  std::string member;
  std::vector<std::string> topics;
};

// A handle on one log. The log outlives all clients made from it.
class Log {
 public:
  virtual ~Log() = default;

  // Errors: ALREADY_EXISTS (whatever its configuration), INVALID_ARGUMENT.
  virtual absl::Status CreateTopic(const TopicConfig& config) = 0;

  // What the log's own client has heard since the last call, without asking: UNAVAILABLE when no
  // broker could be reached for a moment. It may be over; a question tells.
  virtual absl::Status Heard() { return absl::OkStatus(); }

  // Errors: NOT_FOUND.
  virtual absl::StatusOr<int> PartitionCount(absl::string_view topic) = 0;

  // Errors: NOT_FOUND.
  virtual absl::StatusOr<OffsetRange> Offsets(const TopicPartition& partition,
                                              Isolation isolation) = 0;

  // Joins a group; reads committed records. Leaving is destruction.
  virtual absl::StatusOr<std::unique_ptr<Consumer>> Join(const GroupMembership& membership) = 0;

  // Reads one partition outside any group, from an offset of its range on.
  virtual absl::StatusOr<std::unique_ptr<Reader>> Open(const TopicPartition& partition, Offset from,
                                                       Isolation isolation) = 0;

  // For exactly-once output. Call Init before anything else.
  virtual absl::StatusOr<std::unique_ptr<TransactionalProducer>> NewTransactionalProducer(
      absl::string_view transactional_id) = 0;

  // For at-least-once output: ingest's acceptor.
  virtual absl::StatusOr<std::unique_ptr<Producer>> NewProducer() = 0;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_LOG_H_
