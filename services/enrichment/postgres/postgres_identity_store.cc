#include "services/enrichment/postgres/postgres_identity_store.h"

#include <algorithm>
#include <limits>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/status_macros.h"
#include "common/model/utf8.h"
#include "services/enrichment/domain/normalize.h"
#include "services/enrichment/postgres/schema.h"

namespace tend::enrichment {
namespace {

using postgres::Batch;
using postgres::Params;
using postgres::Rows;

// A page's third is the most an index can hold; nobody's real identifier comes near this.
constexpr size_t kLongestKey = 1024;
// More changes than that since the last batch are read anew.
constexpr int kMaxChanges = 10'000;

constexpr const char* kOneSnapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
constexpr const char* kPlace = R"sql(
    SELECT (SELECT coalesce(max(version), 0) FROM identity_change),
           (SELECT coalesce(max(seq), 0) FROM identity_log))sql";
constexpr const char* kChanges = R"sql(
    SELECT version, person_id FROM identity_change WHERE version > $1
    ORDER BY version LIMIT 10000)sql";
constexpr const char* kLookUp = R"sql(
    SELECT i.key, o.origin_id, o.person_id,
           coalesce(o.account, (SELECT m.account FROM identity_origin m
                                WHERE m.person_id = o.person_id AND m.account IS NOT NULL
                                ORDER BY m.number LIMIT 1), '')
    FROM identity_identifier i JOIN identity_origin o USING (origin_id)
    WHERE i.key = ANY($1))sql";
// A founding identifier's keyed hash is its person's id. Erased ones found nobody. Who attaches
// identifiers is kept out by the lock; another founder of the same one founds the same person.
// No join of the two inserts: arrays are taken for ten rows, and it would be a nested loop (180 ms
// for 1000 founders instead of 12).
constexpr const char* kFound = R"sql(
    WITH founder AS MATERIALIZED (
      SELECT * FROM unnest($1, $2, $3, $4) f(key, id, account, strong)
      WHERE NOT EXISTS (SELECT FROM identity_erased WHERE hash = f.id)
        AND NOT EXISTS (SELECT FROM identity_identifier i WHERE i.key = f.key)
      ORDER BY f.key),
    added AS (
      INSERT INTO identity_identifier (key, origin_id)
      SELECT key, id FROM founder ON CONFLICT DO NOTHING)
    INSERT INTO identity_origin (origin_id, person_id, account, strong)
    SELECT id, id, nullif(account, ''), strong <> 0 FROM founder ON CONFLICT DO NOTHING)sql";

std::string Text(absl::string_view view) { return {view.data(), view.size()}; }

bool IsMailWithoutAccount(absl::string_view key, const IdentityClaim& claim) {
  return claim.account_id.empty() && KindOfKey(key) == v1::IDENTIFIER_KIND_EMAIL;
}

postgres::ConnectionOptions WithSettings(postgres::ConnectionOptions options) {
  // Every statement looks some keys up by an index, whatever the planner thinks of tables that were
  // empty when it last looked: other joins read whole indexes (seen: five times the CPU).
  // An instance that is stopped while it holds the lock must not stop the others.
  options.settings = absl::StrCat(
      "-c enable_seqscan=off -c enable_mergejoin=off -c enable_hashjoin=off "
      "-c idle_in_transaction_session_timeout=10s ",
      options.settings);
  return options;
}

}  // namespace

PostgresIdentityStore::PostgresIdentityStore(const PostgresIdentityOptions& options)
    : hmac_key_(options.hmac_key),
      ids_(hmac_key_),
      connection_(WithSettings(options.connection)),
      cache_(options.cached_identifiers) {}

