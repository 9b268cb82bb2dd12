#include "common/stream/memory_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/stream/memory_consumer.h"
#include "common/stream/memory_producer.h"
#include "common/stream/memory_state.h"

namespace tend::stream {

MemoryLog::MemoryLog(const Clock& clock, const MemoryLogOptions& options)
    : state_(std::make_unique<MemoryState>(clock, options)) {}

MemoryLog::~MemoryLog() = default;

absl::Status MemoryLog::CreateTopic(const TopicConfig& config) {
  return state_->CreateTopic(config);
}

absl::StatusOr<int> MemoryLog::PartitionCount(absl::string_view topic) {
  TEND_ASSIGN_OR_RETURN(const MemoryTopic* found, state_->FindTopic(topic));
  return static_cast<int>(found->partitions.size());
}

absl::StatusOr<OffsetRange> MemoryLog::Offsets(const TopicPartition& partition,
                                               Isolation isolation) {
  TEND_ASSIGN_OR_RETURN(const MemoryPartition* found,
                        state_->FindPartition(partition.topic, partition.partition));
  if (found->blocked()) state_->AbortExpired();
  return OffsetRange{found->start(), found->end(isolation)};
}

absl::StatusOr<std::unique_ptr<Consumer>> MemoryLog::Join(const GroupMembership& membership) {
  for (const std::string& topic : membership.topics) {
    TEND_RETURN_IF_ERROR(state_->FindTopic(topic).status());
  }
  return std::make_unique<MemoryConsumer>(*state_, membership);
}

absl::StatusOr<std::unique_ptr<Reader>> MemoryLog::Open(const TopicPartition& partition,
                                                        Offset from, Isolation isolation) {
  TEND_ASSIGN_OR_RETURN(MemoryPartition * found,
                        state_->FindPartition(partition.topic, partition.partition));
  return std::make_unique<MemoryReader>(*state_, *found, from, isolation);
}

absl::StatusOr<std::unique_ptr<TransactionalProducer>> MemoryLog::NewTransactionalProducer(
    absl::string_view transactional_id) {
  if (transactional_id.empty()) return absl::InvalidArgumentError("the transactional id is empty");
  return std::make_unique<MemoryTransactionalProducer>(
      *state_, *state_->FindOrMakeTransaction(transactional_id));
}

absl::StatusOr<std::unique_ptr<Producer>> MemoryLog::NewProducer() {
  return std::make_unique<MemoryProducer>(*state_);
}

absl::Status MemoryLog::Compact(const TopicPartition& partition) {
  TEND_ASSIGN_OR_RETURN(MemoryPartition * found,
                        state_->FindPartition(partition.topic, partition.partition));
  found->Compact();
  return absl::OkStatus();
}

void MemoryLog::ExpireMember(absl::string_view group, absl::string_view member) {
  state_->FindOrMakeGroup(std::string(group))->Expire(std::string(member));
}

int64_t MemoryLog::bytes_in_use() const { return state_->pool().bytes_in_use(); }

}  // namespace tend::stream
