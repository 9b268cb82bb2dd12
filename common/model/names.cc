#include "common/model/names.h"

namespace tend::model {

Names::Names() {
  owners_.emplace_back();
  owner_index_[owners_.back()] = kNobody;
  profiles_.emplace_back();
  profile_index_[profiles_.back()] = 0;
}

OwnerIndex Names::Owner(absl::string_view owner_id) {
  const auto found = owner_index_.find(owner_id);
  if (found != owner_index_.end()) return found->second;
  const auto index = static_cast<OwnerIndex>(owners_.size());
  owners_.emplace_back(owner_id);
  owner_index_[owners_.back()] = index;
  return index;
}

absl::string_view Names::OwnerId(OwnerIndex owner) const {
  const std::string& id = owners_[owner];
  return {id.data(), id.size()};
}

uint32_t Names::ProfileIndex(const Profile& profile) {
  const auto found = profile_index_.find(profile);
  if (found != profile_index_.end()) return found->second;
  const auto index = static_cast<uint32_t>(profiles_.size());
  profiles_.push_back(profile);
  profile_index_[profile] = index;
  return index;
}

}  // namespace tend::model
