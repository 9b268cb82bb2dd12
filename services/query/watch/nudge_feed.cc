#include "services/query/watch/nudge_feed.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"

namespace tend::query {
namespace {

// Of a change kept, beside its message.
constexpr int64_t kOverhead = 200;

bool AllAtLeast(const WatchPlace& place, const WatchPlace& bound) {
  return std::equal(place.begin(), place.end(), bound.begin(), bound.end(),
                    [](int64_t a, int64_t b) { return a >= b; });
}

}  // namespace

int64_t BytesOf(const NudgeChange& change) {
  return static_cast<int64_t>(change.change->SpaceUsedLong()) + kOverhead;
}

absl::StatusOr<NudgeFeed::Cursor> NudgeFeed::From(absl::string_view resume_token) const {
  const MutexLock lock(mu_);
  TEND_RETURN_IF_ERROR(state_);
  if (resume_token.empty()) return Cursor{end_, first_ + static_cast<int64_t>(kept_.size())};
  TEND_ASSIGN_OR_RETURN(WatchPlace place, ParseWatchPlace(resume_token, end_.size()));
  if (!AllAtLeast(end_, place)) {
    return absl::OutOfRangeError(
        "resume_token: is ahead of the topic, which was made anew: list the nudges and watch from "
        "now on");
  }
  return Cursor{std::move(place), first_};
}

absl::StatusOr<NudgeFeed::Found> NudgeFeed::Next(absl::string_view owner_id, Cursor& cursor,
                                                 NudgeChange& change) const {
  const MutexLock lock(mu_);
  TEND_RETURN_IF_ERROR(state_);
  if (cursor.next <= first_) {
    if (!AllAtLeast(end_, cursor.place)) {
      return absl::UnavailableError(
          "the topic has changed; watch again from the last resume_token");
    }
    if (!AllAtLeast(cursor.place, kept_from_)) return Found::kOlder;
    cursor.next = first_;
  }
  const int64_t end = first_ + static_cast<int64_t>(kept_.size());
  while (cursor.next < end) {
    const NudgeChange& next = kept_[static_cast<size_t>(cursor.next - first_)].change;
    ++cursor.next;
    int64_t& place = cursor.place[static_cast<size_t>(next.partition)];
    if (next.offset < place) continue;
    place = next.offset + 1;
    if (!Concerns(next, owner_id)) continue;
    change = next;
    return Found::kChange;
  }
  // Over what is no change, too: markers of transactions, records of no use.
  for (size_t i = 0; i < end_.size(); ++i) cursor.place[i] = std::max(cursor.place[i], end_[i]);
  return Found::kNothing;
}

absl::StatusOr<WatchPlace> NudgeFeed::KeptFrom() const {
  const MutexLock lock(mu_);
  TEND_RETURN_IF_ERROR(state_);
  return kept_from_;
}

absl::Status NudgeFeed::Listen(std::weak_ptr<Listener> listener) {
  const MutexLock lock(listeners_mu_);
  if (listeners_.size() >= kMostListeners) {
    return absl::ResourceExhaustedError("as many watch already as may: watch once for several");
  }
  listeners_.push_back(std::move(listener));
  return absl::OkStatus();
}

void NudgeFeed::WakeAll() {
  std::vector<std::shared_ptr<Listener>> awake;
  {
    const MutexLock lock(listeners_mu_);
    std::erase_if(listeners_, [&](const std::weak_ptr<Listener>& weak) {
      std::shared_ptr<Listener> listener = weak.lock();
      if (listener == nullptr) return true;
      awake.push_back(std::move(listener));
      return false;
    });
  }
  for (const std::shared_ptr<Listener>& listener : awake) listener->Wake();
}

void NudgeFeed::Begin(WatchPlace place) {
  const MutexLock lock(mu_);
  first_ += static_cast<int64_t>(kept_.size());
  kept_.clear();
  bytes_ = 0;
  kept_from_ = place;
  end_ = std::move(place);
}

void NudgeFeed::Add(NudgeChange change) {
  const int64_t bytes = BytesOf(change);
  const MutexLock lock(mu_);
  end_[static_cast<size_t>(change.partition)] = change.offset + 1;
  kept_.push_back({std::move(change), bytes});
  bytes_ += bytes;
  while (bytes_ > most_bytes_ && kept_.size() > 1) {
    const Kept& oldest = kept_.front();
    kept_from_[static_cast<size_t>(oldest.change.partition)] = oldest.change.offset + 1;
    bytes_ -= oldest.bytes;
    kept_.pop_front();
    ++first_;
  }
}

void NudgeFeed::Reach(int partition, int64_t next) {
  const MutexLock lock(mu_);
  int64_t& end = end_[static_cast<size_t>(partition)];
  end = std::max(end, next);
}

void NudgeFeed::Live() {
  const MutexLock lock(mu_);
  state_ = absl::OkStatus();
}

void NudgeFeed::End(const absl::Status& why) {
  {
    const MutexLock lock(mu_);
    state_ = why;
  }
  WakeAll();
}

}  // namespace tend::query
