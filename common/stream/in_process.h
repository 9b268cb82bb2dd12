// Several services over one log in one thread, with time under control: what `tend trial` drives.
//
//   ManualClock clock(start);
//   MemoryLog log(clock);                       // CreateTopic ... for all topics
//   InProcess process(log, clock);
//   process.Add(enrichment_spec); process.Add(scoring_spec);   // in the order of the flow
//   for (event : events) {
//     clock.AdvanceTo(event.time);
//     producer->Send({event}, written);         // written at that time
//     if (enough) process.RunUntilIdle();       // each at its time, and all timers in between
//   }

#ifndef TEND_COMMON_STREAM_IN_PROCESS_H_
#define TEND_COMMON_STREAM_IN_PROCESS_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "common/stream/clock.h"
#include "common/stream/log.h"
#include "common/stream/processor.h"
#include "common/stream/worker.h"

namespace tend::stream {

// For one thread. Errors of all calls: the first worker's that fails; then nothing goes on.
class InProcess {
 public:
  // Both outlive this. The clock is the log's.
  InProcess(Log& log, ManualClock& clock) : log_(log), clock_(clock) {}
  InProcess(const InProcess&) = delete;
  InProcess& operator=(const InProcess&) = delete;

  // Starts one worker of the service on all partitions, to play the log through
  // (WorkerOptions::player).
  absl::Status Add(const ProcessorSpec& spec);

  // Lets the workers work until none finds anything to do up to the clock's time: each one to its
  // end before the next, in the order they were added, so that nobody's time runs ahead of what is
  // still to be written. However much is written between two calls, the outcome is that of a call
  // after each record, within the limits of WorkerOptions::player, and but for what flows against
  // the order, which waits for this call's end. Errors also: UNAVAILABLE when a worker waits for
  // what nobody here will end, INTERNAL when a processor stays due though its OnTime was called.
  absl::Status RunUntilIdle();

 private:
  Log& log_;
  ManualClock& clock_;
  // The workers keep references to their specs.
  std::vector<std::unique_ptr<ProcessorSpec>> specs_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_IN_PROCESS_H_
