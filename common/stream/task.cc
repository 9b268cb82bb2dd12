#include "common/stream/task.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/stream/reject.h"

namespace tend::stream {
namespace {

// What a Processor sees of one batch.
class BatchContext final : public Context {
 public:
  BatchContext(absl::Time now, Transaction& transaction) : now_(now), transaction_(transaction) {}

  absl::Time now() const override { return now_; }

  void Emit(absl::string_view topic, absl::string_view key, absl::string_view value) override {
    NewRecord record;
    record.topic = topic;
    record.key = key;
    record.value = value;
    transaction_.Produce(record);
    emitted_ = true;
  }

  bool emitted() const { return emitted_; }

 private:
  const absl::Time now_;
  Transaction& transaction_;
  bool emitted_ = false;
};

}  // namespace

Task::Task(const ProcessorSpec& spec, int partition, std::string rejects_topic)
    : spec_(spec),
      partition_(partition),
      rejects_topic_(std::move(rejects_topic)),
      service_(absl::StripPrefix(spec.name, "tend.")),
      processor_(spec.make_processor(partition)) {
  for (const std::string& topic : spec.input_topics) inputs_.push_back({topic, Offset(), Offset()});
}

void Task::StartOver() {
  processor_ = spec_.make_processor(partition_);
  state_ = State::kNew;
  has_state_ = false;
  progress_ = TaskProgress();
  last_now_ = committed_now_ = absl::InfinitePast();
}

absl::Status Task::Prepare(absl::Span<const Record> records, absl::Time now) {
  TEND_CHECK(running());
  return processor_->Prepare(records, now);
}

v1::RejectReason Task::Process(const Record& record, absl::Time now, Transaction& transaction) {
  TEND_CHECK(running());
  last_now_ = now;
  processed_since_ = moved_ = true;
  due_known_ = false;
  for (Input& input : inputs_) {
    if (input.topic == record.topic) input.next = Next(record.offset);
  }
  BatchContext context(now, transaction);
  const Outcome outcome = processor_->Process(record, context);
  if (!outcome.rejected()) {
    wrote_ |= context.emitted();
    return v1::REJECT_REASON_UNSPECIFIED;
  }
  TEND_CHECK(!context.emitted());  // a processor rejects before it writes anything
  const std::string reject = EncodeReject(service_, record, outcome, now);
  NewRecord rejected;
  rejected.topic = rejects_topic_;
  rejected.key = service_;
  rejected.value = reject;
  transaction.Produce(rejected);
  wrote_ = true;
  return outcome.reason();
}

void Task::OnTime(absl::Time now, absl::Duration tick, Transaction& transaction) {
  TEND_CHECK(running());
  last_now_ = last_time_ = now;
  next_tick_ = now + tick;
  processed_since_ = due_known_ = false;
  BatchContext context(now, transaction);
  processor_->OnTime(context);
  wrote_ |= context.emitted();
}

bool Task::CaughtUp(const Consumer& consumer) const {
  for (const Input& input : inputs_) {
    if (!consumer.CaughtUp(input.topic, partition_)) return false;
  }
  return true;
}

void Task::Flush(Transaction& transaction) {
  if (!stateful()) return;
  bool changed = false;
  NewRecord change;
  change.topic = spec_.changelog_topic;
  change.partition = partition_;
  processor_->FlushChanges([&](absl::string_view key, std::optional<absl::string_view> value) {
    TEND_CHECK(!IsHarnessKey(key));
    change.key = key;
    change.value = value;
    transaction.Produce(change);
    changed = true;
  });
  wrote_ |= changed;
  // Without a change only the first batch writes it, so that offsets without state mean a loss.
  if (changed || (progress_.inputs.empty() && HasWork())) FlushProgress(transaction);
}

void Task::FlushProgress(Transaction& transaction) {
  progress_.inputs.resize(inputs_.size());
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (progress_.inputs[i].topic.empty()) progress_.inputs[i].topic = inputs_[i].topic;
    progress_.inputs[i].next = inputs_[i].next;
  }
  progress_.now = last_now_;
  NewRecord record;
  record.topic = spec_.changelog_topic;
  record.partition = partition_;
  record.key = kTaskProgressKey;
  record.value = progress_encoder_.Encode(progress_);
  transaction.Produce(record);
  wrote_ = true;
}

void Task::AppendOffsets(std::vector<NextOffset>& offsets) const {
  for (const Input& input : inputs_) offsets.push_back({input.topic, partition_, input.next});
}

absl::StatusOr<bool> Task::WasCommitted(Consumer& consumer) const {
  TEND_CHECK(moved_);
  for (const Input& input : inputs_) {
    if (input.next == input.committed) continue;
    TEND_ASSIGN_OR_RETURN(const std::optional<Offset> committed,
                          consumer.Committed({input.topic, partition_}));
    return committed == input.next;
  }
  return false;
}

void Task::Commit() {
  processor_->Commit();
  for (Input& input : inputs_) input.committed = input.next;
  committed_now_ = last_now_;
  due_known_ = false;
  has_state_ |= wrote_;
  moved_ = wrote_ = visited = false;
}

absl::Status Task::Rollback(Consumer& consumer) {
  processor_->Rollback();
  last_now_ = committed_now_;
  last_time_ = next_tick_ = absl::InfinitePast();
  processed_since_ = true;
  due_known_ = false;
  moved_ = wrote_ = visited = false;
  if (!has_state_) progress_.inputs.clear();  // what was written of it is gone
  for (Input& input : inputs_) input.next = input.committed;
  return Seek(consumer);
}

absl::Status Task::ReadAgain(Consumer& consumer) {
  TEND_RETURN_IF_ERROR(Seek(consumer));
  overtaken = false;
  return absl::OkStatus();
}

absl::Status Task::Seek(Consumer& consumer) const {
  for (const Input& input : inputs_) {
    absl::Status sought = consumer.Seek({input.topic, partition_, input.next});
    if (!sought.ok() && !absl::IsNotFound(sought)) return sought;
  }
  return absl::OkStatus();
}

}  // namespace tend::stream
