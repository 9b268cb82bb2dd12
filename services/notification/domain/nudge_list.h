// The nudges of one inbox, oldest first.

#ifndef TEND_SERVICES_NOTIFICATION_DOMAIN_NUDGE_LIST_H_
#define TEND_SERVICES_NOTIFICATION_DOMAIN_NUDGE_LIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "services/notification/domain/nudge.h"

namespace tend::notification {

// A value. Sorted by (create_time, id), whatever the order of Add: a list read back from its
// changelog is the one that was written. A copy shares the moments: the harness's journal keeps
// one, and the changelog gets only the difference.
class NudgeList {
 public:
  int size() const { return static_cast<int>(places_.size()); }
  const Nudge& operator[](int index) const { return places_[static_cast<size_t>(index)].nudge; }
  // -1 where there is none.
  int IndexOf(absl::string_view id) const;

  // REQUIRES: no nudge of this id is here.
  void Add(Nudge nudge);
  // REQUIRES: the same id and create_time as the one that is there.
  void Replace(int index, Nudge nudge);
  void Remove(int index);

  // Calls visit once for each nudge that differs from `before`; nullptr where it is gone. REQUIRES:
  // one of the two is a copy of the other and the only one that has changed since, or empty.
  void ForEachChangeSince(
      const NudgeList& before,
      absl::FunctionRef<void(const std::string& id, const Nudge* nudge)> visit) const;

 private:
  struct Place {
    Nudge nudge;
    uint64_t revision;  // another one with each change: where it is the same, nothing has changed
  };

  std::vector<Place> places_;
  uint64_t last_revision_ = 0;
};

}  // namespace tend::notification

#endif  // TEND_SERVICES_NOTIFICATION_DOMAIN_NUDGE_LIST_H_
