// What speaks for two origins being one person without an assertion, and what was decided against
// it.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_PROPOSALS_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_PROPOSALS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "services/enrichment/domain/identity.h"
#include "services/enrichment/domain/identity_tables.h"

namespace tend::enrichment {

// Origins are named by their number in the store. For one thread.
class Proposals {
 public:
  using OriginIndex = IdentityTables::OriginIndex;
  using Pair = IdentityTables::Pair;

  // Writes the origin down as a holder of an inference's key, and returns the other holders, in the
  // order of their founding. A key with more than kMaxHolders holders tells nothing ("John Smith,
  // self-employed") and is given up: until erasures leave it fewer, it gets no more.
  absl::InlinedVector<OriginIndex, 4> Hold(InferenceKey kind, uint64_t hash, OriginIndex origin);

  // One more key agrees. Returns how many kinds of key agree for the pair now.
  int Agree(OriginIndex a, OriginIndex b, InferenceKey kind);

  // No assertion or inference may join one of `left` with one of `right` again.
  void KeepApart(absl::Span<const OriginIndex> left, absl::Span<const OriginIndex> right);
  bool AreApart(absl::Span<const OriginIndex> left, absl::Span<const OriginIndex> right) const;
  void Reunite(absl::Span<const OriginIndex> left, absl::Span<const OriginIndex> right);

  // These were erased: they hold no keys, and nothing speaks for or against them.
  void Forget(absl::Span<const OriginIndex> erased);

  // By what `holders` of IdentityTables are found.
  static uint64_t HolderKey(InferenceKey kind, uint64_t hash) {
    return hash ^ (uint64_t{0x9e3779b97f4a7c15} * (static_cast<uint64_t>(kind) + 1));
  }
  static bool IsGivenUp(const std::vector<OriginIndex>& holders) {
    return holders.size() > kMaxHolders;
  }
  void Import(const IdentityTables& tables);
  void Export(IdentityTables& tables) const;

  // Pairs with the kinds that agree, in order of their origins.
  const absl::btree_map<Pair, uint8_t>& pairs() const { return agreeing_; }
  static std::vector<InferenceKey> KindsOf(uint8_t bits);

 private:
  static constexpr size_t kMaxHolders = 4;

  absl::flat_hash_map<uint64_t, absl::InlinedVector<OriginIndex, 2>> holders_;
  absl::btree_map<Pair, uint8_t> agreeing_;  // value: bit per InferenceKey
  absl::flat_hash_set<Pair> apart_;
};

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_PROPOSALS_H_
