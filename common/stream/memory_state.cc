#include "common/stream/memory_state.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/murmur2.h"
#include "common/base/status_macros.h"

namespace tend::stream {

MemoryState::MemoryState(const Clock& clock, const MemoryLogOptions& options)
    : clock_(clock), options_(options), pool_(options.segment_bytes), random_(options.seed) {}

absl::Status MemoryState::CreateTopic(const TopicConfig& config) {
  if (config.name.empty() || config.partitions <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("topic '", config.name, "' with ", config.partitions, " partitions"));
  }
  if (topics_.contains(config.name)) {
    return absl::AlreadyExistsError(absl::StrCat("topic ", config.name));
  }
  auto topic = std::make_unique<MemoryTopic>();
  topic->name = config.name;
  for (int i = 0; i < config.partitions; ++i) {
    topic->partitions.push_back(
        std::make_unique<MemoryPartition>(config.name, i, config.cleanup, pool_));
  }
  topics_[config.name] = std::move(topic);
  return absl::OkStatus();
}

absl::StatusOr<MemoryTopic*> MemoryState::FindTopic(absl::string_view name) {
  const auto topic = topics_.find(name);
  if (topic == topics_.end()) return absl::NotFoundError(absl::StrCat("topic ", name));
  return topic->second.get();
}

absl::StatusOr<MemoryPartition*> MemoryState::FindPartition(absl::string_view topic,
                                                            int partition) {
  const auto found = topics_.find(topic);
  if (found == topics_.end() || partition < 0 ||
      static_cast<size_t>(partition) >= found->second->partitions.size()) {
    return absl::NotFoundError(absl::StrCat("partition ", topic, "/", partition));
  }
  return found->second->partitions[static_cast<size_t>(partition)].get();
}

MemoryGroup* MemoryState::FindOrMakeGroup(const std::string& name) {
  std::unique_ptr<MemoryGroup>& group = groups_[name];
  if (group == nullptr) {
    group = std::make_unique<MemoryGroup>([this](const std::string& topic) {
      std::vector<MemoryPartition*> partitions;
      if (const auto found = FindTopic(topic); found.ok()) {
        for (const auto& partition : (*found)->partitions) partitions.push_back(partition.get());
      }
      return partitions;
    });
  }
  return group.get();
}

MemoryTransaction* MemoryState::FindOrMakeTransaction(absl::string_view transactional_id) {
  std::unique_ptr<MemoryTransaction>& transaction = transactions_[transactional_id];
  if (transaction == nullptr) {
    transaction = std::make_unique<MemoryTransaction>();
    transaction->id = std::string(transactional_id);
    transaction->producer = static_cast<ProducerId>(transactions_.size());
  }
  return transaction.get();
}

absl::StatusOr<MemoryPartition*> MemoryState::Route(const NewRecord& record,
                                                    std::vector<MemoryTopic*>& known) {
  if (ABSL_PREDICT_FALSE(pool_.bytes_in_use() > options_.max_bytes)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the in-memory log holds its ", options_.max_bytes, " bytes"));
  }
  MemoryTopic* topic = nullptr;
  for (MemoryTopic* candidate : known) {
    if (candidate->name == record.topic) topic = candidate;
  }
  if (ABSL_PREDICT_FALSE(topic == nullptr)) {
    TEND_ASSIGN_OR_RETURN(topic, FindTopic(record.topic));
    known.push_back(topic);
  }
  const size_t partitions = topic->partitions.size();
  size_t chosen = 0;
  if (record.partition.has_value()) {
    chosen = static_cast<size_t>(*record.partition);
    if (ABSL_PREDICT_FALSE(chosen >= partitions)) {
      return absl::NotFoundError(absl::StrCat("partition ", record.topic, "/", *record.partition));
    }
  } else if (record.key.has_value()) {
    chosen = static_cast<size_t>(PartitionOfKey(*record.key, static_cast<int>(partitions)));
  } else {
    chosen = random_() % partitions;
  }
  return topic->partitions[chosen].get();
}

void MemoryState::End(MemoryTransaction& transaction, bool commit) {
  TEND_CHECK(transaction.open);
  transaction.open = false;
  for (MemoryPartition* partition : transaction.touched) {
    partition->EndTransaction(transaction.producer, commit);
  }
  for (const MemoryTransaction::PendingOffset& pending : transaction.offsets) {
    --pending.place->undecided;
    if (!commit) continue;
    pending.place->committed = pending.offset;
    TidyUp(*pending.partition);
  }
  for (MemoryPartition* partition : transaction.touched) TidyUp(*partition);
  transaction.touched.clear();
  transaction.offsets.clear();
}

void MemoryState::AbortExpired() {
  for (auto& [id, transaction] : transactions_) {
    if (!transaction->open) continue;
    if (clock_.Now() - transaction->begin_time < options_.transaction_timeout) continue;
    ++transaction->epoch;
    End(*transaction, /*commit=*/false);
  }
}

void MemoryState::TidyUp(MemoryPartition& partition) {
  if (partition.cleanup() == Cleanup::kDeleteConsumed) {
    partition.DropConsumed();
  } else if (partition.cleanup() == Cleanup::kCompact &&
             partition.WantsCompaction(options_.compact_at_bytes, options_.compact_growth)) {
    partition.Compact();
  }
}

}  // namespace tend::stream
