// What an identity store holds, as plain rows: the whole of it, or the part that some claims touch.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_IDENTITY_TABLES_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_IDENTITY_TABLES_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "tend/v1/person_event.pb.h"

namespace tend::enrichment {

struct IdentityTables {
  // An origin's place in `origins`, which are in the order of their founding.
  using OriginIndex = uint32_t;
  using Pair = std::pair<OriginIndex, OriginIndex>;  // the smaller first

  struct Origin {
    std::string id;
    OriginIndex person = 0;  // the origin that gives the person its id: of the same tables
    std::string account;     // may be empty
    bool strong = false;     // a strong identifier is attached
    bool erased = false;
    friend bool operator==(const Origin&, const Origin&) = default;
  };

  std::vector<Origin> origins;
  absl::btree_map<std::string, OriginIndex> identifiers;        // by key
  absl::btree_set<std::string> erased;                          // KeyedUuids of identifiers
  absl::btree_map<uint64_t, std::vector<OriginIndex>> holders;  // by Proposals::HolderKey
  absl::btree_map<Pair, uint8_t> agreeing;                      // a bit per InferenceKey
  absl::btree_set<Pair> apart;
  std::vector<v1::IdentityLogEntry> log;  // entries after log_seq
  int64_t log_seq = 0;
};

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_IDENTITY_TABLES_H_
