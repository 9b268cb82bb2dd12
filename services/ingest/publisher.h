// Writes what many callers bring to the log, together: what waits while one write is under way goes
// with the next (group commit). Each caller gets its answer when the log has its records for good.
//
// It knows whether the log answers: by its writes, and while there are none by looks at it. Two of
// these say that it is away: a write fails, a look fails, the log hears that its connections broke.
// After one it looks before it writes again. While the log is away all callers are told so at once,
// until a look is answered.

#ifndef TEND_SERVICES_INGEST_PUBLISHER_H_
#define TEND_SERVICES_INGEST_PUBLISHER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/latency_histogram.h"
#include "common/runtime/mutex.h"
#include "common/stream/log.h"
#include "tend/v1/position.pb.h"
#include "tend/v1/reason.pb.h"

namespace tend::ingest {

inline constexpr char kRejectsTopic[] = "tend.rejects.v1";
inline constexpr char kOwnerEventsTopic[] = "tend.owner-events.v1";

// A record of one caller; it owns its bytes.
struct Outgoing {
  std::string topic;
  std::string key;
  std::string value;
  v1::RejectReason reject_reason = v1::REJECT_REASON_UNSPECIFIED;  // set in a reject
};

// Where a record went, as its caller is told.
v1::Position PositionOf(const std::string& topic, const stream::Written& written);

struct PublisherLimits {
  // Of keys and values that wait; a caller beyond it is told UNAVAILABLE at once.
  int64_t waiting_bytes = 64 << 20;
  // Of one write to the log.
  int64_t write_bytes = 4 << 20;
  // While nothing is written.
  absl::Duration look_every = absl::Seconds(1);
};

// Calls of one caller that come to the log in their order: after one that failed or was refused no
// later one is written, also of those that wait already. For one publisher, which it outlives or
// whose calls are all done.
class Lane {
 private:
  friend class Publisher;
  bool broken_ = false;  // the publisher's mu_ guards it
};

// What a publisher did so far.
struct PublisherCounts {
  int64_t written = 0;                          // records the log has for good, rejects among them
  std::map<v1::RejectReason, int64_t> rejects;  // of these
  int64_t failures = 0;                         // writes that failed
  LatencyHistogram latencies;  // of the written: from their call until the log had them
};

class Publisher {
 public:
  // Writes to `log`, which outlives this and is its alone. A look takes as long as the log lets it.
  explicit Publisher(stream::Log& log, const PublisherLimits& limits = {});
  // Answers who waits with UNAVAILABLE.
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // Any thread; waits. One place a record, in order. Errors: UNAVAILABLE when the log does not take
  // them (some may be there all the same: the caller sends all again, readers drop repeats), at
  // once while it is away or too much waits already.
  absl::StatusOr<std::vector<stream::Written>> Publish(absl::Span<const Outgoing> records);

  // The same for who does not wait. done is called once, here at once or on the publisher's thread,
  // which it must not hold up; calls of one thread are done in their order. records live until
  // then, and so does the lane, if any.
  using Done = std::function<void(absl::StatusOr<std::vector<stream::Written>>)>;
  void Publish(absl::Span<const Outgoing> records, Done done, Lane* lane = nullptr);

  // What a caller would be told now: UNAVAILABLE while the log is away. Where that is in doubt it
  // waits for the look. Any thread.
  absl::Status Check();
  // For the service's log. OK: the log answers. UNAVAILABLE: it is away, and why. Else what a look
  // found in place of its topic, or that there was none yet. Any thread.
  absl::Status log_status() const;

  // Of keys and values that wait for a write. Any thread.
  int64_t waiting_bytes() const;
  // Any thread.
  PublisherCounts counts() const;

 private:
  struct Call {
    absl::Span<const Outgoing> records;
    int64_t bytes = 0;
    Done done;
    Lane* lane;            // or null
    absl::Duration begun;  // on the steady clock
  };
  using Calls = std::vector<Call>;

  void Run(const std::stop_token& stop);
  bool LookIsDue();
  void Look();
  void WriteAll(Calls calls);
  // Why a call cannot wait; OK: it may.
  absl::Status Refused(const Call& call) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // What waits, up to one write; nothing when it is time to think of a look, or to stop.
  Calls TakeWaiting(const std::stop_token& stop);
  absl::Status Write(const Calls& calls);
  // The log is away: adds all that waits to the calls that failed.
  void SetAway(absl::string_view because, Calls& failed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Adds to the calls of a failed write those that wait behind them in their lanes.
  void TakeBehind(Calls& failed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Adds all that waits.
  void TakeAll(Calls& failed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Tells each what became of it.
  void Answer(Calls& calls, const absl::Status& status);
  void Count(const Calls& calls, const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  stream::Log& log_;
  const PublisherLimits limits_;

  // Of the thread alone.
  std::unique_ptr<stream::Producer> producer_;  // null: to be made (again)
  std::vector<stream::NewRecord> records_;
  std::vector<stream::Written> written_;
  absl::Duration next_look_;  // on the steady clock

  mutable Mutex mu_;
  std::condition_variable_any changed_;
  Calls waiting_ ABSL_GUARDED_BY(mu_);
  int64_t waiting_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  PublisherCounts counts_ ABSL_GUARDED_BY(mu_);
  absl::Status log_status_ ABSL_GUARDED_BY(mu_) = absl::FailedPreconditionError("no look yet");
  bool in_doubt_ ABSL_GUARDED_BY(mu_) = true;  // nothing is written before a look
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_PUBLISHER_H_
