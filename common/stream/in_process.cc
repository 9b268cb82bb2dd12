#include "common/stream/in_process.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace tend::stream {

absl::Status InProcess::Add(const ProcessorSpec& spec) {
  WorkerOptions options;
  options.timing = CommitTiming::EveryStep();
  options.tick = absl::InfiniteDuration();
  return Add(spec, options);
}

absl::Status InProcess::Add(const ProcessorSpec& spec, const WorkerOptions& options) {
  auto owned = std::make_unique<ProcessorSpec>(spec);
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<Worker> worker,
                        Worker::Start(log_, *owned, clock_, options));
  specs_.push_back(std::move(owned));
  workers_.push_back(std::move(worker));
  return absl::OkStatus();
}

absl::Status InProcess::RunUntilIdle() {
  bool waiting = false;
  for (size_t idle = 0, next = 0; idle < workers_.size(); next = (next + 1) % workers_.size()) {
    TEND_ASSIGN_OR_RETURN(const StepResult result, workers_[next]->Step());
    if (idle == 0) waiting = false;
    waiting |= result.waiting;
    idle = result.worked ? 0 : idle + 1;
  }
  if (!waiting) return absl::OkStatus();
  return absl::UnavailableError("a worker waits for a transaction that nobody here will end");
}

absl::Status InProcess::AdvanceTo(absl::Time time) {
  for (absl::Time due = NextDue(); due <= time; due = NextDue()) {
    if (due > clock_.Now()) clock_.AdvanceTo(due);
    TEND_RETURN_IF_ERROR(RunUntilIdle());
    for (const std::unique_ptr<Worker>& worker : workers_) {
      if (worker->NextDue() > clock_.Now()) continue;
      return absl::InternalError(
          absl::StrCat(worker->spec().name, " stays due at ",
                       absl::FormatTime(worker->NextDue(), absl::UTCTimeZone())));
    }
  }
  if (time > clock_.Now()) clock_.AdvanceTo(time);
  return absl::OkStatus();
}

absl::Time InProcess::NextDue() const {
  absl::Time due = absl::InfiniteFuture();
  for (const std::unique_ptr<Worker>& worker : workers_) due = std::min(due, worker->NextDue());
  return due;
}

}  // namespace tend::stream
