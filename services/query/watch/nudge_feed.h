// The newest changes of nudges, in memory, for all who watch: each goes through them at its own
// pace. What is older than these is on the topic (older_changes.h).

#ifndef TEND_SERVICES_QUERY_WATCH_NUDGE_FEED_H_
#define TEND_SERVICES_QUERY_WATCH_NUDGE_FEED_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/runtime/mutex.h"
#include "services/query/watch/watch_place.h"
#include "tend/v1/nudge.pb.h"

namespace tend::query {

// A record of tend.nudges.v1.
struct NudgeChange {
  int partition = 0;
  int64_t offset = 0;
  std::shared_ptr<const v1::NudgeChanged> change;
};

// In memory, about.
int64_t BytesOf(const NudgeChange& change);

// Whom a watch is about: an owner, or everybody where owner_id is empty.
inline bool Concerns(const NudgeChange& change, absl::string_view owner_id) {
  const std::string& owner = change.change->nudge().owner_id();
  return owner_id.empty() || owner_id == absl::string_view(owner.data(), owner.size());
}

// All methods from any thread.
class NudgeFeed {
 public:
  // most_bytes: of the changes kept, about.
  explicit NudgeFeed(int64_t most_bytes) : most_bytes_(most_bytes) {}

  // Of one who watches.
  struct Cursor {
    WatchPlace place;
    int64_t next = 0;  // among all changes that the feed was ever given
  };
  // From a place that ParseWatchPlace reads; an empty text: from now on. Errors: UNAVAILABLE while
  // the feed is not live; INVALID_ARGUMENT; OUT_OF_RANGE for a place that is yet to come.
  absl::StatusOr<Cursor> From(absl::string_view resume_token) const;

  // Moves the cursor to after the next change that concerns the owner, or over all there is.
  enum class Found { kChange, kNothing, kOlder };
  // kOlder: some of what is next is kept no more; read the topic up to KeptFrom, and put the
  // cursor's place there. Errors: why the feed ended; UNAVAILABLE when it began anew on a topic
  // that the cursor's place is none of.
  absl::StatusOr<Found> Next(absl::string_view owner_id, Cursor& cursor, NudgeChange& change) const;
  // Errors: why the feed ended.
  absl::StatusOr<WatchPlace> KeptFrom() const;

  // Who is to be told that there may be more. Held weakly.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void Wake() = 0;
  };
  // Errors: RESOURCE_EXHAUSTED when kMostListeners listen.
  absl::Status Listen(std::weak_ptr<Listener> listener);
  static constexpr size_t kMostListeners = 10'000;
  // Also when nothing was added, so that listeners notice time.
  void WakeAll();

  // For who fills it. Begins anew at a place; it is live once that has been said.
  void Begin(WatchPlace place);
  void Add(NudgeChange change);
  // All before the offset has been given.
  void Reach(int partition, int64_t next);
  void Live();
  // Whoever watches is told why.
  void End(const absl::Status& why);

 private:
  struct Kept {
    NudgeChange change;
    int64_t bytes = 0;
  };

  const int64_t most_bytes_;
  mutable Mutex mu_;
  absl::Status state_ ABSL_GUARDED_BY(mu_) = absl::UnavailableError("not live yet: ask again");
  std::deque<Kept> kept_ ABSL_GUARDED_BY(mu_);
  int64_t first_ ABSL_GUARDED_BY(mu_) = 0;  // the number of kept_.front()
  int64_t bytes_ ABSL_GUARDED_BY(mu_) = 0;
  WatchPlace kept_from_ ABSL_GUARDED_BY(mu_);
  WatchPlace end_ ABSL_GUARDED_BY(mu_);

  Mutex listeners_mu_;  // never taken while mu_ is held
  std::vector<std::weak_ptr<Listener>> listeners_ ABSL_GUARDED_BY(listeners_mu_);
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_WATCH_NUDGE_FEED_H_
