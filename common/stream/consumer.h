// Reading from a log: as a member of a group (Consumer) or alone (Reader). Errors: see log.h.

#ifndef TEND_COMMON_STREAM_CONSUMER_H_
#define TEND_COMMON_STREAM_CONSUMER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/stream/record.h"

namespace tend::stream {

// Bounds of one poll. At least one record is given if there is any, however large.
struct PollLimits {
  int records = 1000;
  int64_t bytes = 1 << 20;                     // keys and values
  absl::Duration wait = absl::ZeroDuration();  // for the first record or event; memory never waits
};

// A group's place in a partition: the offset of the next record to read. The topic is a view that
// lives for the call it is passed to.
struct NextOffset {
  absl::string_view topic;
  int partition = 0;
  Offset offset;
};

// What one poll of a Consumer brought. Kept by the caller and filled again by each poll, so that
// its memory is reused. A poll brings records or an event, `assigned` or `revoked`, never two of
// these.
struct Polled {
  // New partitions. They give no record before a Seek says where to start; on Kafka none does
  // before each has been sought.
  std::vector<TopicPartition> assigned;
  // Partitions that go away. Unless `lost`, they are still this member's until its next poll:
  // commit what is open now, the next poll hands them over.
  std::vector<TopicPartition> revoked;
  // The revoked ones may already be somebody else's: abort, nothing of them can be committed.
  bool lost = false;
  // In offset order within each partition, in any order across partitions.
  std::vector<Record> records;

  void Clear() {
    assigned.clear(), revoked.clear(), records.clear();
    lost = false;
  }
};

// One member of a consumer group, READ_COMMITTED. For one thread. Destruction leaves the group.
class Consumer {
 public:
  virtual ~Consumer() = default;

  // Takes part in the group and fetches. The records' views live until the next call.
  // Errors: FAILED_PRECONDITION when another instance took over this member's id; DATA_LOSS when a
  // partition no longer holds the offset that is next to read.
  virtual absl::Status Poll(const PollLimits& limits, Polled& polled) = 0;

  // Reads on from `next.offset`: after an assignment, or to go back after an abort. In-range
  // offsets are not checked before the next poll. Errors: NOT_FOUND when the partition is not
  // assigned.
  virtual absl::Status Seek(const NextOffset& next) = 0;

  // The group's committed offset in a partition; nullopt when there is none.
  // Errors: UNAVAILABLE while a transaction that would move it is undecided.
  virtual absl::StatusOr<std::optional<Offset>> Committed(const TopicPartition& partition) = 0;

  // Commits at least once, outside any transaction: for consumers whose own effects are repeatable.
  // Errors: ABORTED when this member no longer belongs to the group's generation.
  virtual absl::Status Commit(absl::Span<const NextOffset> offsets) = 0;

  // Everything readable before it has been given (Reader::position). nullopt before its Seek.
  virtual std::optional<Offset> Position(absl::string_view topic, int partition) const = 0;

  // Whether the last poll left nothing committed unread in the partition. False before its Seek.
  virtual bool CaughtUp(absl::string_view topic, int partition) const = 0;
};

// Reads one partition outside any group: restores, tools, `tend trial`. For one thread.
class Reader {
 public:
  virtual ~Reader() = default;

  // Replaces `records` by the next ones, none at the end. Their views live until the next call.
  // Errors: DATA_LOSS when the partition no longer holds the position.
  virtual absl::Status Poll(const PollLimits& limits, std::vector<Record>& records) = 0;

  // Everything readable before this offset has been given. It moves over what is not shown (aborted
  // records, markers of transactions), so that it reaches the end of the range.
  virtual Offset position() const = 0;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_CONSUMER_H_
