// How far a service is behind in what it reads, asked of the log every few seconds by a thread of
// its own: for the metrics, and for noticing a consumer that stands still.
//
// A consumer may be assigned a partition that has more to read and never give it, without an error:
// by a fault of ours (there was one), or of librdkafka 2.0.2 (its issues #2363 and #4492 tell of
// some). Only the log's end shows it, and only a new client mends it.

#ifndef TEND_COMMON_SERVICE_LAG_WATCH_H_
#define TEND_COMMON_SERVICE_LAG_WATCH_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/runtime/metrics.h"
#include "common/runtime/mutex.h"
#include "common/stream/log.h"
#include "common/stream/worker.h"

namespace tend::service {

// Notices a partition whose position stays where it is though the log goes on behind it. Pure.
class StallDetector {
 public:
  explicit StallDetector(absl::Duration after) : after_(after) {}

  // One look: a partition's position, and its end for a reader of committed records. now: on any
  // monotonic scale. Returns whether it stands still.
  bool See(const stream::InputPosition& position, stream::Offset end, absl::Duration now);
  // What was seen counts no more: the reader waits for something else, or is a new one.
  void Forget() { seen_.clear(); }

 private:
  struct Seen {
    stream::Offset next;
    absl::Duration since;  // behind, and at this place
  };
  const absl::Duration after_;
  std::map<stream::TopicPartition, Seen> seen_;
};

class LagWatch {
 public:
  // log: of its own (a log belongs to one thread). metrics outlive it. stall_after: how long a
  // partition may stand still; longer than any batch. looked: called on the watch's thread with how
  // a look went, UNAVAILABLE while the log is away, which the reader's own thread may not know yet:
  // some of librdkafka's calls come back no sooner than the log.
  LagWatch(std::unique_ptr<stream::Log> log, Metrics& metrics, absl::Duration look_every,
           absl::Duration stall_after, std::function<void(const absl::Status&)> looked = {});
  LagWatch(const LagWatch&) = delete;
  LagWatch& operator=(const LagWatch&) = delete;
  ~LagWatch() = default;  // ends the thread: at once, or after the look it is at

  // How far the worker has read; waiting: it could not go on if there were more. Any thread.
  // FAILED_PRECONDITION (once) when a partition stands still: make a new worker.
  absl::Status Tell(std::vector<stream::InputPosition> positions, bool waiting);

 private:
  void Run(const std::stop_token& stop);
  absl::Status Look();

  const std::unique_ptr<stream::Log> log_;  // of the thread
  Metrics& metrics_;
  const absl::Duration look_every_;
  const std::function<void(const absl::Status&)> looked_;
  StallDetector detector_;                        // of the thread
  std::vector<stream::InputPosition> published_;  // of the thread: the metrics are of these
  std::optional<stream::TopicPartition> probe_;   // of the thread: asked when there is no position

  Mutex mu_;
  std::vector<stream::InputPosition> positions_ ABSL_GUARDED_BY(mu_);
  bool waiting_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status verdict_ ABSL_GUARDED_BY(mu_);
  std::jthread thread_;  // the first to go
};

}  // namespace tend::service

#endif  // TEND_COMMON_SERVICE_LAG_WATCH_H_
