#include "services/query/grpc/nudge_watch.h"

#include <utility>

#include "common/rpc/status.h"

namespace tend::query {
namespace {

// Ends a call that cannot begin.
class Refused final : public grpc::ServerWriteReactor<v1::WatchNudgesResponse> {
 public:
  explicit Refused(const absl::Status& why) { Finish(rpc::ToGrpc(why)); }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerWriteReactor<v1::WatchNudgesResponse>* NudgeWatch::Start(
    const WatchSources& sources, const v1::WatchNudgesRequest& request) {
  const std::string& token = request.resume_token();
  absl::StatusOr<NudgeFeed::Cursor> cursor = sources.feed.From({token.data(), token.size()});
  if (!cursor.ok()) return new Refused(cursor.status());
  auto watch = std::make_shared<NudgeWatch>(sources, request.owner_id(), *std::move(cursor));
  const absl::Status listens = sources.feed.Listen(watch);
  if (!listens.ok()) return new Refused(listens);
  watch->self_ = watch;
  watch->GoOn();
  return watch.get();
}

void NudgeWatch::Wake() { GoOn(); }

NudgeWatch::Action NudgeWatch::FinishWith(const absl::Status& status) {
  finished_ = true;
  finish_ = rpc::ToGrpc(status);
  return Action::kFinish;
}

NudgeWatch::Action NudgeWatch::WriteChange(const NudgeChange& change) {
  *response_.mutable_change() = *change.change;
  return Action::kWrite;
}

void NudgeWatch::DropMissed() {
  missed_.clear();
  missed_room_ = nullptr;
}

NudgeWatch::Action NudgeWatch::Next() {
  const bool slow = sources_.clock.Elapsed() - missed_since_ >= kKeepPage;
  if (!missed_.empty() && (slow || !end_.ok())) DropMissed();
  if (busy_ || finished_) return Action::kNone;
  if (!end_.ok()) return FinishWith(end_);
  response_.Clear();
  if (!missed_.empty()) {
    const NudgeChange change = std::move(missed_.front());
    missed_.pop_front();
    cursor_.place[static_cast<size_t>(change.partition)] = change.offset + 1;
    if (missed_.empty()) {
      missed_room_ = nullptr;
      cursor_.place = after_missed_;
    }
    return WriteChange(change);
  }
  NudgeChange change;
  const absl::StatusOr<NudgeFeed::Found> found =
      sources_.feed.Next({owner_id_.data(), owner_id_.size()}, cursor_, change);
  if (!found.ok()) return FinishWith(found.status());
  if (*found == NudgeFeed::Found::kOlder) return Action::kReadOlder;
  if (*found == NudgeFeed::Found::kChange) return WriteChange(change);
  // The first answer comes at once: it says from where the watch goes.
  return sources_.clock.Elapsed() - said_ >= kQuiet ? Action::kWrite : Action::kNone;
}

void NudgeWatch::GoOn() {
  Action action = Action::kNone;
  WatchPlace from;
  {
    const MutexLock lock(mu_);
    action = Next();
    busy_ = busy_ || action == Action::kWrite || action == Action::kReadOlder;
    if (action == Action::kWrite) {
      said_ = sources_.clock.Elapsed();
      response_.set_resume_token(Print(cursor_.place));
    }
    from = cursor_.place;
  }
  // busy_ and finished_ keep everybody else from these until they are done.
  if (action == Action::kWrite) StartWrite(&response_);
  if (action == Action::kFinish) Finish(finish_);
  if (action == Action::kReadOlder) {
    sources_.older.Read(owner_id_, std::move(from),
                        [watch = shared_from_this()](absl::StatusOr<OlderPage> page) {
                          watch->Take(std::move(page));
                        });
  }
}

void NudgeWatch::Take(absl::StatusOr<OlderPage> page) {
  {
    const MutexLock lock(mu_);
    busy_ = false;
    if (!page.ok()) {
      if (end_.ok()) end_ = page.status();
    } else if (page->changes.empty()) {
      cursor_.place = std::move(page->next);
    } else {
      missed_.assign(page->changes.begin(), page->changes.end());
      after_missed_ = std::move(page->next);
      missed_room_ = std::move(page->room);
      missed_since_ = sources_.clock.Elapsed();
    }
  }
  GoOn();
}

void NudgeWatch::OnWriteDone(bool ok) {
  {
    const MutexLock lock(mu_);
    busy_ = false;
    if (!ok && end_.ok()) end_ = absl::CancelledError("the caller is gone");
  }
  GoOn();
}

void NudgeWatch::OnCancel() {
  {
    const MutexLock lock(mu_);
    if (end_.ok()) end_ = absl::CancelledError("the caller is gone");
  }
  GoOn();
}

void NudgeWatch::OnDone() { self_.reset(); }

}  // namespace tend::query
