#include "services/enrichment/domain/proposals.h"

#include <algorithm>
#include <bit>

namespace tend::enrichment {
namespace {

Proposals::Pair Ordered(Proposals::OriginIndex a, Proposals::OriginIndex b) {
  return {std::min(a, b), std::max(a, b)};
}

}  // namespace

absl::InlinedVector<Proposals::OriginIndex, 4> Proposals::Hold(InferenceKey kind, uint64_t hash,
                                                               OriginIndex origin) {
  absl::InlinedVector<OriginIndex, 4> others;
  auto& holders = holders_[HolderKey(kind, hash)];
  if (holders.size() > kMaxHolders) return others;
  if (std::find(holders.begin(), holders.end(), origin) != holders.end()) return others;
  holders.push_back(origin);
  if (holders.size() > kMaxHolders) return others;
  others.assign(holders.begin(), holders.end() - 1);
  std::sort(others.begin(), others.end());
  return others;
}

int Proposals::Agree(OriginIndex a, OriginIndex b, InferenceKey kind) {
  uint8_t& bits = agreeing_[Ordered(a, b)];
  bits = static_cast<uint8_t>(bits | (1 << static_cast<int>(kind)));
  return std::popcount(bits);
}

void Proposals::KeepApart(absl::Span<const OriginIndex> left, absl::Span<const OriginIndex> right) {
  for (OriginIndex a : left) {
    for (OriginIndex b : right) apart_.insert(Ordered(a, b));
  }
}

bool Proposals::AreApart(absl::Span<const OriginIndex> left,
                         absl::Span<const OriginIndex> right) const {
  if (apart_.empty()) return false;
  for (OriginIndex a : left) {
    for (OriginIndex b : right) {
      if (apart_.contains(Ordered(a, b))) return true;
    }
  }
  return false;
}

void Proposals::Reunite(absl::Span<const OriginIndex> left, absl::Span<const OriginIndex> right) {
  for (OriginIndex a : left) {
    for (OriginIndex b : right) apart_.erase(Ordered(a, b));
  }
}

void Proposals::Forget(absl::Span<const OriginIndex> erased) {
  const absl::flat_hash_set<OriginIndex> gone(erased.begin(), erased.end());
  const auto names = [&gone](const Pair& pair) {
    return gone.contains(pair.first) || gone.contains(pair.second);
  };
  absl::erase_if(holders_, [&gone](auto& entry) {
    auto& origins = entry.second;
    const auto holds_none = [&gone](OriginIndex origin) { return gone.contains(origin); };
    origins.erase(std::remove_if(origins.begin(), origins.end(), holds_none), origins.end());
    return origins.empty();
  });
  absl::erase_if(agreeing_, [&names](const auto& entry) { return names(entry.first); });
  absl::erase_if(apart_, names);
}

void Proposals::Import(const IdentityTables& tables) {
  for (const auto& [key, origins] : tables.holders) {
    holders_[key].assign(origins.begin(), origins.end());
  }
  agreeing_ = tables.agreeing;
  apart_.insert(tables.apart.begin(), tables.apart.end());
}

void Proposals::Export(IdentityTables& tables) const {
  for (const auto& [key, origins] : holders_) {
    tables.holders[key].assign(origins.begin(), origins.end());
  }
  tables.agreeing = agreeing_;
  tables.apart.insert(apart_.begin(), apart_.end());
}

std::vector<InferenceKey> Proposals::KindsOf(uint8_t bits) {
  std::vector<InferenceKey> kinds;
  for (int kind = 0; kind < 8; ++kind) {
    if ((bits >> kind) & 1) kinds.push_back(static_cast<InferenceKey>(kind));
  }
  return kinds;
}

}  // namespace tend::enrichment
