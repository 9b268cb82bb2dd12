#include "services/enrichment/postgres/identity_cache.h"

#include <cstring>
#include <utility>

#include "common/base/check.h"

namespace tend::enrichment {
namespace {

// Above these everything is read again: rarer than a generation, and 10 MB at most.
constexpr size_t kMaxChanged = 100'000;
constexpr size_t kMaxSettled = 500'000;

}  // namespace

void IdentityCache::BeginBatch() {
  if (settled_.size() > kMaxSettled) settled_.clear();
  if (changed_.size() > kMaxChanged) ForgetAll(version_);
  if (young_.size() < generation_) return;
  old_ = std::exchange(young_, {});
}

bool IdentityCache::IsValid(const KnownIdentity& known) const {
  if (changed_.empty()) return true;
  const auto changed = changed_.find(known.person_id());
  return changed == changed_.end() || changed->second <= known.version;
}

const KnownIdentity* IdentityCache::Find(absl::string_view key) {
  auto found = young_.find(key);
  if (found == young_.end()) {
    const auto old = old_.find(key);
    if (old == old_.end()) return nullptr;
    found = young_.insert(old_.extract(old)).position;
  }
  return IsValid(found->second) ? &found->second : nullptr;
}

void IdentityCache::Put(absl::string_view key, absl::string_view origin_id,
                        absl::string_view person_id, absl::string_view account, int64_t version) {
  KnownIdentity& known = young_[key];
  TEND_CHECK(origin_id.size() == known.origin.size() && person_id.size() == known.person.size());
  std::memcpy(known.origin.data(), origin_id.data(), origin_id.size());
  std::memcpy(known.person.data(), person_id.data(), person_id.size());
  known.account.assign(account.data(), account.size());
  known.version = version;
}

void IdentityCache::Changed(absl::string_view person_id, int64_t version) {
  changed_[person_id] = version;
  version_ = version;
}

void IdentityCache::ForgetAll(int64_t version) {
  young_.clear(), old_.clear(), changed_.clear();
  version_ = version;
}

}  // namespace tend::enrichment
