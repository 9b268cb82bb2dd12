#include "common/stream/memory_partition.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace tend::stream {

MemoryPartition::MemoryPartition(std::string topic, int number, Cleanup cleanup, SegmentPool& pool)
    : topic_(std::move(topic)), number_(number), cleanup_(cleanup), pool_(pool) {}

Offset MemoryPartition::Append(absl::string_view key, std::optional<absl::string_view> value,
                               absl::Time time, ProducerId producer) {
  const size_t size = key.size() + (value.has_value() ? value->size() : 0);
  if (segments_.empty() || !segments_.back()->Fits(size)) segments_.push_back(pool_.Take(size));
  MemoryRecord header;
  header.offset = end_;
  header.time = time;
  header.producer = producer;
  header.tombstone = !value.has_value();
  segments_.back()->Append(header, key, value.value_or(absl::string_view()));
  bytes_ += static_cast<int64_t>(size);
  if (producer != 0 && !IsOpen(producer)) open_.push_back({producer, end_});
  end_ = Next(end_);
  if (open_.empty()) stable_ = end_;
  return header.offset;
}

bool MemoryPartition::IsOpen(ProducerId producer) const {
  for (const OpenTransaction& open : open_) {
    if (open.producer == producer) return true;
  }
  return false;
}

void MemoryPartition::EndTransaction(ProducerId producer, bool commit) {
  const auto open = std::find_if(open_.begin(), open_.end(), [producer](const OpenTransaction& o) {
    return o.producer == producer;
  });
  TEND_CHECK(open != open_.end());
  if (!commit) MarkAborted(*open);
  open_.erase(open);
  end_ = Next(end_);  // the marker
  UpdateStable();
}

void MemoryPartition::UpdateStable() {
  stable_ = end_;
  for (const OpenTransaction& open : open_) stable_ = std::min(stable_, open.first);
}

void MemoryPartition::MarkAborted(const OpenTransaction& transaction) {
  for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment) {
    std::vector<MemoryRecord>& records = (*segment)->mutable_records();
    for (auto record = records.rbegin(); record != records.rend(); ++record) {
      if (record->offset < transaction.first) return;
      if (record->producer == transaction.producer) record->aborted = true;
    }
  }
}

void MemoryPartition::Locate(MemoryCursor& cursor) const {
  auto segment =
      std::partition_point(segments_.begin(), segments_.end(), [&cursor](const SegmentRef& s) {
        return !s->empty() && s->records().back().offset < cursor.next;
      });
  // Behind all records there are: the next one may still go into the last segment.
  if (segment == segments_.end() && !segments_.empty()) --segment;
  cursor.segment = first_segment_ + static_cast<uint64_t>(segment - segments_.begin());
  cursor.index = 0;
  if (segment != segments_.end()) {
    const std::vector<MemoryRecord>& records = (*segment)->records();
    cursor.index = static_cast<size_t>(std::partition_point(records.begin(), records.end(),
                                                            [&cursor](const MemoryRecord& record) {
                                                              return record.offset < cursor.next;
                                                            }) -
                                       records.begin());
  }
  cursor.layout = layout_;
}

absl::Status MemoryPartition::Read(MemoryCursor& cursor, Isolation isolation,
                                   const PollLimits& limits, int64_t& bytes_left,
                                   std::vector<Record>& records, std::vector<SegmentRef>& pins) {
  const Offset end = this->end(isolation);
  if (cursor.next >= end) return absl::OkStatus();
  if (cursor.next < start_) {
    return absl::DataLossError(absl::StrCat(topic_, "/", number_, "@", cursor.next.value(),
                                            " is gone, the log starts at ", start_.value()));
  }
  if (cursor.layout != layout_ || cursor.segment < first_segment_) Locate(cursor);
  const size_t max_records = static_cast<size_t>(limits.records);
  for (; cursor.segment - first_segment_ < segments_.size(); ++cursor.segment, cursor.index = 0) {
    const SegmentRef& segment = segments_[cursor.segment - first_segment_];
    const std::vector<MemoryRecord>& held = segment->records();
    for (; cursor.index < held.size(); ++cursor.index) {
      const MemoryRecord& record = held[cursor.index];
      if (record.offset >= end) {
        cursor.next = end;
        return absl::OkStatus();
      }
      if (record.aborted && isolation == Isolation::kReadCommitted) continue;
      if (!records.empty() && (records.size() >= max_records || record.size() > bytes_left)) {
        cursor.next = record.offset;
        return absl::OkStatus();
      }
      if (pins.empty() || pins.back() != segment) pins.push_back(segment);
      records.push_back({topic_, number_, record.offset, record.key(), record.value(),
                         record.tombstone, record.time});
      bytes_left -= record.size();
    }
    if (cursor.segment - first_segment_ + 1 == segments_.size()) break;  // more may be appended
  }
  cursor.next = end;
  return absl::OkStatus();
}

void MemoryPartition::Compact() {
  const Offset needed_from = NeededFrom();
  absl::flat_hash_set<absl::string_view> seen;
  std::vector<const MemoryRecord*> kept;  // last first
  for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment) {
    const std::vector<MemoryRecord>& records = (*segment)->records();
    for (auto record = records.rbegin(); record != records.rend(); ++record) {
      if (record->offset >= stable_) {
        kept.push_back(&*record);
      } else if (!record->aborted && seen.insert(record->key()).second &&
                 (!record->tombstone || record->offset >= needed_from)) {
        kept.push_back(&*record);
      }
    }
  }
  std::deque<SegmentRef> old;
  old.swap(segments_);
  bytes_ = 0;
  for (auto record = kept.rbegin(); record != kept.rend(); ++record) {
    const size_t size = static_cast<size_t>((*record)->size());
    if (segments_.empty() || !segments_.back()->Fits(size)) segments_.push_back(pool_.Take(size));
    segments_.back()->Append(**record, (*record)->key(), (*record)->value());
    bytes_ += (*record)->size();
  }
  bytes_compacted_ = bytes_;
  ++layout_;
}

void MemoryPartition::DropConsumed() {
  // The segment that is written to stays, so that a quiet partition costs nothing.
  if (segments_.size() <= 1) return;
  const Offset needed_from = NeededFrom();
  while (segments_.size() > 1 && segments_[1]->records().front().offset <= needed_from) {
    for (const MemoryRecord& record : segments_.front()->records()) bytes_ -= record.size();
    segments_.pop_front();
    ++first_segment_;
    start_ = segments_.front()->records().front().offset;
  }
}

MemoryGroupOffset& MemoryPartition::GroupOffset(const MemoryGroup* group) {
  for (MemoryGroupOffset& offset : group_offsets_) {
    if (offset.group == group) return offset;
  }
  return group_offsets_.emplace_back(MemoryGroupOffset{group, std::nullopt, 0});
}

void MemoryPartition::RemoveReader(const MemoryCursor* cursor) {
  readers_.erase(std::remove(readers_.begin(), readers_.end(), cursor), readers_.end());
}

Offset MemoryPartition::NeededFrom() const {
  Offset least = stable_;
  for (const MemoryGroupOffset& offset : group_offsets_) {
    least = std::min(least, offset.committed.value_or(start_));
  }
  for (const MemoryCursor* reader : readers_) least = std::min(least, reader->next);
  return least;
}

}  // namespace tend::stream
