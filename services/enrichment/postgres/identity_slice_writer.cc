// The other half of identity_slice.h: what was changed, as statements.

#include <algorithm>

#include "absl/container/btree_set.h"
#include "common/base/status_macros.h"
#include "services/enrichment/postgres/identity_slice.h"

namespace tend::enrichment {
namespace {

using postgres::Batch;
using postgres::Params;

// Changes are kept as long as an instance may be behind: then it reads everything anew.
constexpr int64_t kChangesKept = 1'000'000;

constexpr const char* kAddOrigins = R"sql(
    INSERT INTO identity_origin (origin_id, person_id, account, strong, erased)
    SELECT id, person, nullif(account, ''), strong <> 0, erased <> 0
    FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY
         n(id, person, account, strong, erased, place) ORDER BY place)sql";
constexpr const char* kSetOrigins = R"sql(
    UPDATE identity_origin o
    SET person_id = person, account = nullif(n.account, ''), strong = n.strong <> 0,
        erased = n.erased <> 0
    FROM unnest($1, $2, $3, $4, $5) n(id, person, account, strong, erased)
    WHERE o.origin_id = id)sql";
constexpr const char* kAddIdentifiers =
    "INSERT INTO identity_identifier (key, origin_id) SELECT * FROM unnest($1, $2)";
constexpr const char* kRemoveIdentifiers = "DELETE FROM identity_identifier WHERE key = ANY($1)";
constexpr const char* kAddErased =
    "INSERT INTO identity_erased (hash) SELECT unnest($1) ON CONFLICT DO NOTHING";
// Of erased origins. What was compared: see MemoryIdentityStore::Erase.
constexpr const char* kForgetCompared = R"sql(
    UPDATE identity_log SET compared = NULL
    WHERE person_id IN (SELECT unnest($1)
                        UNION SELECT b FROM identity_pair WHERE a = ANY($1) AND apart
                        UNION SELECT a FROM identity_pair WHERE b = ANY($1) AND apart))sql";
constexpr const char* kForgetHolders = "DELETE FROM identity_holder WHERE origin_id = ANY($1)";
constexpr const char* kForgetPairs = "DELETE FROM identity_pair WHERE a = ANY($1) OR b = ANY($1)";
constexpr const char* kAddHolders =
    "INSERT INTO identity_holder (hash, origin_id) SELECT * FROM unnest($1, $2)";
constexpr const char* kSetPairs = R"sql(
    INSERT INTO identity_pair (a, b, agreeing, apart)
    SELECT a, b, agreeing, apart <> 0 FROM unnest($1, $2, $3, $4) n(a, b, agreeing, apart)
    ON CONFLICT (a, b) DO UPDATE SET agreeing = excluded.agreeing, apart = excluded.apart)sql";
constexpr const char* kAddLog = R"sql(
    INSERT INTO identity_log (seq, person_id, entry, compared)
    SELECT seq, person, entry, nullif(compared, '') FROM unnest($1, $2, $3, $4)
           n(seq, person, entry, compared))sql";
constexpr const char* kAddChanges =
    "INSERT INTO identity_change (version, person_id) SELECT * FROM unnest($1, $2)";
constexpr const char* kDropChanges = "DELETE FROM identity_change WHERE version <= $1";

using Texts = std::vector<absl::string_view>;
using Ints = std::vector<int64_t>;

// Compares two states of a slice, and gathers the statements that make one of the other.
class Writer {
 public:
  Writer(const Slice& before, const IdentityTables& after)
      : before_(before.tables), after_(after), version_(before.version) {}

  Batch Statements() {
    WriteOrigins();
    WriteForgotten();
    WriteIdentifiers();
    WriteErased();
    WriteHolders();
    WritePairs();
    WriteLog();
    WriteChanges();
    batch_.Add("COMMIT");
    return std::move(batch_);
  }

  int64_t version() const { return version_; }

 private:
  using Origin = IdentityTables::Origin;
  struct OriginRows {
    Texts ids, persons, accounts;
    Ints strong, erased;
    Params Bound() const {
      return Params().Uuids(ids).Uuids(persons).Texts(accounts).Ints(strong).Ints(erased);
    }
  };

  absl::string_view IdOf(IdentityTables::OriginIndex origin) const {
    return after_.origins[origin].id;
  }

  void WriteOrigins() {
    OriginRows added, changed;
    for (size_t i = 0; i < after_.origins.size(); ++i) {
      const Origin& origin = after_.origins[i];
      const bool known = i < before_.origins.size();
      if (known && origin == before_.origins[i]) continue;
      if (known) changed_.insert(before_.origins[before_.origins[i].person].id);
      if (known || origin.person != i) changed_.insert(IdOf(origin.person));
      OriginRows& rows = known ? changed : added;
      rows.ids.push_back(origin.id);
      rows.persons.push_back(IdOf(origin.person));
      rows.accounts.push_back(origin.account);
      rows.strong.push_back(origin.strong);
      rows.erased.push_back(origin.erased);
      if (known && origin.erased) erased_.push_back(origin.id);
    }
    if (!added.ids.empty()) batch_.Add(kAddOrigins, added.Bound());
    if (!changed.ids.empty()) batch_.Add(kSetOrigins, changed.Bound());
  }

