#include "common/stream/memory_consumer.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace tend::stream {

MemoryConsumer::MemoryConsumer(MemoryState& state, const GroupMembership& membership)
    : state_(state),
      group_(*state.FindOrMakeGroup(membership.group)),
      member_(membership.member),
      topics_(membership.topics) {
  group_.Join(member_, topics_, this);
  group_version_ = group_.version();
  // From now on the group counts for what the topics must keep.
  for (const std::string& topic : topics_) {
    if (const auto found = state_.FindTopic(topic); found.ok()) {
      for (const auto& partition : (*found)->partitions) partition->GroupOffset(&group_);
    }
  }
}

MemoryConsumer::~MemoryConsumer() { group_.Leave(member_, this); }

absl::Status MemoryConsumer::Poll(const PollLimits& limits, Polled& polled) {
  polled.Clear();
  pins_.clear();
  if (ABSL_PREDICT_FALSE(!group_.quiet() || group_.version() != group_version_)) {
    TEND_RETURN_IF_ERROR(TakeNews(polled));
  }
  int64_t bytes_left = limits.bytes;
  size_t at = first_;
  for (size_t left = assigned_.size(); left > 0; --left) {
    Assigned& assigned = assigned_[at];
    if (++at == assigned_.size()) at = 0;
    if (!assigned.started) continue;
    MemoryPartition& partition = *assigned.partition;
    if (ABSL_PREDICT_FALSE(partition.blocked())) state_.AbortExpired();
    if (assigned.cursor.next == partition.end(Isolation::kReadCommitted)) continue;
    TEND_RETURN_IF_ERROR(partition.Read(assigned.cursor, Isolation::kReadCommitted, limits,
                                        bytes_left, polled.records, pins_));
  }
  if (++first_ >= assigned_.size()) first_ = 0;
  return absl::OkStatus();
}

absl::Status MemoryConsumer::TakeNews(Polled& polled) {
  if (group_.IsExpired(member_)) {
    Revoke(polled);
    polled.lost = true;
    group_.Join(member_, topics_, this);
    group_version_ = group_.version();
    return absl::OkStatus();
  }
  if (!group_.SpeaksFor(member_, this)) {
    return absl::FailedPreconditionError(
        absl::StrCat("member ", member_, " is fenced by a newer instance"));
  }
  group_version_ = group_.version();
  const MemoryGroup::News news = group_.Poll(member_, this);
  if (!news.revoked.empty()) Revoke(polled);
  for (MemoryPartition* partition : news.assigned) {
    assigned_.push_back({partition, MemoryCursor(), false});
    polled.assigned.push_back({std::string(partition->topic()), partition->number()});
  }
  return absl::OkStatus();
}

void MemoryConsumer::Revoke(Polled& polled) {
  for (const Assigned& assigned : assigned_) {
    polled.revoked.push_back(
        {std::string(assigned.partition->topic()), assigned.partition->number()});
  }
  assigned_.clear();
  first_ = 0;
}

const MemoryConsumer::Assigned* MemoryConsumer::FindAssigned(absl::string_view topic,
                                                             int partition) const {
  for (const Assigned& assigned : assigned_) {
    if (assigned.partition->number() == partition && assigned.partition->topic() == topic) {
      return &assigned;
    }
  }
  return nullptr;
}

absl::StatusOr<MemoryPartition*> MemoryConsumer::FindPartition(absl::string_view topic,
                                                               int partition) const {
  if (const Assigned* assigned = FindAssigned(topic, partition)) return assigned->partition;
  return state_.FindPartition(topic, partition);
}

absl::Status MemoryConsumer::Seek(const NextOffset& next) {
  auto* assigned = const_cast<Assigned*>(FindAssigned(next.topic, next.partition));
  if (assigned == nullptr) {
    return absl::NotFoundError(
        absl::StrCat(next.topic, "/", next.partition, " is not assigned to ", member_));
  }
  assigned->cursor = MemoryCursor();
  assigned->cursor.next = next.offset;
  assigned->started = true;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Offset>> MemoryConsumer::Committed(const TopicPartition& partition) {
  TEND_ASSIGN_OR_RETURN(MemoryPartition * found,
                        state_.FindPartition(partition.topic, partition.partition));
  MemoryGroupOffset& place = found->GroupOffset(&group_);
  if (place.undecided > 0) state_.AbortExpired();
  if (place.undecided > 0) {
    return absl::UnavailableError(absl::StrCat("an open transaction would move the offset of ",
                                               member_, " in ", partition.topic, "/",
                                               partition.partition));
  }
  return place.committed;
}

absl::Status MemoryConsumer::Commit(absl::Span<const NextOffset> offsets) {
  if (!IsMember()) {
    return absl::AbortedError(absl::StrCat(member_, " is not in the group's generation"));
  }
  for (const NextOffset& next : offsets) {
    TEND_ASSIGN_OR_RETURN(MemoryPartition * partition, FindPartition(next.topic, next.partition));
    partition->GroupOffset(&group_).committed = next.offset;
    state_.TidyUp(*partition);
  }
  return absl::OkStatus();
}

std::optional<Offset> MemoryConsumer::Position(absl::string_view topic, int partition) const {
  const Assigned* assigned = FindAssigned(topic, partition);
  if (assigned == nullptr || !assigned->started) return std::nullopt;
  return assigned->cursor.next;
}

bool MemoryConsumer::CaughtUp(absl::string_view topic, int partition) const {
  const Assigned* assigned = FindAssigned(topic, partition);
  return assigned != nullptr && assigned->started &&
         assigned->cursor.next >= assigned->partition->end(Isolation::kReadCommitted);
}

MemoryReader::MemoryReader(MemoryState& state, MemoryPartition& partition, Offset from,
                           Isolation isolation)
    : state_(state), partition_(partition), isolation_(isolation) {
  cursor_.next = from;
  partition_.AddReader(&cursor_);
}

MemoryReader::~MemoryReader() { partition_.RemoveReader(&cursor_); }

absl::Status MemoryReader::Poll(const PollLimits& limits, std::vector<Record>& records) {
  records.clear();
  pins_.clear();
  if (partition_.blocked()) state_.AbortExpired();
  int64_t bytes_left = limits.bytes;
  return partition_.Read(cursor_, isolation_, limits, bytes_left, records, pins_);
}

}  // namespace tend::stream
