#include "common/stream/worker_loop.h"

#include <algorithm>
#include <memory>

#include "common/base/status_macros.h"
#include "common/runtime/pause.h"
#include "common/stream/recovery.h"

namespace tend::stream {
namespace {

class Loop {
 public:
  Loop(Log& log, const ProcessorSpec& spec, const Clock& clock, const WorkerLoopOptions& options,
       std::stop_token stop, WorkerLoopObserver& observer)
      : log_(log),
        spec_(spec),
        clock_(clock),
        options_(options),
        stop_(std::move(stop)),
        observer_(observer),
        wait_(options.first_wait) {}

  absl::Status Run() {
    while (!stop_.stop_requested()) {
      absl::Status status = RunOne();
      if (status.ok()) break;
      const Recovery recovery = RecoveryOf(status);
      if (recovery != Recovery::kRetry && recovery != Recovery::kRecreate) return status;
      Tell(status);
      BackOff();
    }
    return absl::OkStatus();
  }

 private:
  // One worker's life. OK: stopped.
  absl::Status RunOne() {
    TEND_ASSIGN_OR_RETURN(const std::unique_ptr<Worker> worker,
                          Worker::Start(log_, spec_, clock_, options_.worker));
    absl::Status status = Drive(*worker);
    status.Update(Observe(*worker, /*waiting=*/!status.ok()));
    done_ += worker->stats();
    return status;
  }

  absl::Status Drive(Worker& worker) {
    while (!stop_.stop_requested()) {
      TEND_ASSIGN_OR_RETURN(const StepResult result, worker.Step());
      if (!result.waiting) StayCalm();
      if (clock_.Elapsed() - observed_ >= options_.observe_every) {
        TEND_RETURN_IF_ERROR(Observe(worker, result.waiting));
      }
      if (result.waiting) {
        Tell(result.because);
        // While one partition waits, the others work.
        if (!result.worked) BackOff();
      } else if (result.worked) {
        wait_ = options_.first_wait;
      } else if (result.pause > absl::ZeroDuration()) {
        Pause(result.pause, stop_);
      }
    }
    return Finish(worker);
  }

  // Commits what is open. What does not commit in time is somebody else's to do again.
  absl::Status Finish(Worker& worker) {
    const absl::Duration until = clock_.Elapsed() + options_.stop_within;
    do {
      worker.CommitSoon();
      const absl::StatusOr<StepResult> result = worker.Step();
      if (!result.ok() || !result->waiting || !worker.has_open()) break;
    } while (clock_.Elapsed() < until);
    return absl::OkStatus();
  }

  absl::Status Observe(const Worker& worker, bool waiting) {
    WorkerLoopView view;
    view.totals = done_;
    view.totals += worker.stats();
    view.running_tasks = worker.running_tasks();
    view.positions = worker.positions();
    view.waiting = waiting;
    view.in_trouble = waiting || in_trouble_;
    observed_ = clock_.Elapsed();
    return observer_.Observe(view);
  }

  // A step went well. That nothing came proves little: it may not have got to what was the trouble.
  void StayCalm() {
    if (!in_trouble_) return;
    const absl::Duration now = clock_.Elapsed();
    calm_since_ = std::min(calm_since_, now);
    in_trouble_ = now - calm_since_ < options_.calm_after;
  }

  void Tell(const absl::Status& trouble) {
    const absl::Duration now = clock_.Elapsed();
    calm_since_ = absl::InfiniteDuration();
    if (in_trouble_ && now - told_ < options_.tell_every) return;
    observer_.Trouble(trouble);
    in_trouble_ = true;
    told_ = now;
  }

  void BackOff() {
    Pause(wait_, stop_);
    wait_ = std::min(wait_ * 2, options_.last_wait);
  }

  Log& log_;
  const ProcessorSpec& spec_;
  const Clock& clock_;
  const WorkerLoopOptions& options_;
  const std::stop_token stop_;
  WorkerLoopObserver& observer_;
  WorkerStats done_;  // of the workers before this one
  absl::Duration wait_;
  absl::Duration observed_ = -absl::InfiniteDuration();
  absl::Duration told_;        // of the trouble
  absl::Duration calm_since_;  // in trouble; infinite: not yet
  bool in_trouble_ = false;
};

}  // namespace

absl::Status RunWorker(Log& log, const ProcessorSpec& spec, const Clock& clock,
                       const WorkerLoopOptions& options, std::stop_token stop,
                       WorkerLoopObserver& observer) {
  return Loop(log, spec, clock, options, std::move(stop), observer).Run();
}

}  // namespace tend::stream
