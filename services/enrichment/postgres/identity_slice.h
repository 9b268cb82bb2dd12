// The part of identity's tables that some claims or persons touch: read under a lock, changed by
// the in-memory store's rules, and written back.

#ifndef TEND_SERVICES_ENRICHMENT_POSTGRES_IDENTITY_SLICE_H_
#define TEND_SERVICES_ENRICHMENT_POSTGRES_IDENTITY_SLICE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/postgres/connection.h"
#include "services/enrichment/domain/identity_tables.h"

namespace tend::enrichment {

// What a slice is to hold.
struct SliceWanted {
  std::vector<std::string> keys;        // of identifiers, with the persons they belong to
  std::vector<int64_t> hashes;          // of holders, with their persons
  std::vector<std::string> origins;     // ids, with their persons
  std::vector<std::string> erased;      // keyed hashes
  bool identifiers_of_persons = false;  // all of them, of all persons of `origins`
};

struct Slice {
  IdentityTables tables;
  int64_t version = 0;  // the last of identity_change
};

// Opens a transaction that nobody else changes identity in, and reads. One round trip.
absl::StatusOr<Slice> ReadSlice(postgres::Connection& connection, const SliceWanted& wanted);

// Writes what `after` has more or otherwise than the slice, and commits. One round trip.
// Origins of `before` keep their places in `after`. Returns the version then.
absl::StatusOr<int64_t> WriteSlice(postgres::Connection& connection, const Slice& before,
                                   const IdentityTables& after);

// Founders of persons hold it together, who changes persons holds it alone.
inline constexpr char kShareIdentityLock[] = "SELECT pg_advisory_xact_lock_shared(7465616402)";

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_POSTGRES_IDENTITY_SLICE_H_