absl::Status PostgresIdentityStore::MakeTables() {
  if (migrated_) return absl::OkStatus();
  TEND_RETURN_IF_ERROR(postgres::Migrate(connection_, "enrichment", IdentityMigrations()));
  migrated_ = true;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Rows>> PostgresIdentityStore::Run(const Batch& batch) {
  TEND_RETURN_IF_ERROR(MakeTables());
  return connection_.Run(batch);
}

absl::Status PostgresIdentityStore::Resolve(Claims claims, absl::Time now,
                                            absl::Span<Resolution> resolutions) {
  TEND_CHECK(claims.size() == resolutions.size());
  cache_.BeginBatch();
  claims = Storable(claims);
  TEND_RETURN_IF_ERROR(Refresh(claims));
  std::vector<size_t> missing;
  bool rules = false;
  for (size_t i = 0; i < claims.size(); ++i) {
    const Need need = NeedOf(claims[i]);
    if (need != Need::kNothing) missing.push_back(i);
    rules |= need == Need::kRules;
  }
  // First what writes into the cache, then what points into it.
  if (rules) {
    TEND_RETURN_IF_ERROR(Rule(claims, missing, now, resolutions));
  } else if (!missing.empty()) {
    TEND_RETURN_IF_ERROR(Found(claims, missing));
  }
  size_t next = 0;
  for (size_t i = 0; i < claims.size(); ++i) {
    const bool was_missing = next < missing.size() && missing[next] == i;
    next += was_missing;
    if (was_missing && rules) continue;
    resolutions[i] = Known(claims[i]);
    // It may found, and did not: its identifier was erased.
    const bool unknown = resolutions[i].is == Resolution::Is::kUnknown;
    if (was_missing && unknown) resolutions[i].is = Resolution::Is::kErased;
  }
  return absl::OkStatus();
}

PostgresIdentityStore::Claims PostgresIdentityStore::Storable(Claims claims) {
  const auto is_long = [](absl::string_view key) { return key.size() > kLongestKey; };
  storable_.clear(), shortened_.clear();
  if (std::none_of(claims.begin(), claims.end(), [&](const IdentityClaim& claim) {
        return std::any_of(claim.keys.begin(), claim.keys.end(), is_long);
      })) {
    return claims;
  }
  storable_.assign(claims.begin(), claims.end());
  for (IdentityClaim& claim : storable_) {
    for (absl::string_view& key : claim.keys) {
      if (!is_long(key)) continue;
      shortened_.push_back(absl::StrCat(model::Utf8Prefix(key.substr(0, 64)), StableId({key})));
      key = shortened_.back();
    }
  }
  return storable_;
}

absl::Status PostgresIdentityStore::Refresh(Claims claims) {
  absl::flat_hash_set<absl::string_view> asked;
  for (bool first = true;; first = false) {
    std::vector<absl::string_view> missing;
    for (const IdentityClaim& claim : claims) {
      for (absl::string_view key : claim.keys) {
        if (cache_.Find(key) == nullptr && asked.insert(key).second) missing.push_back(key);
      }
    }
    if (missing.empty() && !first) return absl::OkStatus();
    const int64_t after =
        cache_.version() < 0 ? std::numeric_limits<int64_t>::max() : cache_.version();
    // Of one snapshot: who somebody is has to be true at the place in the log that is told with it
    // (docs/decisions/2026-11-25-where-a-part-lives.md).
    Batch batch;
    batch.Add(kOneSnapshot).Add(kPlace).Add(kChanges, Params().Int(after));
    if (!missing.empty()) batch.Add(kLookUp, Params().Bytes(missing));
    batch.Add("COMMIT");
    TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows, Run(batch));
    TakeChanges(rows[1], rows[2]);
    if (missing.empty()) continue;
    const Rows& found = rows[3];
    TakeIdentities(found);
    // A later round may find that these have changed meanwhile, and has to ask again.
    for (int i = 0; i < found.size(); ++i) asked.erase(found.Text(i, 0));
  }
}