  // Of an erasure the slice holds neither the log nor the keys' holders.
  void WriteForgotten() {
    if (erased_.empty()) return;
    for (const char* forget : {kForgetCompared, kForgetHolders, kForgetPairs}) {
      batch_.Add(forget, Params().Uuids(erased_));
    }
  }

  void WriteIdentifiers() {
    Texts keys, origins, removed;
    for (const auto& [key, origin] : after_.identifiers) {
      if (before_.identifiers.contains(key)) continue;
      keys.push_back(key);
      origins.push_back(IdOf(origin));
    }
    for (const auto& [key, origin] : before_.identifiers) {
      if (!after_.identifiers.contains(key)) removed.push_back(key);
    }
    if (!keys.empty()) batch_.Add(kAddIdentifiers, Params().Bytes(keys).Uuids(origins));
    if (!removed.empty()) batch_.Add(kRemoveIdentifiers, Params().Bytes(removed));
  }

  void WriteErased() {
    Texts hashes;
    for (const std::string& hash : after_.erased) {
      if (!before_.erased.contains(hash)) hashes.push_back(hash);
    }
    if (!hashes.empty()) batch_.Add(kAddErased, Params().Uuids(hashes));
  }

  void WriteHolders() {
    Ints hashes;
    Texts origins;
    for (const auto& [hash, holders] : after_.holders) {
      const auto known = before_.holders.find(hash);
      for (size_t i = known == before_.holders.end() ? 0 : known->second.size(); i < holders.size();
           ++i) {
        hashes.push_back(static_cast<int64_t>(hash));
        origins.push_back(IdOf(holders[i]));
      }
    }
    if (!hashes.empty()) batch_.Add(kAddHolders, Params().Ints(hashes).Uuids(origins));
  }

  static uint8_t Agreeing(const IdentityTables& tables, const IdentityTables::Pair& pair) {
    const auto found = tables.agreeing.find(pair);
    return found == tables.agreeing.end() ? 0 : found->second;
  }

  void WritePairs() {
    absl::btree_set<IdentityTables::Pair> pairs(before_.apart.begin(), before_.apart.end());
    pairs.insert(after_.apart.begin(), after_.apart.end());
    for (const auto& [pair, bits] : after_.agreeing) pairs.insert(pair);
    Texts a, b;
    Ints agreeing, apart;
    for (const IdentityTables::Pair& pair : pairs) {
      const auto& [earlier, later] = pair;
      if (after_.origins[earlier].erased || after_.origins[later].erased) continue;
      const bool is_apart = after_.apart.contains(pair);
      const uint8_t bits = Agreeing(after_, pair);
      if (is_apart == before_.apart.contains(pair) && bits == Agreeing(before_, pair)) continue;
      a.push_back(IdOf(pair.first));
      b.push_back(IdOf(pair.second));
      agreeing.push_back(bits);
      apart.push_back(is_apart);
    }
    if (a.empty()) return;
    batch_.Add(kSetPairs, Params().Uuids(a).Uuids(b).Ints(agreeing).Ints(apart));
  }

  void WriteLog() {
    Ints seqs;
    Texts persons;
    std::vector<std::string> entries, compared;
    for (const v1::IdentityLogEntry& entry : after_.log) {
      v1::IdentityLogEntry rest = entry, identifiers;
      rest.mutable_identifiers()->Swap(identifiers.mutable_identifiers());
      seqs.push_back(entry.seq());
      persons.push_back(entry.person_id());
      entries.push_back(rest.SerializeAsString());
      compared.push_back(identifiers.SerializeAsString());
    }
    if (seqs.empty()) return;
    batch_.Add(kAddLog, Params()
                            .Ints(seqs)
                            .Uuids(persons)
                            .Bytes(Texts(entries.begin(), entries.end()))
                            .Bytes(Texts(compared.begin(), compared.end())));
  }

  void WriteChanges() {
    if (changed_.empty()) return;
    Ints versions;
    for (size_t i = 0; i < changed_.size(); ++i) versions.push_back(++version_);
    batch_.Add(kAddChanges, Params().Ints(versions).Uuids(Texts(changed_.begin(), changed_.end())));
    if (version_ > kChangesKept) {
      batch_.Add(kDropChanges, Params().Int(version_ - kChangesKept));
    }
  }

  const IdentityTables& before_;
  const IdentityTables& after_;
  int64_t version_;
  Batch batch_;
  absl::btree_set<absl::string_view> changed_;  // persons
  Texts erased_;                                // origins
};

}  // namespace

absl::StatusOr<int64_t> WriteSlice(postgres::Connection& connection, const Slice& before,
                                   const IdentityTables& after) {
  Writer writer(before, after);
  TEND_RETURN_IF_ERROR(connection.Run(writer.Statements()).status());
  return writer.version();
}

}  // namespace tend::enrichment
