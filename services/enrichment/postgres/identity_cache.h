// What one instance knows of identifiers, bounded, and right although others change persons.

#ifndef TEND_SERVICES_ENRICHMENT_POSTGRES_IDENTITY_CACHE_H_
#define TEND_SERVICES_ENRICHMENT_POSTGRES_IDENTITY_CACHE_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_map.h"
#include "absl/strings/string_view.h"

namespace tend::enrichment {

// An identifier's origin and person, as of a version of the table identity_change.
struct KnownIdentity {
  std::array<char, 36> origin;
  std::array<char, 36> person;
  std::string account;  // may be empty
  int64_t version = 0;

  absl::string_view origin_id() const { return {origin.data(), origin.size()}; }
  absl::string_view person_id() const { return {person.data(), person.size()}; }
};

// Each batch begins with the changes that others have made since the last one (Changed); an entry
// that was read before its person's last change is as if it were not there. For one thread.
// Two generations: when the young one is full it becomes the old one, whose entries are forgotten
// unless they were used meanwhile.
class IdentityCache {
 public:
  // capacity: identifiers; about 330 bytes each.
  explicit IdentityCache(size_t capacity) : generation_(capacity / 2 + 1) {}

  // Before each batch. What Find has given lives until then.
  void BeginBatch();

  // Null where it is not known, or no longer.
  const KnownIdentity* Find(absl::string_view key);
  void Put(absl::string_view key, absl::string_view origin_id, absl::string_view person_id,
           absl::string_view account, int64_t version);

  // Claims that changed nothing when they were made before, by a hash of all that they depend on.
  bool IsSettled(uint64_t claim) const { return settled_.contains(claim); }
  void Settle(uint64_t claim) { settled_.insert(claim); }

  // The version up to which changes are known; -1: none yet.
  int64_t version() const { return version_; }
  void Changed(absl::string_view person_id, int64_t version);
  // There were too many, or some are no longer to be had.
  void ForgetAll(int64_t version);

  size_t size() const { return young_.size() + old_.size(); }

 private:
  using Generation = absl::node_hash_map<std::string, KnownIdentity>;
  bool IsValid(const KnownIdentity& known) const;

  const size_t generation_;
  Generation young_, old_;
  absl::flat_hash_map<std::string, int64_t> changed_;  // by person
  absl::flat_hash_set<uint64_t> settled_;
  int64_t version_ = -1;
};

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_POSTGRES_IDENTITY_CACHE_H_
