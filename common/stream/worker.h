// A worker runs one service on some partitions of its input: a group member, a transactional
// producer and a Task for each partition. Consume -> process -> produce, exactly once.
//
// A step polls a bounded batch, processes it, fires time where a partition is caught up, and
// commits when the timing says so, the offsets last. What fails is taken back or done again.

#ifndef TEND_COMMON_STREAM_WORKER_H_
#define TEND_COMMON_STREAM_WORKER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/latency_histogram.h"
#include "common/stream/clock.h"
#include "common/stream/commit_policy.h"
#include "common/stream/consumer.h"
#include "common/stream/log.h"
#include "common/stream/processor.h"
#include "common/stream/producer.h"
#include "common/stream/task.h"
#include "common/stream/transaction.h"
#include "tend/v1/reason.pb.h"

namespace tend::stream {

struct WorkerOptions {
  // The static member of the group; with the service's name also the transactional id. Unique among
  // the service's workers, and the same after a restart.
  std::string member = "0";
  CommitTiming timing;
  PollLimits limits;  // of one step; `wait` is the longest, the timing shortens it
  // How often OnTime is called on a caught-up partition where nothing is due.
  absl::Duration tick = absl::Seconds(1);
  std::string rejects_topic = "tend.rejects.v1";
  // For a log that is played through: each record is used at the time when it was written, which
  // this clock (the worker's own) then shows, and what falls due between two records of a partition
  // fires between them, in the end up to the time that it shows before the step. So a long batch
  // has the outcome of many short ones where all records are of one partition and one topic; else
  // each partition, and in it each topic, is gone through for itself. Null: a batch has one time,
  // the clock's. REQUIRES: `timing` commits after every step.
  ManualClock* player = nullptr;
};

struct WorkerStats {
  int64_t records = 0;                          // processed, committed or not
  std::map<v1::RejectReason, int64_t> rejects;  // the same of those that could not be used
  int64_t emitted = 0;       // records written and committed: outputs and state, but no rejects
  int64_t transactions = 0;  // committed
  int64_t aborts = 0;        // batches taken back
  // Of committed records, from being written to the end of the commit. Not where every step
  // commits: there time is a test's.
  LatencyHistogram latencies;

  WorkerStats& operator+=(const WorkerStats& other);
};

// How far a partition of an input has been read.
struct InputPosition {
  TopicPartition partition;
  Offset next;
};

struct StepResult {
  bool worked = false;   // otherwise the next step finds the same, unless somebody writes or moves
  bool waiting = false;  // a call came back UNAVAILABLE, the log's or Prepare: again next step
  absl::Duration pause;  // the timing wants nothing done for so long
  absl::Status because;  // it waits: the first of these calls' status
};

class Worker {
 public:
  // Joins the group. log, spec and clock outlive the worker.
  // Errors: FAILED_PRECONDITION when the input topics and the changelog are not co-partitioned;
  // those of log.h.
  static absl::StatusOr<std::unique_ptr<Worker>> Start(Log& log, const ProcessorSpec& spec,
                                                       const Clock& clock,
                                                       const WorkerOptions& options);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  // Leaves the group. What is not committed is somebody else's to do again.
  ~Worker();

  // Errors end the worker (every later step returns the same): FAILED_PRECONDITION "make a new
  // one", anything else "stop and look".
  absl::StatusOr<StepResult> Step();
  // Lets the next step commit whatever the timing says: before a stop.
  void CommitSoon() { commit_soon_ = true; }
  // Whether something is processed and not committed.
  bool has_open() const { return !visited_.empty(); }

  // Partitions that are restored and served, and how far their inputs have been read.
  int running_tasks() const;
  std::vector<InputPosition> positions() const;
  // The processor of a partition that is served, or nullptr; for tests and reports.
  const Processor* processor(int partition) const;
  const WorkerStats& stats() const { return stats_; }
  const ProcessorSpec& spec() const { return spec_; }

 private:
  enum class Phase {
    kReplacing,  // there is no producer that has run Init
    kSettling,   // was the transaction committed whose end nobody knows?
    kRunning,
    kCommitting,
    kAborting,
  };

  Worker(Log& log, const ProcessorSpec& spec, const Clock& clock, const WorkerOptions& options);
  absl::Status CheckPartitions() const;

  // One phase's piece of work each. An UNAVAILABLE is returned and leaves the phase as it is.
  absl::Status ReplaceProducer(StepResult& result);
  absl::Status Settle(StepResult& result);
  absl::Status Run(StepResult& result);
  absl::Status Commit(StepResult& result);
  absl::Status Abort(StepResult& result);

  absl::Status Dispatch(StepResult& result);
  // Turns an error into the phase that mends it. Errors: those that nothing here can mend.
  absl::Status Mend(const absl::Status& failure, StepResult& result);

  static void Wait(const absl::Status& because, StepResult& result);
  absl::Status Restore(StepResult& result);
  absl::Status TakeBatch(StepResult& result);
  void TakeAssigned();
  void TakeRevoked();
  void SortByPartition();
  absl::Status PrepareRecords(absl::Time clock);
  absl::Status ProcessRecords();
  void Use(Task& task, const Record& record, absl::Time now);
  absl::Status ReadAgain();
  absl::Status FireTime();
  // worker_play.cc
  absl::Status PlayRecords();
  absl::Status Play(Task& task, absl::Span<const Record> records);
  absl::Status PlayTime();
  absl::Status PlayTime(Task& task, absl::Time until);
  bool MayTake() const;
  Task& Visit(Task& task);
  bool HasWork() const;
  absl::Status FinishCommit();
  absl::Status RollBack();
  void DropRevoked();
  absl::Duration PollWait() const;

  Log& log_;
  const ProcessorSpec& spec_;
  const Clock& clock_;
  const WorkerOptions options_;

  std::unique_ptr<Consumer> consumer_;
  std::unique_ptr<TransactionalProducer> producer_;
  std::unique_ptr<Transaction> transaction_;  // over producer_
  std::vector<std::unique_ptr<Task>> tasks_;  // by partition; null where it is not ours
  std::vector<Task*> visited_;                // by the open batch
  std::vector<int> revoked_;                  // to be dropped when the open batch has ended
  int restoring_ = 0;                         // tasks that are not running yet
  Polled polled_;
  std::vector<Record> by_partition_;  // the same records
  bool overtaken_ = false;            // some task is
  std::vector<NextOffset> offsets_;

  Phase phase_ = Phase::kReplacing;
  bool flushed_ = false;       // kCommitting: state is written
  bool offsets_sent_ = false;  // kCommitting
  bool in_doubt_ = false;      // kReplacing: the commit may have happened
  bool commit_soon_ = false;
  CommitPolicy policy_;
  OpenBatch batch_;
  std::vector<std::pair<absl::Time, int64_t>> written_;  // by the open batch's records, in runs
  WorkerStats stats_;
  absl::Status broken_;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_WORKER_H_
