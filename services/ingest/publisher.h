// Writes what many callers bring to the log, together: what waits while one write is under way goes
// with the next (group commit). Each caller gets its answer when the log has its records for good.

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
#include "absl/types/span.h"
#include "common/runtime/mutex.h"
#include "common/stream/log.h"
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

struct PublisherLimits {
  // Of keys and values that wait; a caller beyond it is told UNAVAILABLE at once.
  int64_t waiting_bytes = 64 << 20;
  // Of one write to the log.
  int64_t write_bytes = 4 << 20;
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
};

class Publisher {
 public:
  // Writes to `log`, which outlives this.
  explicit Publisher(stream::Log& log, const PublisherLimits& limits = {});
  // Answers who waits with UNAVAILABLE.
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // Any thread; waits. One place a record, in order. Errors: UNAVAILABLE when the log does not take
  // them (some may be there all the same: the caller sends all again, readers drop repeats), or
  // when too much waits already. After a failed write one caller at a time finds out whether the
  // log answers again; all others are told at once.
  absl::StatusOr<std::vector<stream::Written>> Publish(absl::Span<const Outgoing> records);

  // The same for who does not wait. done is called once, here at once or on the publisher's thread,
  // which it must not hold up; calls of one thread are done in their order. records live until
  // then, and so does the lane, if any.
  using Done = std::function<void(absl::StatusOr<std::vector<stream::Written>>)>;
  void Publish(absl::Span<const Outgoing> records, Done done, Lane* lane = nullptr);

  // Of keys and values that wait for a write. Any thread.
  int64_t waiting_bytes() const;
  // Any thread.
  PublisherCounts counts() const;

 private:
  struct Call {
    absl::Span<const Outgoing> records;
    int64_t bytes = 0;
    Done done;
    Lane* lane;  // or null
  };
  using Calls = std::vector<Call>;

  void Run(const std::stop_token& stop);
  // Why a call cannot wait; OK: it may.
  absl::Status Refused(const Call& call) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // What waits, up to one write.
  Calls TakeWaiting(const std::stop_token& stop);
  absl::Status Write(const Calls& calls);
  // Adds to the calls of a failed write those that wait behind them in their lanes.
  void TakeBehind(Calls& failed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Tells each what became of it.
  void Answer(Calls& calls, const absl::Status& status);
  void Count(const Calls& calls, const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  stream::Log& log_;
  const PublisherLimits limits_;

  // Of the thread alone.
  std::unique_ptr<stream::Producer> producer_;  // null: to be made (again)
  std::vector<stream::NewRecord> records_;
  std::vector<stream::Written> written_;

  mutable Mutex mu_;
  std::condition_variable_any changed_;
  Calls waiting_ ABSL_GUARDED_BY(mu_);
  int64_t waiting_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  PublisherCounts counts_ ABSL_GUARDED_BY(mu_);
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool away_ ABSL_GUARDED_BY(mu_) = false;  // the last write failed
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_PUBLISHER_H_
