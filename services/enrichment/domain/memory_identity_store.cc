#include "services/enrichment/domain/memory_identity_store.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "common/base/check.h"
#include "common/base/hash.h"
#include "services/enrichment/domain/email.h"
#include "services/enrichment/domain/normalize.h"
#include "services/enrichment/domain/timestamp.h"

namespace tend::enrichment {
namespace {

constexpr absl::string_view kAssertionCause = "one record lists both";
constexpr absl::string_view kInferenceCause = "two keys agree";

std::string Text(absl::string_view view) { return {view.data(), view.size()}; }

}  // namespace

bool IsStrong(absl::string_view key) {
  const v1::IdentifierKind kind = KindOfKey(key);
  return kind == v1::IDENTIFIER_KIND_EMAIL || kind == v1::IDENTIFIER_KIND_RECORD ||
         kind == v1::IDENTIFIER_KIND_SOCIAL;
}

uint64_t MailboxHash(absl::string_view key) {
  return StableHash(MailCanonKey(key.substr(key.find(':') + 1)));
}

MemoryIdentityStore::MemoryIdentityStore(absl::string_view hmac_key)
    : ids_(hmac_key), accounts_{""} {}

absl::Status MemoryIdentityStore::Resolve(absl::Span<const IdentityClaim> claims, absl::Time now,
                                          absl::Span<Resolution> resolutions) {
  TEND_CHECK(claims.size() == resolutions.size());
  // Answers hold views into origins_, which may grow at each claim: answer once all are known.
  absl::InlinedVector<OriginIndex, 8> origins;
  for (const IdentityClaim& claim : claims) origins.push_back(ResolveOne(claim, now));
  for (size_t i = 0; i < claims.size(); ++i) resolutions[i] = Answer(claims[i], origins[i]);
  return absl::OkStatus();
}

MemoryIdentityStore::OriginIndex MemoryIdentityStore::ResolveOne(const IdentityClaim& claim,
                                                                 absl::Time now) {
  TEND_CHECK(!claim.keys.empty());
  Found found;
  bool any = false;
  for (absl::string_view key : claim.keys) {
    found.push_back(Find(key));
    any |= found.back() != kNone;
  }
  OriginIndex origin = found[0];
  if (found.size() > 1 || origin == kNone) {
    if (!any && !claim.may_found) return kNone;
    const bool asserted = claim.asserted && found.size() > 1;
    if (AnyErased(claim, found)) {
      if (asserted) EraseUnknown(claim, found);
      return kErased;
    }
    origin = asserted ? ResolveAsserted(claim, found, now) : ResolveStated(claim, found, now);
  }
  if (claim.name_and_company != 0) {
    Infer(InferenceKey::kNameAndCompany, claim.name_and_company, origin, now);
  }
  return origin;
}

// One record of a system of record lists all keys.
MemoryIdentityStore::OriginIndex MemoryIdentityStore::ResolveAsserted(const IdentityClaim& claim,
                                                                      const Found& found,
                                                                      absl::Time now) {
  OriginIndex anchor = JoinStrong(claim, found, now);
  const bool weak_only = !IsStrong(claim.keys[0]);
  if (anchor == kNone) anchor = weak_only ? FirstKnown(found) : FirstLoose(found);
  const bool created = anchor == kNone;
  if (created) anchor = Create(claim, now);
  for (size_t i = created ? 1 : 0; i < found.size(); ++i) {
    if (found[i] == kNone) {
      Attach(claim.keys[i], anchor, claim, now);
    } else if (IsStrong(claim.keys[i]) || origins_[found[i]].person == origins_[anchor].person) {
      continue;  // joined already, or kept apart
    } else if (!PersonIsStrong(found[i])) {
      Join(anchor, found[i], kAssertionCause, claim.keys, now);
    } else if (KindOfKey(claim.keys[i]) == v1::IDENTIFIER_KIND_PHONE) {
      Agree(anchor, found[i], InferenceKey::kPhone, now);
    }
  }
  return found[0] != kNone ? found[0] : anchor;
}

// Some source names the party by all keys: the first one counts, the others only speak for it.
MemoryIdentityStore::OriginIndex MemoryIdentityStore::ResolveStated(const IdentityClaim& claim,
                                                                    const Found& found,
                                                                    absl::Time now) {
  OriginIndex origin = found[0];
  if (origin == kNone && !claim.may_found) {
    return FirstKnown(found);
  }
  if (origin == kNone) origin = Create(claim, now);
  for (size_t i = 1; i < found.size(); ++i) {
    const bool visitor = KindOfKey(claim.keys[i]) == v1::IDENTIFIER_KIND_VISITOR;
    if (found[i] == kNone && visitor) Attach(claim.keys[i], origin, claim, now);
    if (found[i] != kNone && !visitor) Agree(origin, found[i], InferenceKey::kListedTogether, now);
  }
  return origin;
}

// Joins the persons of all known strong keys; the first one's origin, or kNone.
MemoryIdentityStore::OriginIndex MemoryIdentityStore::JoinStrong(const IdentityClaim& claim,
                                                                 const Found& found,
                                                                 absl::Time now) {
  OriginIndex anchor = kNone;
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i] == kNone || !IsStrong(claim.keys[i])) continue;
    if (anchor == kNone) {
      anchor = found[i];
    } else {
      Join(anchor, found[i], kAssertionCause, claim.keys, now);
    }
  }
  return anchor;
}

