// The parts of a worker that run seldom: assignments, restores, aborts, a producer whose fate
// nobody knows.

#include <algorithm>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/stream/worker.h"

namespace tend::stream {

absl::Status Worker::ReplaceProducer(StepResult& result) {
  if (producer_ == nullptr) {
    TEND_ASSIGN_OR_RETURN(
        producer_, log_.NewTransactionalProducer(absl::StrCat(spec_.name, "-", options_.member)));
  }
  TEND_RETURN_IF_ERROR(producer_->Init());
  transaction_ = std::make_unique<Transaction>(*producer_);
  result.worked = true;
  phase_ = in_doubt_ ? Phase::kSettling : Phase::kRunning;
  if (in_doubt_ || visited_.empty()) return absl::OkStatus();
  ++stats_.aborts;
  return RollBack();
}

absl::Status Worker::Settle(StepResult& result) {
  // One transaction is committed or not as a whole, so any input that moved in it tells. Init came
  // before, so nothing can change the answer any more.
  const auto moved = std::find_if(visited_.begin(), visited_.end(),
                                  [](const Task* task) { return task->moved(); });
  if (moved == visited_.end()) {
    // Only time had passed, and no offset tells. The changelog does: a new worker reads it.
    return absl::FailedPreconditionError("nobody knows whether a transaction was committed");
  }
  TEND_ASSIGN_OR_RETURN(const bool committed, (*moved)->WasCommitted(*consumer_));
  in_doubt_ = false;
  result.worked = true;
  if (committed) {
    ++stats_.transactions;
    return FinishCommit();
  }
  ++stats_.aborts;
  phase_ = Phase::kRunning;
  return RollBack();
}

absl::Status Worker::Abort(StepResult& result) {
  result.worked = true;
  if (transaction_->begun()) {
    const absl::Status aborted = producer_->Abort();
    // An abort that asks for an abort makes no sense: settle it as one whose outcome is unknown.
    if (absl::IsAborted(aborted)) return absl::UnknownError(aborted.message());
    TEND_RETURN_IF_ERROR(aborted);
  }
  ++stats_.aborts;
  phase_ = Phase::kRunning;
  return RollBack();
}

absl::Status Worker::RollBack() {
  transaction_->Reset();
  batch_ = OpenBatch();
  for (Task* task : visited_) TEND_RETURN_IF_ERROR(task->Rollback(*consumer_));
  visited_.clear();
  DropRevoked();
  return absl::OkStatus();
}

absl::Status Worker::Restore(StepResult& result) {
  for (const std::unique_ptr<Task>& task : tasks_) {
    if (task == nullptr || task->running()) continue;
    const absl::Status status = task->Restore(log_, *consumer_, options_.limits, clock_.Elapsed());
    if (absl::IsUnavailable(status)) {
      Wait(status, result);  // for another worker's transaction; the others go on
      continue;
    }
    TEND_RETURN_IF_ERROR(status);
    result.worked = true;
    if (task->running()) --restoring_;
  }
  return absl::OkStatus();
}

absl::Status Worker::ReadAgain() {
  for (const std::unique_ptr<Task>& task : tasks_) {
    if (task != nullptr && task->overtaken) TEND_RETURN_IF_ERROR(task->ReadAgain(*consumer_));
  }
  overtaken_ = false;
  return absl::OkStatus();
}

void Worker::TakeAssigned() {
  std::set<int> partitions;
  for (const TopicPartition& assigned : polled_.assigned) partitions.insert(assigned.partition);
  for (const int partition : partitions) {
    const size_t index = static_cast<size_t>(partition);
    if (index >= tasks_.size()) tasks_.resize(index + 1);
    TEND_CHECK(tasks_[index] == nullptr);
    tasks_[index] = std::make_unique<Task>(spec_, partition, options_.rejects_topic);
    ++restoring_;
  }
}

void Worker::TakeRevoked() {
  for (const TopicPartition& revoked : polled_.revoked) revoked_.push_back(revoked.partition);
}

void Worker::DropRevoked() {
  if (revoked_.empty()) return;
  for (const int partition : revoked_) {
    std::unique_ptr<Task>& task = tasks_[static_cast<size_t>(partition)];
    if (task == nullptr) continue;
    if (!task->running()) --restoring_;
    task = nullptr;
  }
  revoked_.clear();
}

}  // namespace tend::stream
