#include "common/stream/worker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/stream/recovery.h"

namespace tend::stream {
namespace {

// After what the processor asks did not answer: soon enough that nobody notices, and seldom enough
// that reading the same records again costs nothing (about 1 ms of a core).
constexpr absl::Duration kAskAgain = absl::Milliseconds(50);

}  // namespace

absl::StatusOr<std::unique_ptr<Worker>> Worker::Start(Log& log, const ProcessorSpec& spec,
                                                      const Clock& clock,
                                                      const WorkerOptions& options) {
  std::unique_ptr<Worker> worker(new Worker(log, spec, clock, options));
  TEND_RETURN_IF_ERROR(worker->CheckPartitions());
  TEND_ASSIGN_OR_RETURN(worker->consumer_,
                        log.Join({spec.name, options.member, spec.input_topics}));
  return worker;
}

WorkerStats& WorkerStats::operator+=(const WorkerStats& other) {
  records += other.records;
  for (const auto& [reason, count] : other.rejects) rejects[reason] += count;
  emitted += other.emitted;
  transactions += other.transactions;
  aborts += other.aborts;
  latencies += other.latencies;
  return *this;
}

Worker::Worker(Log& log, const ProcessorSpec& spec, const Clock& clock,
               const WorkerOptions& options)
    : log_(log), spec_(spec), clock_(clock), options_(options), policy_(options.timing) {
  TEND_CHECK(options.player == nullptr || (options.player == &clock && policy_.every_step()));
}

Worker::~Worker() = default;

absl::Status Worker::CheckPartitions() const {
  std::vector<std::string> topics = spec_.input_topics;
  if (!spec_.changelog_topic.empty()) topics.push_back(spec_.changelog_topic);
  int expected = 0;
  for (const std::string& topic : topics) {
    TEND_ASSIGN_OR_RETURN(const int partitions, log_.PartitionCount(topic));
    if (expected == 0) expected = partitions;
    if (partitions == expected) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(spec_.name, " needs co-partitioned topics: ", topics.front(), " has ",
                     expected, " partitions, ", topic, " has ", partitions));
  }
  return absl::OkStatus();
}

absl::StatusOr<StepResult> Worker::Step() {
  if (ABSL_PREDICT_FALSE(!broken_.ok())) return broken_;
  StepResult result;
  const absl::Status status = Dispatch(result);
  if (ABSL_PREDICT_TRUE(status.ok())) return result;
  broken_ = Mend(status, result);
  if (!broken_.ok()) return broken_;
  return result;
}

absl::Status Worker::Dispatch(StepResult& result) {
  if (ABSL_PREDICT_FALSE(phase_ == Phase::kReplacing)) {
    TEND_RETURN_IF_ERROR(ReplaceProducer(result));
  }
  if (ABSL_PREDICT_FALSE(phase_ == Phase::kSettling)) TEND_RETURN_IF_ERROR(Settle(result));
  if (ABSL_PREDICT_FALSE(phase_ == Phase::kAborting)) TEND_RETURN_IF_ERROR(Abort(result));
  if (phase_ == Phase::kRunning) TEND_RETURN_IF_ERROR(Run(result));
  if (phase_ == Phase::kCommitting) TEND_RETURN_IF_ERROR(Commit(result));
  return absl::OkStatus();
}

absl::Status Worker::Mend(const absl::Status& failure, StepResult& result) {
  switch (RecoveryOf(failure)) {
    case Recovery::kRetry:
      Wait(failure, result);
      return absl::OkStatus();
    case Recovery::kAbort:
      // Before anything is open there is nothing to abort: the same call again.
      if (phase_ == Phase::kRunning || phase_ == Phase::kCommitting) phase_ = Phase::kAborting;
      result.worked = true;
      return absl::OkStatus();
    case Recovery::kReplace:
      in_doubt_ = in_doubt_ || (phase_ == Phase::kCommitting && offsets_sent_);
      phase_ = Phase::kReplacing;
      transaction_ = nullptr;
      producer_ = nullptr;
      result.worked = true;
      return absl::OkStatus();
    case Recovery::kRecreate:
    case Recovery::kStop:
      break;
  }
  return Annotate(failure, absl::StrCat("worker ", options_.member, " of ", spec_.name).c_str());
}

void Worker::Wait(const absl::Status& because, StepResult& result) {
  result.waiting = true;
  result.because.Update(because);
}