MemoryIdentityStore::OriginIndex MemoryIdentityStore::FirstKnown(const Found& found) const {
  for (OriginIndex origin : found) {
    if (origin != kNone) return origin;
  }
  return kNone;
}

// The first known origin of whose person nothing but weak identifiers is known.
MemoryIdentityStore::OriginIndex MemoryIdentityStore::FirstLoose(const Found& found) const {
  for (OriginIndex origin : found) {
    if (origin != kNone && !PersonIsStrong(origin)) return origin;
  }
  return kNone;
}

Resolution MemoryIdentityStore::Answer(const IdentityClaim& claim, OriginIndex origin) const {
  Resolution answer;
  answer.identity_seq = last_seq();
  if (origin == kNone) return answer;
  answer.is = origin == kErased ? Resolution::Is::kErased : Resolution::Is::kPerson;
  if (origin == kErased) return answer;
  answer.origin_id = IdOf(origin);
  answer.person_id = IdOf(origins_[origin].person);
  answer.account_id = claim.account_id;
  if (!answer.account_id.empty()) return answer;
  uint32_t account = origins_[origin].account;
  for (OriginIndex member : MembersOf(origin)) {
    if (account == 0) account = origins_[member].account;
  }
  answer.account_id = accounts_[account];
  return answer;
}

MemoryIdentityStore::OriginIndex MemoryIdentityStore::Find(absl::string_view key) const {
  const auto found = origin_of_key_.find(key);
  return found == origin_of_key_.end() ? kNone : found->second;
}

MemoryIdentityStore::OriginIndex MemoryIdentityStore::FindPerson(
    absl::string_view person_id) const {
  const auto found = origin_of_id_.find(person_id);
  if (found == origin_of_id_.end() || origins_[found->second].erased) return kNone;
  return origins_[found->second].person == found->second ? found->second : kNone;
}

bool MemoryIdentityStore::AnyErased(const IdentityClaim& claim, const Found& found) const {
  if (erased_.empty()) return false;
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i] == kNone && erased_.contains(ids_.Of(claim.keys[i]))) return true;
  }
  return false;
}

// What one record lists beside an erased identifier is the erased person's as well, had the record
// come before their wish or not.
void MemoryIdentityStore::EraseUnknown(const IdentityClaim& claim, const Found& found) {
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i] == kNone) erased_.insert(ids_.Of(claim.keys[i]));
  }
}

MemoryIdentityStore::OriginIndex MemoryIdentityStore::Create(const IdentityClaim& claim,
                                                             absl::Time now) {
  TEND_CHECK(origins_.size() < kErased);
  const auto index = static_cast<OriginIndex>(origins_.size());
  const std::string id = ids_.Of(claim.keys[0]);
  Origin& origin = origins_.emplace_back();
  TEND_CHECK(id.size() == origin.id.size());
  std::memcpy(origin.id.data(), id.data(), id.size());
  origin.person = index;
  origin.members = {index};
  TEND_CHECK(origin_of_id_.emplace(id, index).second);  // a known key founds nobody
  ++person_count_;
  Attach(claim.keys[0], index, claim, now);
  return index;
}