void PostgresIdentityStore::TakeChanges(const Rows& place, const Rows& changes) {
  seq_ = place.Int(0, 1);
  const int64_t known = cache_.version();
  const bool gap = changes.size() > 0 && changes.Int(0, 0) != known + 1;
  if (known < 0 || gap || changes.size() >= kMaxChanges) {
    cache_.ForgetAll(place.Int(0, 0));
    return;
  }
  for (int i = 0; i < changes.size(); ++i) cache_.Changed(changes.Uuid(i, 1), changes.Int(i, 0));
}

void PostgresIdentityStore::TakeIdentities(const Rows& rows) {
  for (int i = 0; i < rows.size(); ++i) {
    cache_.Put(rows.Text(i, 0), rows.Uuid(i, 1), rows.Uuid(i, 2), rows.Text(i, 3),
               cache_.version());
  }
}

PostgresIdentityStore::Need PostgresIdentityStore::NeedOf(const IdentityClaim& claim) {
  if (claim.keys.size() > 1 || claim.name_and_company != 0) {
    return cache_.IsSettled(FingerprintOf(claim)) ? Need::kNothing : Need::kRules;
  }
  const absl::string_view key = claim.keys[0];
  if (cache_.Find(key) != nullptr || !claim.may_found) return Need::kNothing;
  return IsMailWithoutAccount(key, claim) ? Need::kRules : Need::kFound;
}

uint64_t PostgresIdentityStore::FingerprintOf(const IdentityClaim& claim) {
  std::string text =
      absl::StrCat(claim.asserted, claim.may_found, claim.name_and_company, "|", claim.account_id);
  for (absl::string_view key : claim.keys) {
    const KnownIdentity* known = cache_.Find(key);
    absl::StrAppend(&text, "|", key.size(), ":", key);
    if (known != nullptr) absl::StrAppend(&text, known->origin_id(), known->person_id());
  }
  return StableHash(text);
}

// What the rules answer where they have nothing to change: the first key that is known.
Resolution PostgresIdentityStore::Known(const IdentityClaim& claim) {
  Resolution resolution;
  resolution.identity_seq = seq_;
  for (absl::string_view key : claim.keys) {
    const KnownIdentity* known = cache_.Find(key);
    if (known == nullptr) continue;
    resolution.is = Resolution::Is::kPerson;
    resolution.origin_id = known->origin_id();
    resolution.person_id = known->person_id();
    resolution.account_id = claim.account_id.empty() ? known->account : claim.account_id;
    return resolution;
  }
  return resolution;
}

absl::Status PostgresIdentityStore::Found(Claims claims, absl::Span<const size_t> which) {
  std::vector<const IdentityClaim*> founders;
  for (size_t i : which) founders.push_back(&claims[i]);
  // Sorted, so that racing founders wait for each other in one order.
  const auto key = [](const IdentityClaim* claim) { return claim->keys[0]; };
  std::sort(founders.begin(), founders.end(),
            [key](const auto* a, const auto* b) { return key(a) < key(b); });
  founders.erase(std::unique(founders.begin(), founders.end(),
                             [key](const auto* a, const auto* b) { return key(a) == key(b); }),
                 founders.end());
  std::vector<std::string> made;
  std::vector<absl::string_view> keys, accounts;
  std::vector<int64_t> strong;
  for (const IdentityClaim* founder : founders) {
    keys.push_back(key(founder));
    made.push_back(ids_.Of(keys.back()));
    const bool mail = KindOfKey(keys.back()) == v1::IDENTIFIER_KIND_EMAIL;
    accounts.push_back(mail ? founder->account_id : "");
    strong.push_back(IsStrong(keys.back()));
  }
  const std::vector<absl::string_view> ids(made.begin(), made.end());
  Batch batch;
  batch.Add("BEGIN").Add(kShareIdentityLock);
  batch.Add(kFound, Params().Bytes(keys).Uuids(ids).Texts(accounts).Ints(strong));
  batch.Add("COMMIT").Add(kLookUp, Params().Bytes(keys));
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows, Run(batch));
  TakeIdentities(rows.back());
  return absl::OkStatus();
}

