// Producers of the in-memory log. See producer.h.

#ifndef TEND_COMMON_STREAM_MEMORY_PRODUCER_H_
#define TEND_COMMON_STREAM_MEMORY_PRODUCER_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/stream/memory_state.h"
#include "common/stream/producer.h"

namespace tend::stream {

class MemoryTransactionalProducer final : public TransactionalProducer {
 public:
  MemoryTransactionalProducer(MemoryState& state, MemoryTransaction& transaction)
      : state_(state), transaction_(transaction) {}

  absl::Status Init() override;
  absl::Status Begin() override;
  absl::Status Produce(const NewRecord& record) override;
  absl::Status SendOffsets(absl::Span<const NextOffset> offsets, const Consumer& member) override;
  absl::Status Commit() override;
  absl::Status Abort() override;

 private:
  bool fenced() const { return epoch_ != transaction_.epoch; }
  absl::Status Fenced() const;

  MemoryState& state_;
  MemoryTransaction& transaction_;
  std::vector<MemoryTopic*> topics_;
  int64_t epoch_ = 0;  // the transaction's first is 1, so that Init cannot be left out
};

class MemoryProducer final : public Producer {
 public:
  explicit MemoryProducer(MemoryState& state) : state_(state) {}

  absl::Status Send(absl::Span<const NewRecord> records, std::vector<Written>& written) override;

 private:
  MemoryState& state_;
  std::vector<MemoryTopic*> topics_;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_MEMORY_PRODUCER_H_
