#include "services/notification/domain/nudge_list.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/base/check.h"

namespace tend::notification {
namespace {

bool Before(const v1::Nudge& a, const v1::Nudge& b) {
  const auto place = [](const v1::Nudge& nudge) {
    return std::make_tuple(nudge.create_time().seconds(), nudge.create_time().nanos(),
                           absl::string_view(nudge.nudge_id()));
  };
  return place(a) < place(b);
}

}  // namespace

int NudgeList::IndexOf(absl::string_view nudge_id) const {
  for (size_t i = 0; i < nudges_.size(); ++i) {
    if (nudges_[i]->nudge_id() == nudge_id) return static_cast<int>(i);
  }
  return -1;
}

void NudgeList::Add(v1::Nudge nudge) {
  auto added = std::make_shared<const v1::Nudge>(std::move(nudge));
  const auto place =
      std::upper_bound(nudges_.begin(), nudges_.end(), added,
                       [](const Shared& a, const Shared& b) { return Before(*a, *b); });
  nudges_.insert(place, std::move(added));
}

void NudgeList::Replace(int index, v1::Nudge nudge) {
  Shared& place = nudges_[static_cast<size_t>(index)];
  TEND_CHECK(!Before(*place, nudge) && !Before(nudge, *place));
  place = std::make_shared<const v1::Nudge>(std::move(nudge));
}

void NudgeList::Remove(int index) { nudges_.erase(nudges_.begin() + index); }

void NudgeList::ForEachChangeSince(
    const NudgeList& before,
    absl::FunctionRef<void(const std::string& nudge_id, const v1::Nudge* nudge)> visit) const {
  auto old = before.nudges_.begin();
  for (const Shared& nudge : nudges_) {
    for (; old != before.nudges_.end() && *old != nudge && Before(**old, *nudge); ++old) {
      visit((*old)->nudge_id(), nullptr);
    }
    if (old == before.nudges_.end() || Before(*nudge, **old)) {
      visit(nudge->nudge_id(), nudge.get());
      continue;
    }
    if (*old != nudge) visit(nudge->nudge_id(), nudge.get());
    ++old;
  }
  for (; old != before.nudges_.end(); ++old) visit((*old)->nudge_id(), nullptr);
}

}  // namespace tend::notification
