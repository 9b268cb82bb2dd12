// The identity store of one process: for `tend trial`, tests and simulation. Nothing is kept on
// disk.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_MEMORY_IDENTITY_STORE_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_MEMORY_IDENTITY_STORE_H_

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "common/base/hash.h"
#include "services/enrichment/domain/identity.h"
#include "services/enrichment/domain/identity_tables.h"
#include "services/enrichment/domain/proposals.h"

namespace tend::enrichment {

// Never fails but by the errors of its caller. For one thread. About 190 bytes a person with one
// e-mail.
class MemoryIdentityStore final : public IdentityStore {
 public:
  // hmac_key: what ids of persons are made with; equal keys give equal ids. Not empty.
  explicit MemoryIdentityStore(absl::string_view hmac_key);
  // With what another store holds, or a part of it. REQUIRES: of each person in it all origins, and
  // no log.
  MemoryIdentityStore(absl::string_view hmac_key, const IdentityTables& tables);

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
  absl::StatusOr<int64_t> RelayedSeq() override { return relayed_seq_; }
  absl::Status SetRelayedSeq(int64_t seq) override;

  // All it holds now. Origins keep their places; new ones are at the end.
  IdentityTables Tables() const;

  // Persons that are not erased.
  size_t person_count() const { return person_count_; }

 private:
  using OriginIndex = Proposals::OriginIndex;
  static constexpr OriginIndex kNone = ~OriginIndex{0};
  static constexpr OriginIndex kErased = kNone - 1;
  using Found = absl::InlinedVector<OriginIndex, 4>;  // one a key, kNone where it is unknown
  using Id = std::array<char, 36>;

  struct Origin {
    Id id;
    OriginIndex person;    // the origin that gives the person its id
    uint32_t account = 0;  // in accounts_; 0: none
    bool strong = false;   // a strong identifier is attached
    bool erased = false;
    // Where person is this origin itself: all origins of the person, rising.
    std::vector<OriginIndex> members;
  };

  // These give the claim's origin, kNone where it is unknown, kErased where it was erased.
  // found: one a key; strong keys come before weak ones.
  OriginIndex ResolveOne(const IdentityClaim& claim, absl::Time now);
  OriginIndex ResolveAsserted(const IdentityClaim& claim, const Found& found, absl::Time now);
  OriginIndex ResolveStated(const IdentityClaim& claim, const Found& found, absl::Time now);
  OriginIndex JoinStrong(const IdentityClaim& claim, const Found& found, absl::Time now);
  OriginIndex FirstKnown(const Found& found) const;
  OriginIndex FirstLoose(const Found& found) const;
  Resolution Answer(const IdentityClaim& claim, OriginIndex origin) const;

  OriginIndex Find(absl::string_view key) const;
  OriginIndex FindPerson(absl::string_view person_id) const;
  bool AnyErased(const IdentityClaim& claim, const Found& found) const;
  void EraseUnknown(const IdentityClaim& claim, const Found& found);
  OriginIndex Create(const IdentityClaim& claim, absl::Time now);
  void Attach(absl::string_view key, OriginIndex origin, const IdentityClaim& claim,
              absl::Time now);
  uint32_t AccountIndex(absl::string_view account);
  int64_t last_seq() const { return log_base_ + static_cast<int64_t>(log_.size()); }
  bool PersonIsStrong(OriginIndex origin) const;
  const std::vector<OriginIndex>& MembersOf(OriginIndex origin) const;

  // Joins their persons, unless somebody split them.
  void Join(OriginIndex a, OriginIndex b, absl::string_view cause,
            absl::Span<const absl::string_view> compared, absl::Time now);
  void MergePersons(OriginIndex a, OriginIndex b, absl::string_view cause,
                    absl::Span<const absl::string_view> compared, absl::Time now);
  void Infer(InferenceKey kind, uint64_t hash, OriginIndex origin, absl::Time now);
  void Agree(OriginIndex a, OriginIndex b, InferenceKey kind, absl::Time now);
  v1::IdentityLogEntry& AddLogEntry(OriginIndex person);

  absl::string_view IdOf(OriginIndex origin) const {
    return {origins_[origin].id.data(), origins_[origin].id.size()};
  }

  const KeyedUuids ids_;
  absl::flat_hash_map<std::string, OriginIndex> origin_of_key_;
  absl::flat_hash_map<std::string, OriginIndex> origin_of_id_;
  std::vector<Origin> origins_;
  std::deque<std::string> accounts_;  // the first is "": none
  absl::flat_hash_map<std::string, uint32_t> account_index_;
  absl::flat_hash_set<std::string> erased_;  // ids_.Of each identifier of an erased person
  Proposals proposals_;
  std::deque<v1::IdentityLogEntry> log_;  // entry i has seq log_base_ + i + 1
  int64_t log_base_ = 0;
  int64_t relayed_seq_ = 0;
  size_t person_count_ = 0;
};

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_MEMORY_IDENTITY_STORE_H_
