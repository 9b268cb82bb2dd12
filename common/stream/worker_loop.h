// Runs a service's worker on the caller's thread until told to stop, and makes a new one whenever
// it was told to go.

#ifndef TEND_COMMON_STREAM_WORKER_LOOP_H_
#define TEND_COMMON_STREAM_WORKER_LOOP_H_

#include <stop_token>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/stream/clock.h"
#include "common/stream/log.h"
#include "common/stream/processor.h"
#include "common/stream/worker.h"

namespace tend::stream {

struct WorkerLoopOptions {
  WorkerOptions worker;
  // Between two steps while the log or the outside world does not answer, and before a new worker:
  // doubles from the first to the last.
  absl::Duration first_wait = absl::Milliseconds(50);
  absl::Duration last_wait = absl::Seconds(5);
  // How often a wait is told while it lasts.
  absl::Duration tell_every = absl::Minutes(1);
  // For so long all must go well before a trouble is over: longer than two workers that are one
  // member take turns (1 s), and than a poll that finds nothing because its broker is slow (2 s).
  absl::Duration calm_after = absl::Seconds(5);
  // How often Observe is called at least.
  absl::Duration observe_every = absl::Seconds(1);
  // A stop commits what is open, for at most this long.
  absl::Duration stop_within = absl::Seconds(3);
};

// How the loop stands.
struct WorkerLoopView {
  WorkerStats totals;     // over all workers the loop has made
  int running_tasks = 0;  // partitions served now
  std::vector<InputPosition> positions;
  bool waiting = false;     // the last step's
  bool in_trouble = false;  // since the last Trouble not all has gone well for calm_after
};

// What the loop tells: for metrics, logs and health. Called on the loop's thread; none may wait.
class WorkerLoopObserver {
 public:
  virtual ~WorkerLoopObserver() = default;
  // Errors end the worker as its own do: after a FAILED_PRECONDITION a new one is made.
  virtual absl::Status Observe(const WorkerLoopView& view) = 0;
  // The worker waits for the log or for what its processor asks (UNAVAILABLE), or was told to go
  // and is made anew. Once for each spell of trouble, and again as it lasts. It is over when the
  // worker has gone on well for calm_after, be it with nothing to do.
  virtual void Trouble(const absl::Status& status) = 0;
};

// Returns OK once stopped. Errors: what neither waiting nor a new worker mends (RecoveryOf is
// kStop). All arguments outlive the call.
absl::Status RunWorker(Log& log, const ProcessorSpec& spec, const Clock& clock,
                       const WorkerLoopOptions& options, std::stop_token stop,
                       WorkerLoopObserver& observer);

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_WORKER_LOOP_H_
