// What all clients of one in-memory log share: topics, groups, transactions. See memory_log.h.

#ifndef TEND_COMMON_STREAM_MEMORY_STATE_H_
#define TEND_COMMON_STREAM_MEMORY_STATE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/stream/clock.h"
#include "common/stream/memory_group.h"
#include "common/stream/memory_log.h"
#include "common/stream/memory_partition.h"
#include "common/stream/memory_segment.h"
#include "common/stream/producer.h"

namespace tend::stream {

struct MemoryTopic {
  std::string name;
  std::vector<std::unique_ptr<MemoryPartition>> partitions;
};

// The state of one transactional id, shared by the successive producers that use it. A producer
// whose epoch is not this one's is fenced.
struct MemoryTransaction {
  struct PendingOffset {
    MemoryPartition* partition = nullptr;
    MemoryGroupOffset* place = nullptr;
    Offset offset;
  };

  std::string id;
  ProducerId producer = 0;
  int64_t epoch = 0;
  bool open = false;
  absl::Time begin_time;
  std::vector<MemoryPartition*> touched;
  std::vector<PendingOffset> offsets;
};

class MemoryState {
 public:
  MemoryState(const Clock& clock, const MemoryLogOptions& options);
  MemoryState(const MemoryState&) = delete;
  MemoryState& operator=(const MemoryState&) = delete;

  absl::Status CreateTopic(const TopicConfig& config);
  absl::StatusOr<MemoryTopic*> FindTopic(absl::string_view name);
  absl::StatusOr<MemoryPartition*> FindPartition(absl::string_view topic, int partition);
  MemoryGroup* FindOrMakeGroup(const std::string& name);
  MemoryTransaction* FindOrMakeTransaction(absl::string_view transactional_id);

  // Where the record belongs: its own partition, or the partitioner's choice. `known`: the caller's
  // topics, so that only a new one is looked up. Errors: NOT_FOUND; RESOURCE_EXHAUSTED at the
  // bound.
  absl::StatusOr<MemoryPartition*> Route(const NewRecord& record, std::vector<MemoryTopic*>& known);

  // Ends the open transaction and everything that hung on it. REQUIRES: transaction.open.
  void End(MemoryTransaction& transaction, bool commit);

  // Aborts and fences the transactions that have been open for too long.
  void AbortExpired();

  // After records became committed or consumed: drops or compacts what the topic's cleanup asks
  // for.
  void TidyUp(MemoryPartition& partition);

  absl::Time Now() const { return clock_.Now(); }
  SegmentPool& pool() { return pool_; }

 private:
  const Clock& clock_;
  const MemoryLogOptions options_;
  SegmentPool pool_;
  std::mt19937_64 random_;  // for records without a key
  absl::flat_hash_map<std::string, std::unique_ptr<MemoryTopic>> topics_;
  std::map<std::string, std::unique_ptr<MemoryGroup>> groups_;
  absl::flat_hash_map<std::string, std::unique_ptr<MemoryTransaction>> transactions_;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_MEMORY_STATE_H_
