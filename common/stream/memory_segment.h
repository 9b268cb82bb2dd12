// A piece of a partition of the in-memory log: record headers and the arena their bytes lie in.

#ifndef TEND_COMMON_STREAM_MEMORY_SEGMENT_H_
#define TEND_COMMON_STREAM_MEMORY_SEGMENT_H_

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/stream/record.h"

namespace tend::stream {

// 0: written outside any transaction.
using ProducerId = uint32_t;

struct MemoryRecord {
  Offset offset;
  const char* bytes = nullptr;  // the key, then the value
  uint32_t key_size = 0;
  uint32_t value_size = 0;
  absl::Time time;
  ProducerId producer = 0;
  bool tombstone = false;
  bool aborted = false;

  absl::string_view key() const { return {bytes, key_size}; }
  absl::string_view value() const { return {bytes + key_size, value_size}; }
  int64_t size() const { return int64_t{key_size} + value_size; }
};

// Append-only. Records never move, so views of them live as long as the segment.
class MemorySegment {
 public:
  explicit MemorySegment(size_t capacity) : bytes_(new char[capacity]), capacity_(capacity) {}

  bool Fits(size_t size) const { return capacity_ - used_ >= size; }
  bool empty() const { return records_.empty(); }
  size_t capacity() const { return capacity_; }
  const std::vector<MemoryRecord>& records() const { return records_; }
  std::vector<MemoryRecord>& mutable_records() { return records_; }

  // Copies key and value. `header` gives the rest. REQUIRES: Fits(both).
  void Append(MemoryRecord header, absl::string_view key, absl::string_view value) {
    char* at = bytes_.get() + used_;
    if (!key.empty()) std::memcpy(at, key.data(), key.size());
    if (!value.empty()) std::memcpy(at + key.size(), value.data(), value.size());
    used_ += key.size() + value.size();
    header.bytes = at;
    header.key_size = static_cast<uint32_t>(key.size());
    header.value_size = static_cast<uint32_t>(value.size());
    records_.push_back(header);
  }

  void Clear() {
    records_.clear();
    used_ = 0;
  }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t capacity_;
  size_t used_ = 0;
  std::vector<MemoryRecord> records_;
};

// Shared by the partition that holds the records and by the consumers whose last poll handed out
// views of them: whoever lets go last returns the segment to the pool.
using SegmentRef = std::shared_ptr<MemorySegment>;

// Makes segments and takes them back, so that a steady flow allocates nothing. Outlives its
// segments.
class SegmentPool {
 public:
  explicit SegmentPool(size_t segment_bytes) : segment_bytes_(segment_bytes) {}
  SegmentPool(const SegmentPool&) = delete;
  SegmentPool& operator=(const SegmentPool&) = delete;

  // An empty segment that fits `least` bytes; of the pool's one size unless that is too small.
  SegmentRef Take(size_t least);

  // Capacity of all segments in use, for the log's bound.
  int64_t bytes_in_use() const { return bytes_in_use_; }

 private:
  void Return(MemorySegment* segment);

  const size_t segment_bytes_;
  int64_t bytes_in_use_ = 0;
  std::vector<std::unique_ptr<MemorySegment>> free_;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_MEMORY_SEGMENT_H_
