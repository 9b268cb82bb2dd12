// One WatchNudges stream, without a thread of its own: gRPC and the feed wake it.

#ifndef TEND_SERVICES_QUERY_GRPC_NUDGE_WATCH_H_
#define TEND_SERVICES_QUERY_GRPC_NUDGE_WATCH_H_

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/runtime/mutex.h"
#include "common/stream/clock.h"
#include "services/query/watch/nudge_feed.h"
#include "services/query/watch/older_changes.h"
#include "tend/v1/nudge_service.pb.h"

namespace tend::query {

// What every watch uses; outlives the server.
struct WatchSources {
  NudgeFeed& feed;
  OlderChanges& older;
  const stream::Clock& clock;
};

class NudgeWatch final : public grpc::ServerWriteReactor<v1::WatchNudgesResponse>,
                         public NudgeFeed::Listener,
                         public std::enable_shared_from_this<NudgeWatch> {
 public:
  // Begins one; it ends with its call.
  static grpc::ServerWriteReactor<v1::WatchNudgesResponse>* Start(
      const WatchSources& sources, const v1::WatchNudgesRequest& request);

  // Nothing happened for this long: an answer without a change says that the stream is alive.
  static constexpr absl::Duration kQuiet = absl::Seconds(15);

  // A caller who reads no faster gives their page of older changes back, for others; what is left
  // of it is read again.
  static constexpr absl::Duration kKeepPage = absl::Seconds(5);

  NudgeWatch(const WatchSources& sources, std::string owner_id, NudgeFeed::Cursor cursor)
      : sources_(sources), owner_id_(std::move(owner_id)), cursor_(std::move(cursor)) {}

  void Wake() override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // What is to be done next, outside of the lock: gRPC may call back from within.
  enum class Action { kNone, kWrite, kFinish, kReadOlder };
  Action Next() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Action WriteChange(const NudgeChange& change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Action FinishWith(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void DropMissed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void GoOn();
  void Take(absl::StatusOr<OlderPage> page);

  const WatchSources sources_;
  const std::string owner_id_;
  std::shared_ptr<NudgeWatch> self_;  // until OnDone

  Mutex mu_;
  NudgeFeed::Cursor cursor_ ABSL_GUARDED_BY(mu_);
  std::deque<NudgeChange> missed_ ABSL_GUARDED_BY(mu_);  // to be written before the feed's
  WatchPlace after_missed_ ABSL_GUARDED_BY(mu_);         // where the cursor is then
  PageRoom missed_room_ ABSL_GUARDED_BY(mu_);            // of missed_
  absl::Duration missed_since_ ABSL_GUARDED_BY(mu_);     // when they were read
  absl::Duration said_ ABSL_GUARDED_BY(mu_) = -absl::InfiniteDuration();  // of the last answer
  bool busy_ ABSL_GUARDED_BY(mu_) = false;      // a write is on its way, or a page is being read
  bool finished_ ABSL_GUARDED_BY(mu_) = false;  // Finish was called, or is about to be
  absl::Status end_ ABSL_GUARDED_BY(mu_);       // why it is to end; OK: it is not
  v1::WatchNudgesResponse response_;            // of the write on its way
  grpc::Status finish_;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_GRPC_NUDGE_WATCH_H_
