// Several services over one log in one thread, with time under control: what `tend trial` drives.
//
//   ManualClock clock(start);
//   MemoryLog log(clock);                       // CreateTopic ... for all topics
//   InProcess process(log, clock);
//   process.Add(enrichment_spec); process.Add(scoring_spec);   // in the order of the flow
//   for (event : events) {
//     process.AdvanceTo(event.time);            // fires every timer that is due until then, in
//     order producer->Send({event}, written); process.RunUntilIdle();
//   }

#ifndef TEND_COMMON_STREAM_IN_PROCESS_H_
#define TEND_COMMON_STREAM_IN_PROCESS_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/stream/clock.h"
#include "common/stream/log.h"
#include "common/stream/processor.h"
#include "common/stream/worker.h"

namespace tend::stream {

// For one thread. Errors of all calls: the first worker's that fails; then nothing goes on.
class InProcess {
 public:
  // Both outlive this.
  InProcess(Log& log, ManualClock& clock) : log_(log), clock_(clock) {}
  InProcess(const InProcess&) = delete;
  InProcess& operator=(const InProcess&) = delete;

  // Starts one worker of the service on all partitions. Commits after every step, and calls OnTime
  // only when something is due: both can be changed by `options`.
  absl::Status Add(const ProcessorSpec& spec);
  absl::Status Add(const ProcessorSpec& spec, const WorkerOptions& options);

  // Lets the workers work, in the order they were added, until none finds anything to do at this
  // time.
  absl::Status RunUntilIdle();

  // Moves the clock to `time`, stopping at each NextDue on the way to run all workers until idle.
  // REQUIRES: time is not before the clock's. Errors also: INTERNAL when a processor's NextDue
  // stays where it is though its OnTime was called.
  absl::Status AdvanceTo(absl::Time time);

  absl::Time NextDue() const;

  // In the order they were added.
  const std::vector<std::unique_ptr<Worker>>& workers() const { return workers_; }

 private:
  Log& log_;
  ManualClock& clock_;
  // The workers keep references to their specs.
  std::vector<std::unique_ptr<ProcessorSpec>> specs_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_IN_PROCESS_H_