void MemoryIdentityStore::Attach(absl::string_view key, OriginIndex origin,
                                 const IdentityClaim& claim, absl::Time now) {
  origin_of_key_.emplace(Text(key), origin);
  if (IsStrong(key)) origins_[origin].strong = true;
  if (KindOfKey(key) != v1::IDENTIFIER_KIND_EMAIL) return;
  if (!claim.account_id.empty()) {
    origins_[origin].account = AccountIndex(claim.account_id);
  } else {  // free mail: the providers whose mailboxes have several spellings are among them
    Infer(InferenceKey::kMailbox, MailboxHash(key), origin, now);
  }
}

uint32_t MemoryIdentityStore::AccountIndex(absl::string_view account) {
  if (account.empty()) return 0;
  const auto [at, added] =
      account_index_.try_emplace(account, static_cast<uint32_t>(accounts_.size()));
  if (added) accounts_.emplace_back(account);
  return at->second;
}

const std::vector<MemoryIdentityStore::OriginIndex>& MemoryIdentityStore::MembersOf(
    OriginIndex origin) const {
  return origins_[origins_[origin].person].members;
}

bool MemoryIdentityStore::PersonIsStrong(OriginIndex origin) const {
  for (OriginIndex member : MembersOf(origin)) {
    if (origins_[member].strong) return true;
  }
  return false;
}

void MemoryIdentityStore::Join(OriginIndex a, OriginIndex b, absl::string_view cause,
                               absl::Span<const absl::string_view> compared, absl::Time now) {
  if (proposals_.AreApart(MembersOf(a), MembersOf(b))) return;
  MergePersons(origins_[a].person, origins_[b].person, cause, compared, now);
}

void MemoryIdentityStore::MergePersons(OriginIndex a, OriginIndex b, absl::string_view cause,
                                       absl::Span<const absl::string_view> compared,
                                       absl::Time now) {
  if (a == b) return;
  const OriginIndex survivor = std::min(a, b);  // the one founded first
  const OriginIndex loser = std::max(a, b);
  std::vector<OriginIndex> moved = std::exchange(origins_[loser].members, {});
  for (OriginIndex origin : moved) origins_[origin].person = survivor;
  std::vector<OriginIndex>& members = origins_[survivor].members;
  members.insert(members.end(), moved.begin(), moved.end());
  std::sort(members.begin(), members.end());
  --person_count_;
  v1::IdentityLogEntry& entry = AddLogEntry(loser);
  entry.mutable_merged()->set_survivor_person_id(Text(IdOf(survivor)));
  entry.mutable_merged()->set_cause(Text(cause));
  SetTimestamp(now, *entry.mutable_merged()->mutable_merge_time());
  for (absl::string_view key : compared) {
    const OriginIndex origin = Find(key);  // unknown: it is to be theirs
    const bool theirs = origin == kNone || origins_[origin].person == survivor;
    if (theirs) *entry.add_identifiers() = IdentifierOfKey(key);
  }
}

void MemoryIdentityStore::Infer(InferenceKey kind, uint64_t hash, OriginIndex origin,
                                absl::Time now) {
  for (OriginIndex other : proposals_.Hold(kind, hash, origin)) Agree(origin, other, kind, now);
}

void MemoryIdentityStore::Agree(OriginIndex a, OriginIndex b, InferenceKey kind, absl::Time now) {
  if (origins_[a].erased || origins_[b].erased) return;
  if (proposals_.Agree(a, b, kind) < 2) return;
  Join(a, b, kInferenceCause, {}, now);
}

v1::IdentityLogEntry& MemoryIdentityStore::AddLogEntry(OriginIndex person) {
  v1::IdentityLogEntry& entry = log_.emplace_back();
  entry.set_seq(last_seq());
  entry.set_person_id(Text(IdOf(person)));
  return entry;
}

}  // namespace tend::enrichment
