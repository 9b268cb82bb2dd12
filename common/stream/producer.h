// Writing to a log: in transactions (TransactionalProducer) or at least once (Producer). Errors:
// see log.h.

#ifndef TEND_COMMON_STREAM_PRODUCER_H_
#define TEND_COMMON_STREAM_PRODUCER_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/stream/consumer.h"
#include "common/stream/record.h"

namespace tend::stream {

// A record to write. All views live for the call; the log copies. Partitioner: Kafka's
// `murmur2_random`: a key decides its partition by murmur2, equal in all clients; without a key any
// partition may take it.
struct NewRecord {
  absl::string_view topic;
  std::optional<int> partition;  // nullopt: the partitioner chooses
  std::optional<absl::string_view> key;
  std::optional<absl::string_view> value;  // nullopt: a tombstone
};

// Where a record went.
struct Written {
  int partition = 0;
  Offset offset;
};

// Exactly-once output: Init once, then Begin, Produce..., SendOffsets last, Commit or Abort, again
// and again. For one thread. Destruction leaves an open transaction open, as a crash does: it ends
// by the next Init of the same id, or by the log's transaction timeout.
//
// Any call may fail with FAILED_PRECONDITION: a newer producer of the same id exists (fenced).
class TransactionalProducer {
 public:
  virtual ~TransactionalProducer() = default;

  // Fences every older producer of this transactional id and settles its open transaction: one
  // whose commit was already decided is committed, any other is aborted. Repeat while UNAVAILABLE.
  virtual absl::Status Init() = 0;

  // REQUIRES: Init, and no transaction open.
  virtual absl::Status Begin() = 0;

  // REQUIRES: a transaction is open. Success means accepted; a later failure to write it appears in
  // a later call of this transaction, at the latest in Commit. Errors: ABORTED, NOT_FOUND.
  virtual absl::Status Produce(const NewRecord& record) = 0;

  // Adds the group's input offsets to the transaction, under the membership that `member` has now.
  // Call it after the last Produce and in every transaction, even where no offset moved: it is what
  // fences a worker whose partitions went to another. Without any offset it fences nobody.
  // Errors: ABORTED when `member` is no longer in the group's generation.
  virtual absl::Status SendOffsets(absl::Span<const NextOffset> offsets,
                                   const Consumer& member) = 0;

  // Errors: UNAVAILABLE, ABORTED, UNKNOWN (see log.h).
  virtual absl::Status Commit() = 0;
  virtual absl::Status Abort() = 0;
};

// At-least-once output. For one thread.
class Producer {
 public:
  virtual ~Producer() = default;

  // Writes all records and waits until the log has them for good (acks=all). `written`: replaced by
  // one place per record, in order. On any error each record may or may not have been written: send
  // all again, readers drop repeats; but after UNKNOWN and FAILED_PRECONDITION with a new producer.
  virtual absl::Status Send(absl::Span<const NewRecord> records, std::vector<Written>& written) = 0;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_PRODUCER_H_
