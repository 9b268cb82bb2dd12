// One partition of one service: its Processor, that Processor's state in the changelog, and its
// place in the input. Owned and called by one Worker, which decides when; the task decides what.
//
// Life: Restoring -> Running. A batch: Process and OnTime, Flush, then Commit or Rollback.

#ifndef TEND_COMMON_STREAM_TASK_H_
#define TEND_COMMON_STREAM_TASK_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/stream/consumer.h"
#include "common/stream/log.h"
#include "common/stream/processor.h"
#include "common/stream/task_progress.h"
#include "common/stream/transaction.h"
#include "tend/v1/reason.pb.h"

namespace tend::stream {

class Task {
 public:
  // spec outlives the task. rejects_topic: where records go that the processor cannot use.
  Task(const ProcessorSpec& spec, int partition, std::string rejects_topic);

  int partition() const { return partition_; }
  const Processor& processor() const { return *processor_; }
  bool running() const { return state_ == State::kRunning; }

  // One bounded piece of the restore: the first call fixes the changelog's high watermark, the last
  // one compares the state with the group's offsets and seeks. Returns with running() when done.
  // elapsed: the clock's. Errors: UNAVAILABLE (call again; once it stands for long, the message
  // says where, and what to do); DATA_LOSS when state and offsets disagree or cannot be read.
  absl::Status Restore(Log& log, Consumer& consumer, const PollLimits& limits,
                       absl::Duration elapsed);

  // Lets the processor ask the outside world before it is called with these; none: with time.
  // After an error the consumer has read past records that nobody used: ReadAgain seeks back.
  // REQUIRES: running().
  absl::Status Prepare(absl::Span<const Record> records, absl::Time now);
  absl::Status ReadAgain(Consumer& consumer);

  // Uses one record of this partition. now: the batch's, not before any earlier one of the state
  // (see BatchNow). Returns why it was rejected; UNSPECIFIED: it was used. REQUIRES: running().
  v1::RejectReason Process(const Record& record, absl::Time now, Transaction& transaction);

  // Whether OnTime is worth calling at this time: something is due, or a tick has passed.
  bool WantsTime(absl::Time now) const {
    if (now <= last_time_ && !processed_since_) return false;
    return now >= next_tick_ || now >= NextDue();
  }
  // tick: how long after this WantsTime is true though nothing is due.
  void OnTime(absl::Time now, absl::Duration tick, Transaction& transaction);
  absl::Time NextDue() const {
    if (!due_known_) {
      next_due_ = processor_->NextDue();
      due_known_ = true;
    }
    return next_due_;
  }

  // The time that the next batch has when the clock shows `clock`.
  absl::Time BatchNow(absl::Time clock) const { return std::max(clock, last_now_); }

  bool CaughtUp(const Consumer& consumer) const;

  // Writes what changed to the changelog, and the progress if anything did.
  void Flush(Transaction& transaction);
  // Whether this batch has anything to commit: input read, output or state written.
  bool HasWork() const { return moved_ || wrote_; }
  bool moved() const { return moved_; }

  // Appends the task's place in each input.
  void AppendOffsets(std::vector<NextOffset>& offsets) const;
  // Whether the group's offsets are those of this batch. REQUIRES: moved(). Errors: UNAVAILABLE.
  absl::StatusOr<bool> WasCommitted(Consumer& consumer) const;

  void Commit();
  // Undoes the batch and seeks back. Partitions that are no longer assigned are left alone.
  absl::Status Rollback(Consumer& consumer);

  // In this batch already visited by the worker (which keeps the list).
  bool visited = false;
  // The consumer has read past records that were not processed. Set by the worker.
  bool overtaken = false;

 private:
  enum class State { kNew, kReading, kLocating, kRunning };
  struct Input {
    std::string topic;
    Offset committed;  // the next to read, as of the last commit
    Offset next;       // as of this batch
  };

  absl::Status RestoreSome(Log& log, Consumer& consumer, const PollLimits& limits);
  absl::Status StandsStill(const absl::Status& status, absl::Duration span) const;
  absl::Status Seek(Consumer& consumer) const;
  absl::Status OpenChangelog(Log& log);
  absl::Status ReadChangelog(const PollLimits& limits);
  absl::Status RestoreRecord(const Record& record);
  absl::Status Take(const Record& record);
  absl::Status Locate(Log& log, Consumer& consumer);
  absl::StatusOr<Offset> LocateInput(const Input& input, Log& log, Consumer& consumer) const;
  absl::Status Disagree(const Input& input, absl::string_view what) const;
  void StartOver();
  void FlushProgress(Transaction& transaction);
  bool stateful() const { return !spec_.changelog_topic.empty(); }

  const ProcessorSpec& spec_;
  const int partition_;
  const std::string rejects_topic_;
  const std::string service_;  // the spec's name without "tend."
  std::unique_ptr<Processor> processor_;
  State state_ = State::kNew;
  std::vector<Input> inputs_;
  std::unique_ptr<Reader> changelog_;  // while restoring
  Offset changelog_end_;
  // As the restore moved last, and when; not yet: never.
  State last_state_ = State::kNew;
  Offset last_position_;
  absl::Duration moved_at_ = absl::InfiniteDuration();
  std::vector<Record> records_;
  absl::Status disagreement_;  // between state and offsets, as first seen
  bool has_state_ = false;     // the changelog holds anything at all
  TaskProgress progress_;      // as written or restored last; its inputs are empty before the first
  TaskProgressEncoder progress_encoder_;
  bool moved_ = false;  // in this batch: input was read
  bool wrote_ = false;  // in this batch: output or state was written
  absl::Time last_now_ = absl::InfinitePast();
  absl::Time committed_now_ = absl::InfinitePast();
  absl::Time last_time_ = absl::InfinitePast();  // of the last OnTime
  absl::Time next_tick_ = absl::InfinitePast();
  bool processed_since_ = true;  // the last OnTime
  // The processor's NextDue, which only its calls can change: asked once after each.
  mutable absl::Time next_due_;
  mutable bool due_known_ = false;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_TASK_H_
