// Which owner's inbox is due next.

#ifndef TEND_SERVICES_NOTIFICATION_DOMAIN_DUE_INDEX_H_
#define TEND_SERVICES_NOTIFICATION_DOMAIN_DUE_INDEX_H_

#include <string>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace tend::notification {

// At most one time for each owner, ordered by time. A set instead of a heap: a time that changes is
// replaced, so nothing stale is ever left in it.
class DueIndex {
 public:
  // InfiniteFuture: the owner has nothing to wait for.
  void Set(absl::string_view owner_id, absl::Time due) {
    const auto found = due_.find(owner_id);
    if (found != due_.end()) {
      if (found->second == due) return;
      order_.erase({found->second, found->first});
      due_.erase(found);
    }
    if (due == absl::InfiniteFuture()) return;
    due_.emplace(owner_id, due);
    order_.emplace(due, owner_id);
  }

  absl::Time next() const {
    return order_.empty() ? absl::InfiniteFuture() : order_.begin()->first;
  }
  // Whose. REQUIRES: next() is finite.
  const std::string& next_owner() const { return order_.begin()->second; }

 private:
  absl::flat_hash_map<std::string, absl::Time> due_;
  absl::btree_set<std::pair<absl::Time, std::string>> order_;
};

}  // namespace tend::notification

#endif  // TEND_SERVICES_NOTIFICATION_DOMAIN_DUE_INDEX_H_
