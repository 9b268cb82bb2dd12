// What people decide about identity, and what others read of it; see memory_identity_store.cc for
// the rest.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/enrichment/domain/memory_identity_store.h"
#include "services/enrichment/domain/timestamp.h"

namespace tend::enrichment {
namespace {

std::string Text(absl::string_view view) { return {view.data(), view.size()}; }

absl::Status NoSuch(absl::string_view what, absl::string_view id) {
  return absl::NotFoundError(absl::StrCat("no ", what, " ", id));
}

}  // namespace

absl::Status MemoryIdentityStore::Merge(absl::string_view person_a, absl::string_view person_b,
                                        absl::string_view cause, absl::Time now) {
  const OriginIndex a = FindPerson(person_a);
  const OriginIndex b = FindPerson(person_b);
  if (a == kNone) return NoSuch("person", person_a);
  if (b == kNone) return NoSuch("person", person_b);
  proposals_.Reunite(MembersOf(a), MembersOf(b));
  MergePersons(a, b, cause, {}, now);
  return absl::OkStatus();
}

absl::Status MemoryIdentityStore::Split(absl::Span<const std::string> origin_ids,
                                        absl::string_view cause, absl::Time now) {
  std::vector<OriginIndex> leaving;
  for (const std::string& id : origin_ids) {
    const auto found = origin_of_id_.find(id);
    if (found == origin_of_id_.end() || origins_[found->second].erased) return NoSuch("origin", id);
    leaving.push_back(found->second);
  }
  if (leaving.empty()) return absl::OkStatus();
  const OriginIndex person = origins_[leaving[0]].person;
  for (OriginIndex origin : leaving) {
    if (origins_[origin].person != person)
      return absl::InvalidArgumentError("origins of several persons");
    if (origin == person) {
      return absl::InvalidArgumentError(
          "the origin that names the person stays: split off the others");
    }
  }
  std::sort(leaving.begin(), leaving.end());
  leaving.erase(std::unique(leaving.begin(), leaving.end()), leaving.end());
  std::vector<OriginIndex> staying;
  std::set_difference(origins_[person].members.begin(), origins_[person].members.end(),
                      leaving.begin(), leaving.end(), std::back_inserter(staying));
  proposals_.KeepApart(staying, leaving);
  for (OriginIndex origin : leaving) {
    origins_[origin].person = leaving[0];
    v1::IdentityLogEntry& entry = AddLogEntry(person);
    entry.mutable_split()->set_origin_id(Text(IdOf(origin)));
    entry.mutable_split()->set_to_person_id(Text(IdOf(leaving[0])));
    entry.mutable_split()->set_cause(Text(cause));
    SetTimestamp(now, *entry.mutable_split()->mutable_split_time());
  }
  origins_[leaving[0]].members = leaving;
  origins_[person].members = std::move(staying);
  ++person_count_;
  return absl::OkStatus();
}

absl::Status MemoryIdentityStore::Erase(absl::string_view person_id, absl::Time now) {
  const auto found = origin_of_id_.find(person_id);
  if (found == origin_of_id_.end() || origins_[found->second].erased) {
    return NoSuch("person", person_id);
  }
  const OriginIndex person = origins_[found->second].person;
  absl::erase_if(origin_of_key_, [&](const auto& entry) {
    if (origins_[entry.second].person != person) return false;
    erased_.insert(ids_.Of(entry.first));
    return true;
  });
  const std::vector<OriginIndex>& members = MembersOf(person);
  for (OriginIndex origin : members) {
    origins_[origin].erased = true;
    origins_[origin].strong = false;
    origins_[origin].account = 0;
  }
  // What was compared is personal data too. Who was one with them once is of their person still, or
  // was split off.
  for (v1::IdentityLogEntry& entry : log_) {
    const OriginIndex origin = origin_of_id_.at(entry.person_id());
    const bool theirs = origins_[origin].person == person;
    if (theirs || proposals_.AreApart({&origin, 1}, members)) entry.clear_identifiers();
  }
  proposals_.Forget(members);
  --person_count_;
  // Under each id they ever had: of the ones that merges ended something is left elsewhere, too.
  // The members rise, and the one that names the person comes first.
  for (auto origin = members.rbegin(); origin != members.rend(); ++origin) {
    SetTimestamp(now, *AddLogEntry(*origin).mutable_erased()->mutable_erase_time());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Proposal>> MemoryIdentityStore::ListProposals(size_t limit) {
  std::vector<Proposal> open;
  for (const auto& [pair, bits] : proposals_.pairs()) {
    const Origin& a = origins_[pair.first];
    const Origin& b = origins_[pair.second];
    if (a.person == b.person || a.erased || b.erased) continue;
    if (open.size() == limit) break;
    open.push_back({Text(IdOf(a.person)), Text(IdOf(b.person)), Proposals::KindsOf(bits)});
  }
  return open;
}

absl::StatusOr<std::vector<v1::IdentityLogEntry>> MemoryIdentityStore::ReadLog(int64_t after_seq,
                                                                               size_t limit) {
  std::vector<v1::IdentityLogEntry> entries;
  for (size_t i = static_cast<size_t>(std::max<int64_t>(after_seq, 0));
       i < log_.size() && entries.size() < limit; ++i) {
    entries.push_back(log_[i]);
  }
  return entries;
}

absl::Status MemoryIdentityStore::SetRelayedSeq(int64_t seq) {
  relayed_seq_ = std::max(relayed_seq_, seq);
  return absl::OkStatus();
}

}  // namespace tend::enrichment
