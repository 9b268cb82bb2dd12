#include "common/stream/memory_segment.h"

#include <algorithm>
#include <utility>

namespace tend::stream {
namespace {

// What a burst leaves behind: at 32 KiB a segment this keeps at most 8 MiB for the next one.
constexpr size_t kMaxFree = 256;

}  // namespace

SegmentRef SegmentPool::Take(size_t least) {
  std::unique_ptr<MemorySegment> segment;
  if (least <= segment_bytes_ && !free_.empty()) {
    segment = std::move(free_.back());  // the last one freed is the warmest
    free_.pop_back();
  } else {
    segment = std::make_unique<MemorySegment>(std::max(least, segment_bytes_));
  }
  bytes_in_use_ += static_cast<int64_t>(segment->capacity());
  return SegmentRef(segment.release(), [this](MemorySegment* last) { Return(last); });
}

void SegmentPool::Return(MemorySegment* segment) {
  std::unique_ptr<MemorySegment> owned(segment);
  bytes_in_use_ -= static_cast<int64_t>(owned->capacity());
  if (owned->capacity() != segment_bytes_ || free_.size() >= kMaxFree) return;
  owned->Clear();
  free_.push_back(std::move(owned));
}

}  // namespace tend::stream
