// The identity store of the servers: tables in PostgreSQL that any number of instances share.

#ifndef TEND_SERVICES_ENRICHMENT_POSTGRES_POSTGRES_IDENTITY_STORE_H_
#define TEND_SERVICES_ENRICHMENT_POSTGRES_POSTGRES_IDENTITY_STORE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "common/base/hash.h"
#include "common/postgres/connection.h"
#include "services/enrichment/domain/identity.h"
#include "services/enrichment/domain/memory_identity_store.h"
#include "services/enrichment/postgres/identity_cache.h"
#include "services/enrichment/postgres/identity_slice.h"

namespace tend::enrichment {

struct PostgresIdentityOptions {
  postgres::ConnectionOptions connection;
  // What ids of persons are made with: the same in all instances, for ever. Not empty. Secret.
  std::string hmac_key;
  size_t cached_identifiers = 1'000'000;  // about 330 bytes each
};

// What a batch of claims costs, however large it is:
//   1 round trip   where all is known: what others changed since, and what the cache lacks
//   2              where persons are founded: sorted, ON CONFLICT DO NOTHING, together with others
//   3              where claims attach, join or infer: alone (an advisory lock), by the in-memory
//                  store's rules over the part of the tables that the claims touch
// The cache is right across instances: every change of a person is written into identity_change by
// its own transaction, and each batch begins by reading what is new there.
//
// Makes its tables at the first call. For one thread. UNAVAILABLE while the server is away, at
// once; it works again by itself. ABORTED where PostgreSQL asks for the transaction again.
class PostgresIdentityStore final : public IdentityStore {
 public:
  explicit PostgresIdentityStore(const PostgresIdentityOptions& options);

  absl::Status Resolve(absl::Span<const IdentityClaim> claims, absl::Time now,
                       absl::Span<Resolution> resolutions) override;
  absl::Status Merge(absl::string_view person_a, absl::string_view person_b,
                     absl::string_view cause, absl::Time now) override;
  absl::Status Split(absl::Span<const std::string> origin_ids, absl::string_view cause,
                     absl::Time now) override;
  absl::Status Erase(absl::string_view person_id, absl::Time now) override;
  absl::StatusOr<std::vector<Proposal>> ListProposals(size_t limit) override;
  absl::StatusOr<std::vector<v1::IdentityLogEntry>> ReadLog(int64_t after_seq,
                                                            size_t limit) override;
  absl::StatusOr<int64_t> RelayedSeq() override;
  absl::Status SetRelayedSeq(int64_t seq) override;

 private:
  using Claims = absl::Span<const IdentityClaim>;
  enum class Need : uint8_t { kNothing, kFound, kRules };

  absl::Status MakeTables();
  absl::StatusOr<std::vector<postgres::Rows>> Run(const postgres::Batch& batch);

  // Keys that a table cannot hold, shortened.
  Claims Storable(Claims claims);
  // Reads what others changed, and what the cache lacks of the claims.
  absl::Status Refresh(Claims claims);
  void TakeChanges(const postgres::Rows& place, const postgres::Rows& changes);
  void TakeIdentities(const postgres::Rows& rows);
  Need NeedOf(const IdentityClaim& claim);
  // A hash of the claim and of who its keys belong to now.
  uint64_t FingerprintOf(const IdentityClaim& claim);
  Resolution Known(const IdentityClaim& claim);
  absl::Status Found(Claims claims, absl::Span<const size_t> which);
  // Through the rules: claims number `which`, in this order.
  absl::Status Rule(Claims claims, absl::Span<const size_t> which, absl::Time now,
                    absl::Span<Resolution> resolutions);
  void RememberRuled(Claims claims, absl::Span<const size_t> which,
                     absl::Span<const Resolution> answers, const IdentityTables& tables,
                     int64_t version);

  // Lets the rules change a part of the tables: `after` is that part then. Returns the version.
  using Operation = absl::FunctionRef<absl::Status(MemoryIdentityStore& rules)>;
  absl::StatusOr<int64_t> Change(const SliceWanted& wanted, IdentityTables& after,
                                 const Operation& operation);

  const std::string hmac_key_;
  const KeyedUuids ids_;  // of the key
  postgres::Connection connection_;
  bool migrated_ = false;
  IdentityCache cache_;
  int64_t seq_ = 0;  // the identity log's last entry, as of the last Refresh

  // These live until the next call: resolutions point into them.
  std::unique_ptr<MemoryIdentityStore> rules_;
  std::vector<IdentityClaim> storable_;
  std::deque<std::string> shortened_;
};

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_POSTGRES_POSTGRES_IDENTITY_STORE_H_
