// The names that states refer to by number: owners, and profiles (who owns whom, at which account,
// in which zone).

#ifndef TEND_COMMON_MODEL_NAMES_H_
#define TEND_COMMON_MODEL_NAMES_H_

#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/model/signal.h"

namespace tend::model {

// What a person shares with others: one number instead of four strings.
struct Profile {
  std::string account_id;
  std::string time_zone;
  OwnerIndex crm_owner = kNobody;
  OwnerIndex account_owner = kNobody;

  friend bool operator==(const Profile&, const Profile&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Profile& p) {
    return H::combine(std::move(h), p.account_id, p.time_zone, p.crm_owner, p.account_owner);
  }
};

// Grows only; numbers and returned references stay valid. Number 0 is nobody, and the empty
// profile.
class Names {
 public:
  Names();
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  OwnerIndex Owner(absl::string_view owner_id);  // "" is kNobody
  absl::string_view OwnerId(OwnerIndex owner) const;

  uint32_t ProfileIndex(const Profile& profile);
  const Profile& ProfileAt(uint32_t index) const { return profiles_[index]; }

 private:
  std::deque<std::string> owners_;
  absl::flat_hash_map<absl::string_view, OwnerIndex> owner_index_;  // views into owners_
  std::deque<Profile> profiles_;
  absl::flat_hash_map<Profile, uint32_t> profile_index_;
};

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_NAMES_H_