absl::Status PostgresIdentityStore::Rule(Claims claims, absl::Span<const size_t> which,
                                         absl::Time now, absl::Span<Resolution> resolutions) {
  SliceWanted wanted;
  std::vector<IdentityClaim> ruled;
  for (size_t i : which) {
    const IdentityClaim& claim = ruled.emplace_back(claims[i]);
    const auto want_hash = [&wanted](InferenceKey kind, uint64_t hash) {
      wanted.hashes.push_back(static_cast<int64_t>(Proposals::HolderKey(kind, hash)));
    };
    if (claim.name_and_company != 0) {
      want_hash(InferenceKey::kNameAndCompany, claim.name_and_company);
    }
    for (absl::string_view key : claim.keys) {
      wanted.keys.push_back(Text(key));
      wanted.erased.push_back(ids_.Of(key));  // known ones may be erased meanwhile
      if (IsMailWithoutAccount(key, claim)) {
        want_hash(InferenceKey::kMailbox, MailboxHash(key));
      }
    }
  }
  std::vector<Resolution> answers(ruled.size());
  IdentityTables after;
  TEND_ASSIGN_OR_RETURN(const int64_t version,
                        Change(wanted, after, [&](MemoryIdentityStore& rules) {
                          return rules.Resolve(ruled, now, absl::MakeSpan(answers));
                        }));
  for (size_t i = 0; i < which.size(); ++i) resolutions[which[i]] = answers[i];
  RememberRuled(claims, which, answers, after, version);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> PostgresIdentityStore::Change(const SliceWanted& wanted,
                                                      IdentityTables& after,
                                                      const Operation& operation) {
  TEND_RETURN_IF_ERROR(MakeTables());
  TEND_ASSIGN_OR_RETURN(const Slice slice, ReadSlice(connection_, wanted));
  rules_ = std::make_unique<MemoryIdentityStore>(hmac_key_, slice.tables);
  if (const absl::Status refused = operation(*rules_); !refused.ok()) {
    TEND_RETURN_IF_ERROR(connection_.Run(Batch().Add("ROLLBACK")).status());
    return refused;
  }
  after = rules_->Tables();
  return WriteSlice(connection_, slice, after);
}

// Made again as they are, these claims change nothing.
void PostgresIdentityStore::RememberRuled(Claims claims, absl::Span<const size_t> which,
                                          absl::Span<const Resolution> answers,
                                          const IdentityTables& tables, int64_t version) {
  absl::flat_hash_map<IdentityTables::OriginIndex, absl::string_view> account_of_person;
  for (const IdentityTables::Origin& origin : tables.origins) {
    if (!origin.account.empty()) account_of_person.try_emplace(origin.person, origin.account);
  }
  for (size_t i : which) {
    for (absl::string_view key : claims[i].keys) {
      const auto found = tables.identifiers.find(key);
      if (found == tables.identifiers.end()) continue;
      const IdentityTables::Origin& origin = tables.origins[found->second];
      const auto account = account_of_person.find(origin.person);
      absl::string_view told = origin.account;
      if (told.empty() && account != account_of_person.end()) told = account->second;
      cache_.Put(key, origin.id, tables.origins[origin.person].id, told, version);
    }
  }
  for (size_t i = 0; i < which.size(); ++i) {
    const IdentityClaim& claim = claims[which[i]];
    const auto holders = tables.holders.find(
        Proposals::HolderKey(InferenceKey::kNameAndCompany, claim.name_and_company));
    // An erasure may leave a key few enough holders to take this one.
    const bool given_up = holders != tables.holders.end() && Proposals::IsGivenUp(holders->second);
    if (answers[i].is != Resolution::Is::kErased && !given_up) cache_.Settle(FingerprintOf(claim));
  }
}

}  // namespace tend::enrichment
