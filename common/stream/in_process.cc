#include "common/stream/in_process.h"

#include <utility>

#include "common/base/status_macros.h"

namespace tend::stream {

absl::Status InProcess::Add(const ProcessorSpec& spec) {
  WorkerOptions options;
  options.timing = CommitTiming::EveryStep();
  options.tick = absl::InfiniteDuration();
  options.player = &clock_;
  auto owned = std::make_unique<ProcessorSpec>(spec);
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<Worker> worker,
                        Worker::Start(log_, *owned, clock_, options));
  specs_.push_back(std::move(owned));
  workers_.push_back(std::move(worker));
  return absl::OkStatus();
}

absl::Status InProcess::RunUntilIdle() {
  bool waiting = false;
  for (bool worked = true; worked;) {
    worked = waiting = false;
    for (const std::unique_ptr<Worker>& worker : workers_) {
      StepResult result;
      do {
        TEND_ASSIGN_OR_RETURN(result, worker->Step());
        worked |= result.worked;
      } while (result.worked);
      waiting |= result.waiting;
    }
  }
  if (!waiting) return absl::OkStatus();
  return absl::UnavailableError("a worker waits for a transaction that nobody here will end");
}

}  // namespace tend::stream
