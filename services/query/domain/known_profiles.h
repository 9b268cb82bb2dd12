// What of names and identifiers is in the tables already, so that the hundredth message of somebody
// writes none of it again. Forgetting costs a write that changes nothing, never a wrong row.

#ifndef TEND_SERVICES_QUERY_DOMAIN_KNOWN_PROFILES_H_
#define TEND_SERVICES_QUERY_DOMAIN_KNOWN_PROFILES_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "services/query/domain/rows.h"

namespace tend::query {

class KnownProfiles {
 public:
  // most: entries of each kind; above them all are forgotten. The default takes at most 40 MB.
  explicit KnownProfiles(size_t most = 450'000) : most_(most) {}

  // Whether the identifier (its hash, with its origin's) is new.
  bool IsNewIdentifier(uint64_t hash) {
    if (identifiers_.size() >= most_) identifiers_.clear();
    return identifiers_.insert(hash).second;
  }

  // Whether the profile (its hash) is to be written: it is another one than the last that is known,
  // and of no earlier time. (Another name that comes late, after a restart, and lies between the
  // first and the last time of the same name, so wins until the next one. Writing the time of each
  // was an update for half of all mails.)
  bool IsNewProfile(const Id& origin, uint64_t hash, absl::Time source_time) {
    if (profiles_.size() >= most_) profiles_.clear();
    Profile& known = profiles_[origin];
    if (source_time < known.latest) return false;
    known.latest = source_time;
    if (hash == known.hash) return false;
    known.hash = hash;
    return true;
  }

  void Forget() {
    identifiers_.clear();
    profiles_.clear();
  }

 private:
  struct Profile {
    uint64_t hash = 0;
    absl::Time latest = absl::InfinitePast();
  };

  const size_t most_;
  absl::flat_hash_set<uint64_t> identifiers_;
  absl::flat_hash_map<Id, Profile> profiles_;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_DOMAIN_KNOWN_PROFILES_H_
