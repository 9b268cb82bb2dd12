// When a worker commits: the pure part of the harness's timing. Figures: docs/design section 6,
// measured with librdkafka 2.0.2 against Kafka 4.3.1.

#ifndef TEND_COMMON_STREAM_COMMIT_POLICY_H_
#define TEND_COMMON_STREAM_COMMIT_POLICY_H_

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"

namespace tend::stream {

// A transaction on Kafka costs 2.5-3.5 ms of client CPU, 2.4-4.9 ms of broker CPU and 6.5 ms from
// begin to commit, whatever is in it.
struct CommitTiming {
  // From the start of the last commit to the next: the latency that is bought with the cost above.
  absl::Duration interval = absl::Milliseconds(50);
  // The same while polls come back full: what waits has waited longer already.
  absl::Duration interval_behind = absl::Milliseconds(250);
  // Commit earlier when no record came for this long: somebody waits, and nobody else does.
  absl::Duration idle = absl::Milliseconds(5);
  // Never two commits closer than this: the broker answers a begin before the last one's markers
  // are written with a retry of 20 ms.
  absl::Duration least_between = absl::Milliseconds(20);
  // The first record of the next transaction waits this long after the start of the last commit,
  // for the same reason (p99 102 -> 76 ms).
  absl::Duration hold = absl::Milliseconds(4);
  // Bounds of one transaction: what is taken in, and what is written.
  int64_t max_records = 10'000;
  int64_t max_bytes = 8 << 20;

  // Commits after every step: for logs where a transaction costs nothing.
  static CommitTiming EveryStep() {
    CommitTiming timing;
    timing.interval = timing.interval_behind = timing.idle = absl::ZeroDuration();
    timing.least_between = timing.hold = absl::ZeroDuration();
    return timing;
  }
};

// What a transaction has taken in so far.
struct OpenBatch {
  int64_t records = 0;         // read
  int64_t bytes = 0;           // written
  int64_t rejects = 0;         // of the records written
  int64_t emitted = 0;         // records written that are no rejects; once all are
  absl::Duration last_record;  // Clock::Elapsed() when the last record came (or time fired)
  bool behind = false;         // the last poll came back full: more is there already
};

// For one worker. Time is Clock::Elapsed() and always given.
class CommitPolicy {
 public:
  explicit CommitPolicy(const CommitTiming& timing)
      : timing_(timing),
        every_step_(std::max({timing.interval, timing.idle, timing.least_between, timing.hold}) <=
                    absl::ZeroDuration()) {}

  // MayBegin and ShouldCommit are always true: nobody need look at the clock.
  bool every_step() const { return every_step_; }

  // Whether the next transaction may take its first record.
  bool MayBegin(absl::Duration now) const { return now - last_commit_ >= timing_.hold; }

  // Whether the open one may take more.
  bool MayTake(const OpenBatch& batch) const {
    return batch.records < timing_.max_records && batch.bytes < timing_.max_bytes;
  }

  bool ShouldCommit(const OpenBatch& batch, absl::Duration now) const {
    const absl::Duration since_commit = now - last_commit_;
    if (since_commit < timing_.least_between) return false;
    return since_commit >= Interval(batch) || now - batch.last_record >= timing_.idle ||
           !MayTake(batch);
  }

  // Until ShouldCommit turns true though no record comes: how long a poll may wait.
  absl::Duration UntilCommit(const OpenBatch& batch, absl::Duration now) const {
    absl::Duration due = last_commit_ + timing_.least_between;
    if (MayTake(batch)) {
      due =
          std::max(due, std::min(last_commit_ + Interval(batch), batch.last_record + timing_.idle));
    }
    return std::max(absl::ZeroDuration(), due - now);
  }

  // Until MayBegin turns true.
  absl::Duration UntilBegin(absl::Duration now) const {
    return std::max(absl::ZeroDuration(), last_commit_ + timing_.hold - now);
  }

  void CommitStarted(absl::Duration now) { last_commit_ = now; }

 private:
  absl::Duration Interval(const OpenBatch& batch) const {
    return batch.behind ? timing_.interval_behind : timing_.interval;
  }

  CommitTiming timing_;
  bool every_step_;
  absl::Duration last_commit_ = -absl::InfiniteDuration();
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_COMMIT_POLICY_H_
