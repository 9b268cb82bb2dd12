// What a watch has missed and the feed does not keep any more, read from the topic.

#ifndef TEND_SERVICES_QUERY_WATCH_OLDER_CHANGES_H_
#define TEND_SERVICES_QUERY_WATCH_OLDER_CHANGES_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/runtime/mutex.h"
#include "common/stream/log.h"
#include "services/query/watch/nudge_feed.h"

namespace tend::query {

struct OlderPage {
  std::vector<NudgeChange> changes;  // in order within each partition
  WatchPlace next;                   // after all that was looked at
};

// The next changes that concern the owner, from `from` up to `until`; a page may hold none and yet
// not have come to `until`.
// Errors: OUT_OF_RANGE when the topic holds `from` no more; UNAVAILABLE.
absl::StatusOr<OlderPage> ReadOlder(stream::Log& log, absl::string_view owner_id,
                                    const WatchPlace& from, const WatchPlace& until);

// Reads for whoever asks, one after the other, in a thread of its own: rare, and it takes some
// milliseconds a partition.
class OlderChanges {
 public:
  // Both outlive this; log: its thread's alone.
  OlderChanges(stream::Log& log, const NudgeFeed& feed);
  OlderChanges(const OlderChanges&) = delete;
  OlderChanges& operator=(const OlderChanges&) = delete;
  ~OlderChanges() = default;  // ends the thread after what it reads; nobody else is answered

  using Done = std::function<void(absl::StatusOr<OlderPage>)>;
  // done is called once, on the thread, with what lies from `from` to where the feed begins.
  void Read(std::string owner_id, WatchPlace from, Done done);

 private:
  struct Wanted {
    std::string owner_id;
    WatchPlace from;
    Done done;
  };
  void Run(const std::stop_token& stop);

  stream::Log& log_;  // of the thread
  const NudgeFeed& feed_;
  Mutex mu_;
  std::condition_variable_any more_;
  std::deque<Wanted> wanted_ ABSL_GUARDED_BY(mu_);
  std::jthread thread_;  // the first to go
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_WATCH_OLDER_CHANGES_H_
