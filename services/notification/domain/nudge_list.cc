#include "services/notification/domain/nudge_list.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/base/check.h"
#include "common/base/hash.h"

namespace tend::notification {
namespace {

bool Before(const Nudge& a, const Nudge& b) {
  return std::tie(a.create_time, a.id()) < std::tie(b.create_time, b.id());
}

}  // namespace

int NudgeList::IndexOf(absl::string_view id) const {
  const uint64_t hash = StableHash(id);
  for (size_t i = 0; i < places_.size(); ++i) {
    const Nudge& nudge = places_[i].nudge;
    if (nudge.id_hash == hash && nudge.id() == id) return static_cast<int>(i);
  }
  return -1;
}

void NudgeList::Add(Nudge nudge) {
  const auto place = std::upper_bound(
      places_.begin(), places_.end(), nudge,
      [](const Nudge& added, const Place& there) { return Before(added, there.nudge); });
  places_.insert(place, {std::move(nudge), ++last_revision_});
}

void NudgeList::Replace(int index, Nudge nudge) {
  Place& place = places_[static_cast<size_t>(index)];
  TEND_CHECK(!Before(place.nudge, nudge) && !Before(nudge, place.nudge));
  place = {std::move(nudge), ++last_revision_};
}

void NudgeList::Remove(int index) { places_.erase(places_.begin() + index); }

void NudgeList::ForEachChangeSince(
    const NudgeList& before,
    absl::FunctionRef<void(const std::string& id, const Nudge* nudge)> visit) const {
  auto old = before.places_.begin();
  const auto end = before.places_.end();
  for (const auto& [nudge, revision] : places_) {
    while (old != end && old->revision != revision && Before(old->nudge, nudge)) {
      visit(old->nudge.id(), nullptr);
      ++old;
    }
    const bool unchanged = old != end && old->revision == revision;
    if (!unchanged) visit(nudge.id(), &nudge);
    if (unchanged || (old != end && !Before(nudge, old->nudge))) ++old;
  }
  for (; old != end; ++old) visit(old->nudge.id(), nullptr);
}

}  // namespace tend::notification
