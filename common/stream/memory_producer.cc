#include "common/stream/memory_producer.h"

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/stream/memory_consumer.h"

namespace tend::stream {

absl::Status MemoryTransactionalProducer::Fenced() const {
  return absl::FailedPreconditionError(
      absl::StrCat("the producer of ", transaction_.id, " is fenced: its epoch ", epoch_,
                   " is not the current one, ", transaction_.epoch));
}

absl::Status MemoryTransactionalProducer::Init() {
  TEND_CHECK(epoch_ == 0);
  if (transaction_.open) state_.End(transaction_, /*commit=*/false);
  epoch_ = ++transaction_.epoch;
  return absl::OkStatus();
}

absl::Status MemoryTransactionalProducer::Begin() {
  if (fenced()) return Fenced();
  TEND_CHECK(!transaction_.open);
  transaction_.open = true;
  transaction_.begin_time = state_.Now();
  return absl::OkStatus();
}

absl::Status MemoryTransactionalProducer::Produce(const NewRecord& record) {
  if (fenced()) return Fenced();
  TEND_CHECK(transaction_.open);
  TEND_ASSIGN_OR_RETURN(MemoryPartition * partition, state_.Route(record, topics_));
  if (!partition->IsOpen(transaction_.producer)) transaction_.touched.push_back(partition);
  partition->Append(record.key.value_or(absl::string_view()), record.value, state_.Now(),
                    transaction_.producer);
  return absl::OkStatus();
}

absl::Status MemoryTransactionalProducer::SendOffsets(absl::Span<const NextOffset> offsets,
                                                      const Consumer& member) {
  if (fenced()) return Fenced();
  TEND_CHECK(transaction_.open);
  if (offsets.empty()) return absl::OkStatus();  // as librdkafka: nobody is asked
  const auto& consumer = static_cast<const MemoryConsumer&>(member);
  if (!consumer.IsMember()) {
    return absl::AbortedError(absl::StrCat(consumer.name(), " is not in the group's generation"));
  }
  for (const NextOffset& next : offsets) {
    TEND_ASSIGN_OR_RETURN(MemoryPartition * partition,
                          consumer.FindPartition(next.topic, next.partition));
    MemoryGroupOffset& place = partition->GroupOffset(&consumer.group());
    ++place.undecided;
    transaction_.offsets.push_back({partition, &place, next.offset});
  }
  return absl::OkStatus();
}

absl::Status MemoryTransactionalProducer::Commit() {
  if (fenced()) return Fenced();
  state_.End(transaction_, /*commit=*/true);
  return absl::OkStatus();
}

absl::Status MemoryTransactionalProducer::Abort() {
  if (fenced()) return Fenced();
  state_.End(transaction_, /*commit=*/false);
  return absl::OkStatus();
}

absl::Status MemoryProducer::Send(absl::Span<const NewRecord> records,
                                  std::vector<Written>& written) {
  written.clear();
  for (const NewRecord& record : records) {
    TEND_ASSIGN_OR_RETURN(MemoryPartition * partition, state_.Route(record, topics_));
    const Offset offset = partition->Append(record.key.value_or(absl::string_view()), record.value,
                                            state_.Now(), ProducerId{0});
    written.push_back({partition->number(), offset});
    state_.TidyUp(*partition);
  }
  return absl::OkStatus();
}

}  // namespace tend::stream