absl::Status Worker::Run(StepResult& result) {
  if (ABSL_PREDICT_FALSE(restoring_ > 0)) TEND_RETURN_IF_ERROR(Restore(result));
  if (MayTake()) {
    TEND_RETURN_IF_ERROR(TakeBatch(result));
  } else {
    result.pause = visited_.empty() ? policy_.UntilBegin(clock_.Elapsed())
                                    : policy_.UntilCommit(batch_, clock_.Elapsed());
  }
  if (visited_.empty()) {
    DropRevoked();
  } else if (policy_.every_step() || !revoked_.empty() || commit_soon_ ||
             policy_.ShouldCommit(batch_, clock_.Elapsed())) {
    phase_ = Phase::kCommitting;
    flushed_ = offsets_sent_ = false;
  }
  commit_soon_ = false;
  return absl::OkStatus();
}

bool Worker::MayTake() const {
  if (policy_.every_step()) return true;
  return visited_.empty() ? policy_.MayBegin(clock_.Elapsed()) : policy_.MayTake(batch_);
}

absl::Status Worker::TakeBatch(StepResult& result) {
  if (ABSL_PREDICT_FALSE(overtaken_)) TEND_RETURN_IF_ERROR(ReadAgain());
  PollLimits limits = options_.limits;
  if (limits.wait > absl::ZeroDuration()) {
    limits.wait = result.worked ? absl::ZeroDuration() : PollWait();
  }
  TEND_RETURN_IF_ERROR(consumer_->Poll(limits, polled_));
  if (ABSL_PREDICT_FALSE(!polled_.revoked.empty())) TakeRevoked();
  if (ABSL_PREDICT_FALSE(!polled_.assigned.empty())) TakeAssigned();
  result.worked |= !polled_.revoked.empty() || !polled_.assigned.empty() || polled_.lost;
  if (polled_.lost) return absl::AbortedError("the partitions are lost");
  const int64_t written = transaction_->records();
  batch_.behind = static_cast<int>(polled_.records.size()) * 2 > limits.records;
  const int64_t used = stats_.records;
  absl::Status prepared = ProcessRecords();
  if (prepared.ok() || absl::IsUnavailable(prepared)) prepared.Update(FireTime());
  result.worked |= stats_.records != used || transaction_->records() != written;
  if (ABSL_PREDICT_TRUE(prepared.ok())) return transaction_->status();
  if (!absl::IsUnavailable(prepared)) return prepared;
  // What is open can be committed meanwhile, and polling goes on, so that the group may move us.
  Wait(prepared, result);
  result.pause = visited_.empty()
                     ? kAskAgain
                     : std::min(kAskAgain, policy_.UntilCommit(batch_, clock_.Elapsed()));
  return transaction_->status();
}

absl::Duration Worker::PollWait() const {
  const absl::Duration now = clock_.Elapsed();
  const absl::Duration wait = std::min(options_.limits.wait, options_.tick);
  if (!visited_.empty()) return std::min(wait, policy_.UntilCommit(batch_, now));
  // Time fires only where all has been read; elsewhere a record is what is waited for.
  absl::Time due = absl::InfiniteFuture();
  for (const std::unique_ptr<Task>& task : tasks_) {
    if (task == nullptr || !task->running() || !task->CaughtUp(*consumer_)) continue;
    due = std::min(due, task->NextDue());
  }
  return std::max(absl::ZeroDuration(), std::min(wait, due - clock_.Now()));
}

Task& Worker::Visit(Task& task) {
  if (!task.visited) {
    task.visited = true;
    visited_.push_back(&task);
  }
  return task;
}

void Worker::SortByPartition() {
  by_partition_ = polled_.records;
  std::stable_sort(by_partition_.begin(), by_partition_.end(),
                   [](const Record& a, const Record& b) { return a.partition < b.partition; });
}

// Each partition's records as one, however the log gave them in turns: to ask outside costs by the
// question. Partitions from the first failure on are marked as overtaken.
absl::Status Worker::PrepareRecords(absl::Time clock) {
  SortByPartition();
  absl::Status prepared;
  for (auto at = by_partition_.cbegin(), end = by_partition_.cend(); at != end;) {
    Task& task = *tasks_[static_cast<size_t>(at->partition)];
    const auto run_end = std::find_if(
        at, end, [&task](const Record& record) { return record.partition != task.partition(); });
    if (ABSL_PREDICT_TRUE(prepared.ok())) {
      prepared = task.Prepare({&*at, static_cast<size_t>(run_end - at)}, task.BatchNow(clock));
    }
    task.overtaken = !prepared.ok();
    at = run_end;
  }
  overtaken_ = !prepared.ok();
  return prepared;
}

