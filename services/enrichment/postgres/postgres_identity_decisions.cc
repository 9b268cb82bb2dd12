// What people decide about identity, and what others read of it; see postgres_identity_store.cc for
// the rest.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/runtime/log.h"
#include "services/enrichment/postgres/postgres_identity_store.h"

namespace tend::enrichment {
namespace {

using postgres::Batch;
using postgres::Params;
using postgres::Rows;

constexpr const char* kProposals = R"sql(
    SELECT a.person_id, b.person_id, p.agreeing
    FROM identity_pair p
    JOIN identity_origin a ON a.origin_id = p.a
    JOIN identity_origin b ON b.origin_id = p.b
    WHERE p.agreeing <> 0 AND a.person_id <> b.person_id AND NOT a.erased AND NOT b.erased
    ORDER BY a.number, b.number LIMIT $1)sql";
constexpr const char* kReadLog =
    "SELECT entry, compared FROM identity_log WHERE seq > $1 ORDER BY seq LIMIT $2";
constexpr const char* kRelayed = "SELECT seq FROM identity_relay";
constexpr const char* kSetRelayed = "UPDATE identity_relay SET seq = greatest(seq, $1)";

absl::Status NoSuch(absl::string_view what, absl::string_view id) {
  return absl::NotFoundError(absl::StrCat("no ", what, " ", id));
}

bool Parse(absl::string_view bytes, v1::IdentityLogEntry& entry) {
  return entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

int64_t Bounded(size_t limit) { return static_cast<int64_t>(std::min<size_t>(limit, 1 << 30)); }

}  // namespace

absl::Status PostgresIdentityStore::Merge(absl::string_view person_a, absl::string_view person_b,
                                          absl::string_view cause, absl::Time now) {
  SliceWanted wanted;
  for (absl::string_view id : {person_a, person_b}) {
    if (!postgres::IsUuid(id)) return NoSuch("person", id);
    wanted.origins.emplace_back(id);
  }
  IdentityTables after;
  const auto merge = [&](MemoryIdentityStore& rules) {
    return rules.Merge(person_a, person_b, cause, now);
  };
  return Change(wanted, after, merge).status();
}

absl::Status PostgresIdentityStore::Split(absl::Span<const std::string> origin_ids,
                                          absl::string_view cause, absl::Time now) {
  SliceWanted wanted;
  for (const std::string& id : origin_ids) {
    if (!postgres::IsUuid(id)) return NoSuch("origin", id);
    wanted.origins.push_back(id);
  }
  IdentityTables after;
  const auto split = [&](MemoryIdentityStore& rules) {
    return rules.Split(origin_ids, cause, now);
  };
  return Change(wanted, after, split).status();
}

absl::Status PostgresIdentityStore::Erase(absl::string_view person_id, absl::Time now) {
  if (!postgres::IsUuid(person_id)) return NoSuch("person", person_id);
  SliceWanted wanted;
  wanted.origins.emplace_back(person_id);
  wanted.identifiers_of_persons = true;
  IdentityTables after;
  const auto erase = [&](MemoryIdentityStore& rules) { return rules.Erase(person_id, now); };
  return Change(wanted, after, erase).status();
}

absl::StatusOr<std::vector<Proposal>> PostgresIdentityStore::ListProposals(size_t limit) {
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows,
                        Run(Batch().Add(kProposals, Params().Int(Bounded(limit)))));
  std::vector<Proposal> proposals;
  proposals.reserve(static_cast<size_t>(rows[0].size()));
  for (int i = 0; i < rows[0].size(); ++i) {
    proposals.push_back({rows[0].Uuid(i, 0), rows[0].Uuid(i, 1),
                         Proposals::KindsOf(static_cast<uint8_t>(rows[0].Int(i, 2)))});
  }
  return proposals;
}

absl::StatusOr<std::vector<v1::IdentityLogEntry>> PostgresIdentityStore::ReadLog(int64_t after_seq,
                                                                                 size_t limit) {
  const Params params = Params().Int(after_seq).Int(Bounded(limit));
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows, Run(Batch().Add(kReadLog, params)));
  std::vector<v1::IdentityLogEntry> entries(static_cast<size_t>(rows[0].size()));
  for (int i = 0; i < rows[0].size(); ++i) {
    v1::IdentityLogEntry& entry = entries[static_cast<size_t>(i)];
    if (!Parse(rows[0].Text(i, 0), entry)) {
      return absl::DataLossError(absl::StrCat("identity_log after ", after_seq, " is unreadable"));
    }
    if (rows[0].IsNull(i, 1)) continue;
    // Only a reason to show. Earlier versions compared identifiers that were not UTF-8: no merge,
    // split or erasure waits for such a one.
    v1::IdentityLogEntry compared;
    if (Parse(rows[0].Text(i, 1), compared)) {
      entry.mutable_identifiers()->Swap(compared.mutable_identifiers());
    } else {
      LogWarning("compared identifiers are unreadable", {{"seq", entry.seq()}});
    }
  }
  return entries;
}

absl::StatusOr<int64_t> PostgresIdentityStore::RelayedSeq() {
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows, Run(Batch().Add(kRelayed)));
  return rows[0].Int(0, 0);
}

absl::Status PostgresIdentityStore::SetRelayedSeq(int64_t seq) {
  return Run(Batch().Add(kSetRelayed, Params().Int(seq))).status();
}

}  // namespace tend::enrichment
