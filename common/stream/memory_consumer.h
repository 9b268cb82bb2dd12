// Consumers of the in-memory log. See consumer.h.

#ifndef TEND_COMMON_STREAM_MEMORY_CONSUMER_H_
#define TEND_COMMON_STREAM_MEMORY_CONSUMER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/stream/consumer.h"
#include "common/stream/log.h"
#include "common/stream/memory_group.h"
#include "common/stream/memory_partition.h"
#include "common/stream/memory_state.h"

namespace tend::stream {

class MemoryConsumer final : public Consumer {
 public:
  MemoryConsumer(MemoryState& state, const GroupMembership& membership);
  ~MemoryConsumer() override;
  MemoryConsumer(const MemoryConsumer&) = delete;
  MemoryConsumer& operator=(const MemoryConsumer&) = delete;

  absl::Status Poll(const PollLimits& limits, Polled& polled) override;
  absl::Status Seek(const NextOffset& next) override;
  absl::StatusOr<std::optional<Offset>> Committed(const TopicPartition& partition) override;
  absl::Status Commit(absl::Span<const NextOffset> offsets) override;
  std::optional<Offset> Position(absl::string_view topic, int partition) const override;
  bool CaughtUp(absl::string_view topic, int partition) const override;

  // Whether it may commit: neither fenced nor expired.
  bool IsMember() const {
    return group_.version() == group_version_ || group_.SpeaksFor(member_, this);
  }
  const MemoryGroup& group() const { return group_; }
  const std::string& name() const { return member_; }
  // A partition by name, fast for the assigned ones. Errors: NOT_FOUND.
  absl::StatusOr<MemoryPartition*> FindPartition(absl::string_view topic, int partition) const;

 private:
  struct Assigned {
    MemoryPartition* partition = nullptr;
    MemoryCursor cursor;
    bool started = false;  // by a Seek
  };

  const Assigned* FindAssigned(absl::string_view topic, int partition) const;
  // Handles what the group has to say. Errors: FAILED_PRECONDITION when fenced.
  absl::Status TakeNews(Polled& polled);
  void Revoke(Polled& polled);

  MemoryState& state_;
  MemoryGroup& group_;
  const std::string member_;
  const std::vector<std::string> topics_;
  uint64_t group_version_;  // of the group when this was known to be its member
  std::vector<Assigned> assigned_;
  size_t first_ = 0;  // of assigned_, moves on by one each poll, so that none starves
  std::vector<SegmentRef> pins_;
};

class MemoryReader final : public Reader {
 public:
  MemoryReader(MemoryState& state, MemoryPartition& partition, Offset from, Isolation isolation);
  ~MemoryReader() override;
  MemoryReader(const MemoryReader&) = delete;
  MemoryReader& operator=(const MemoryReader&) = delete;

  absl::Status Poll(const PollLimits& limits, std::vector<Record>& records) override;
  Offset position() const override { return cursor_.next; }

 private:
  MemoryState& state_;
  MemoryPartition& partition_;
  const Isolation isolation_;
  MemoryCursor cursor_;
  std::vector<SegmentRef> pins_;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_MEMORY_CONSUMER_H_
