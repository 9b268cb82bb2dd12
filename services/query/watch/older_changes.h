// What a watch has missed and the feed does not keep any more, read from the topic.

#ifndef TEND_SERVICES_QUERY_WATCH_OLDER_CHANGES_H_
#define TEND_SERVICES_QUERY_WATCH_OLDER_CHANGES_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/runtime/mutex.h"
#include "common/stream/log.h"
#include "services/query/watch/nudge_feed.h"

namespace tend::query {

class OlderChanges;

// The room that a page takes in memory, until it is given back by its end.
struct GiveRoomBack {
  void operator()(OlderChanges* older) const;
};
using PageRoom = std::unique_ptr<OlderChanges, GiveRoomBack>;

struct OlderPage {
  std::vector<NudgeChange> changes;  // in order within each partition; kPageBytes, about
  WatchPlace next;                   // after all that was looked at
  PageRoom room;                     // of the changes; keep it as long as these
};

// The next changes that concern the owner, from `from` up to `until`; a page may hold none and yet
// not have come to `until`.
// Errors: OUT_OF_RANGE when the topic holds `from` no more; UNAVAILABLE.
absl::StatusOr<OlderPage> ReadOlder(stream::Log& log, absl::string_view owner_id,
                                    const WatchPlace& from, const WatchPlace& until);

// Which of them were erased; asked on the thread that reads. Errors: nobody knows now.
using ErasedAmong =
    std::function<absl::StatusOr<std::set<std::string>>(const std::set<std::string>& person_ids)>;

// Reads for whoever asks, one after the other: rare, and it takes some milliseconds a partition.
// Who finds no room for their page waits.
class OlderChanges {
 public:
  static constexpr int64_t kPageBytes = 64 << 10;
  // 64 MiB, as much as the feed.
  static constexpr int kMostPages = 1024;

  // Both outlive this, and this all pages. log: of the thread that reads. most_pages: at once.
  OlderChanges(stream::Log& log, const NudgeFeed& feed, ErasedAmong erased_among,
               int most_pages = kMostPages)
      : log_(log), feed_(feed), erased_among_(std::move(erased_among)), room_(most_pages) {}
  OlderChanges(const OlderChanges&) = delete;
  OlderChanges& operator=(const OlderChanges&) = delete;

  using Done = std::function<void(absl::StatusOr<OlderPage>)>;
  // done is called once, by ReadNext, with what lies from `from` to where the feed begins. Any
  // thread.
  void Read(std::string owner_id, WatchPlace from, Done done);

  // Answers the one who has waited the longest; false when nobody waits, or there is no room. For
  // one thread.
  bool ReadNext();
  // Returns when ReadNext has something to do, or at a stop.
  void AwaitWork(const std::stop_token& stop);

 private:
  friend struct GiveRoomBack;
  struct Wanted {
    std::string owner_id;
    WatchPlace from;
    Done done;
  };
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !wanted_.empty() && room_ > 0; }

  absl::Status ForgetErased(OlderPage& page);

  stream::Log& log_;
  const NudgeFeed& feed_;
  const ErasedAmong erased_among_;
  Mutex mu_;
  std::condition_variable_any more_;
  std::deque<Wanted> wanted_ ABSL_GUARDED_BY(mu_);
  int room_ ABSL_GUARDED_BY(mu_);  // for so many pages more
};

// Reads until `stop`; who waits then is not answered.
void RunOlderChanges(OlderChanges& older, const std::stop_token& stop);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_WATCH_OLDER_CHANGES_H_
