// One partition of the in-memory log: records in segments, open transactions, groups' offsets.
//
// Offsets behave as Kafka's: each transaction's end takes one (its marker), compaction leaves
// holes, so nobody may count on consecutive offsets.

#ifndef TEND_COMMON_STREAM_MEMORY_PARTITION_H_
#define TEND_COMMON_STREAM_MEMORY_PARTITION_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/stream/consumer.h"
#include "common/stream/log.h"
#include "common/stream/memory_segment.h"
#include "common/stream/record.h"

namespace tend::stream {

class MemoryGroup;

// Where a reader stands. Only `next` means anything to it; the rest finds it again fast.
struct MemoryCursor {
  Offset next;
  uint64_t layout = 0;   // of the partition when `segment` and `index` were right; 0: never
  uint64_t segment = 0;  // number of the segment, counted from the partition's first ever
  size_t index = 0;      // in that segment
};

// A group's place in this partition.
struct MemoryGroupOffset {
  const MemoryGroup* group = nullptr;
  std::optional<Offset> committed;
  int undecided = 0;  // open transactions that would move it
};

class MemoryPartition {
 public:
  MemoryPartition(std::string topic, int number, Cleanup cleanup, SegmentPool& pool);
  MemoryPartition(const MemoryPartition&) = delete;
  MemoryPartition& operator=(const MemoryPartition&) = delete;

  absl::string_view topic() const { return topic_; }
  int number() const { return number_; }
  Cleanup cleanup() const { return cleanup_; }
  Offset start() const { return start_; }
  Offset end(Isolation isolation) const {
    return isolation == Isolation::kReadCommitted ? stable_ : end_;
  }
  bool blocked() const { return !open_.empty(); }
  int64_t bytes() const { return bytes_; }  // of keys and values held

  // Opens `producer`'s transaction here with its first record. `value` nullopt: a tombstone.
  Offset Append(absl::string_view key, std::optional<absl::string_view> value, absl::Time time,
                ProducerId producer);

  // Whether `producer` has a transaction open here.
  bool IsOpen(ProducerId producer) const;

  // Writes the marker that ends `producer`'s transaction here. REQUIRES: IsOpen(producer).
  void EndTransaction(ProducerId producer, bool commit);

  // Appends what the isolation shows from the cursor on, within the limits (counting what is
  // already in `records`), and moves the cursor. `pins` keeps the views alive. Errors: DATA_LOSS
  // when the cursor stands before start().
  absl::Status Read(MemoryCursor& cursor, Isolation isolation, const PollLimits& limits,
                    int64_t& bytes_left, std::vector<Record>& records,
                    std::vector<SegmentRef>& pins);

  // Keeps the last committed record of each key below the last stable offset. A tombstone goes once
  // nobody needs it (NeededFrom); until then it stays, or a slow reader would see its key revived.
  void Compact();

  // Whether more than `least` bytes are held, and `growth` times what the last compaction left.
  bool WantsCompaction(int64_t least, int64_t growth) const {
    return bytes_ > least && bytes_ > growth * bytes_compacted_;
  }

  // Drops whole segments that nobody needs any more. For kDeleteConsumed.
  void DropConsumed();

  // The group's place, made on first use. The reference lives as long as the partition.
  MemoryGroupOffset& GroupOffset(const MemoryGroup* group);

  // A reader outside any group counts like a group while it is open. `cursor` outlives its listing.
  void AddReader(const MemoryCursor* cursor) { readers_.push_back(cursor); }
  void RemoveReader(const MemoryCursor* cursor);

 private:
  struct OpenTransaction {
    ProducerId producer = 0;
    Offset first;
  };

  // Every group has committed, and every open reader has read, what is before this.
  Offset NeededFrom() const;
  void Locate(MemoryCursor& cursor) const;
  void UpdateStable();
  void MarkAborted(const OpenTransaction& transaction);

  const std::string topic_;
  const int number_;
  const Cleanup cleanup_;
  SegmentPool& pool_;
  std::deque<SegmentRef> segments_;
  uint64_t first_segment_ = 0;  // number of segments_.front()
  uint64_t layout_ = 1;         // changes when compaction moves records
  Offset start_;
  Offset end_;
  Offset stable_;
  int64_t bytes_ = 0;
  int64_t bytes_compacted_ = 0;  // bytes_ after the last compaction
  absl::InlinedVector<OpenTransaction, 2> open_;
  std::deque<MemoryGroupOffset> group_offsets_;  // a deque: references stay valid
  std::vector<const MemoryCursor*> readers_;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_MEMORY_PARTITION_H_
