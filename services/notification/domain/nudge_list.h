// The nudges of one inbox, oldest first.
//
// A nudge never changes once made: a change puts a new one in its place. So a list is cheap to
// copy, a copy shares all that has not changed since, and what has changed is told by comparing
// pointers: the harness's journal keeps such a copy, and the changelog gets only the difference.

#ifndef TEND_SERVICES_NOTIFICATION_DOMAIN_NUDGE_LIST_H_
#define TEND_SERVICES_NOTIFICATION_DOMAIN_NUDGE_LIST_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "tend/v1/nudge.pb.h"

namespace tend::notification {

// A value. Sorted by (create_time, nudge_id), whatever the order of Add: a list read back from its
// changelog is the one that was written.
class NudgeList {
 public:
  int size() const { return static_cast<int>(nudges_.size()); }
  const v1::Nudge& operator[](int index) const { return *nudges_[static_cast<size_t>(index)]; }
  // -1 where there is none.
  int IndexOf(absl::string_view nudge_id) const;

  // REQUIRES: no nudge of this id is here.
  void Add(v1::Nudge nudge);
  // REQUIRES: the same nudge_id and create_time as the one that is there.
  void Replace(int index, v1::Nudge nudge);
  void Remove(int index);

  // Calls visit once for each nudge that differs from `before`; nullptr where it is gone.
  void ForEachChangeSince(
      const NudgeList& before,
      absl::FunctionRef<void(const std::string& nudge_id, const v1::Nudge* nudge)> visit) const;

 private:
  // Shared with the copies of this list.
  using Shared = std::shared_ptr<const v1::Nudge>;

  std::vector<Shared> nudges_;
};

}  // namespace tend::notification

#endif  // TEND_SERVICES_NOTIFICATION_DOMAIN_NUDGE_LIST_H_
