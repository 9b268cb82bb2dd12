// The in-memory identity store from plain rows, and back: so that other stores leave the rules to
// it.

#include <cstring>

#include "common/base/check.h"
#include "services/enrichment/domain/memory_identity_store.h"

namespace tend::enrichment {

MemoryIdentityStore::MemoryIdentityStore(absl::string_view hmac_key, const IdentityTables& tables)
    : MemoryIdentityStore(hmac_key) {
  TEND_CHECK(tables.log.empty());
  log_base_ = tables.log_seq;
  for (const IdentityTables::Origin& row : tables.origins) {
    const auto index = static_cast<OriginIndex>(origins_.size());
    Origin& origin = origins_.emplace_back();
    TEND_CHECK(row.id.size() == origin.id.size());
    std::memcpy(origin.id.data(), row.id.data(), row.id.size());
    origin.person = row.person;
    origin.account = AccountIndex(row.account);
    origin.strong = row.strong;
    origin.erased = row.erased;
    origin_of_id_.emplace(row.id, index);
    person_count_ += row.person == index && !row.erased;
  }
  for (size_t i = 0; i < origins_.size(); ++i) {
    origins_[origins_[i].person].members.push_back(static_cast<OriginIndex>(i));
  }
  origin_of_key_.insert(tables.identifiers.begin(), tables.identifiers.end());
  erased_.insert(tables.erased.begin(), tables.erased.end());
  proposals_.Import(tables);
}

IdentityTables MemoryIdentityStore::Tables() const {
  IdentityTables tables;
  tables.origins.reserve(origins_.size());
  for (const Origin& origin : origins_) {
    tables.origins.push_back({std::string(origin.id.data(), origin.id.size()), origin.person,
                              accounts_[origin.account], origin.strong, origin.erased});
  }
  tables.identifiers.insert(origin_of_key_.begin(), origin_of_key_.end());
  tables.erased.insert(erased_.begin(), erased_.end());
  tables.log.assign(log_.begin(), log_.end());
  tables.log_seq = log_base_;
  proposals_.Export(tables);
  return tables;
}

}  // namespace tend::enrichment