// In the order in which the log gave them: across partitions that is about the order in which they
// were written, and an answer that is told too long before what it answers is lost.
absl::Status Worker::ProcessRecords() {
  if (polled_.records.empty()) return absl::OkStatus();
  if (options_.player != nullptr) return PlayRecords();
  const absl::Time clock = clock_.Now();
  absl::Status prepared = PrepareRecords(clock);
  const int64_t used = stats_.records;
  for (const Record& record : polled_.records) {
    Task& task = *tasks_[static_cast<size_t>(record.partition)];
    if (ABSL_PREDICT_FALSE(task.overtaken)) continue;
    Use(task, record, task.BatchNow(clock));
    if (policy_.every_step()) continue;
    // Records of one producer's batch have one time.
    if (written_.empty() || written_.back().first != record.produce_time) {
      written_.emplace_back(record.produce_time, 0);
    }
    ++written_.back().second;
  }
  batch_.bytes = transaction_->bytes();
  if (stats_.records > used && !policy_.every_step()) batch_.last_record = clock_.Elapsed();
  return prepared;
}

void Worker::Use(Task& task, const Record& record, absl::Time now) {
  const v1::RejectReason reason = Visit(task).Process(record, now, *transaction_);
  ++stats_.records;
  ++batch_.records;
  if (ABSL_PREDICT_FALSE(reason != v1::REJECT_REASON_UNSPECIFIED)) {
    ++stats_.rejects[reason];
    ++batch_.rejects;
  }
}

absl::Status Worker::FireTime() {
  if (options_.player != nullptr) return PlayTime();
  const absl::Time clock = clock_.Now();
  absl::Status prepared;
  for (const std::unique_ptr<Task>& task : tasks_) {
    if (task == nullptr || !task->running() || task->overtaken) continue;
    const absl::Time now = task->BatchNow(clock);
    if (!task->WantsTime(now) || !task->CaughtUp(*consumer_)) continue;
    prepared.Update(task->Prepare({}, now));
    if (ABSL_PREDICT_FALSE(!prepared.ok())) break;
    if (visited_.empty() && !policy_.every_step()) batch_.last_record = clock_.Elapsed();
    Visit(*task).OnTime(now, options_.tick, *transaction_);
  }
  return prepared;
}

bool Worker::HasWork() const {
  return std::any_of(visited_.begin(), visited_.end(),
                     [](const Task* task) { return task->HasWork(); });
}

absl::Status Worker::Commit(StepResult& result) {
  if (!flushed_) {
    for (Task* task : visited_) task->Flush(*transaction_);
    TEND_RETURN_IF_ERROR(transaction_->status());
    if (!HasWork()) return FinishCommit();  // never a transaction for nothing
    transaction_->Begin();                  // where there are only offsets
    TEND_RETURN_IF_ERROR(transaction_->status());
    if (!policy_.every_step()) policy_.CommitStarted(clock_.Elapsed());
    batch_.emitted = transaction_->records() - batch_.rejects;
    flushed_ = true;
  }
  result.worked = true;
  if (!offsets_sent_) {
    offsets_.clear();
    for (const Task* task : visited_) {
      if (task->HasWork()) task->AppendOffsets(offsets_);
    }
    TEND_RETURN_IF_ERROR(producer_->SendOffsets(offsets_, *consumer_));
    offsets_sent_ = true;
  }
  TEND_RETURN_IF_ERROR(producer_->Commit());
  ++stats_.transactions;
  if (!written_.empty()) {
    const absl::Time now = clock_.Now();
    for (const auto& [produced, count] : written_) {
      stats_.latencies.Add(std::max(absl::ZeroDuration(), now - produced), count);
    }
  }
  return FinishCommit();
}

absl::Status Worker::FinishCommit() {
  for (Task* task : visited_) task->Commit();
  stats_.emitted += batch_.emitted;
  visited_.clear();
  written_.clear();
  batch_ = OpenBatch();
  if (transaction_ != nullptr) transaction_->Reset();
  phase_ = Phase::kRunning;
  DropRevoked();
  return absl::OkStatus();
}

int Worker::running_tasks() const {
  return static_cast<int>(std::count_if(
      tasks_.begin(), tasks_.end(),
      [](const std::unique_ptr<Task>& task) { return task != nullptr && task->running(); }));
}

std::vector<InputPosition> Worker::positions() const {
  std::vector<InputPosition> positions;
  for (const std::unique_ptr<Task>& task : tasks_) {
    if (task == nullptr || !task->running()) continue;
    for (const std::string& topic : spec_.input_topics) {
      const std::optional<Offset> next = consumer_->Position(topic, task->partition());
      if (next.has_value()) positions.push_back({{topic, task->partition()}, *next});
    }
  }
  return positions;
}

const Processor* Worker::processor(int partition) const {
  const size_t index = static_cast<size_t>(partition);
  if (index >= tasks_.size() || tasks_[index] == nullptr || !tasks_[index]->running()) {
    return nullptr;
  }
  return &tasks_[index]->processor();
}

}  // namespace tend::stream
