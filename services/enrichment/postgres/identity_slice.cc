#include "services/enrichment/postgres/identity_slice.h"

#include "absl/container/flat_hash_map.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"

namespace tend::enrichment {
namespace {

using postgres::Batch;
using postgres::Params;
using postgres::Rows;

constexpr const char* kLock = "SELECT pg_advisory_xact_lock(7465616402)";
constexpr const char* kPlace = R"sql(
    SELECT (SELECT coalesce(max(version), 0) FROM identity_change),
           (SELECT coalesce(max(seq), 0) FROM identity_log))sql";
constexpr const char* kIdentifiers =
    "SELECT key, origin_id FROM identity_identifier WHERE key = ANY($1)";
// All origins of the persons that are touched: $1 keys, $2 holders' hashes, $3 origins.
#define TEND_MEMBERS                                                                            \
  "WITH touched AS ("                                                                           \
  "  SELECT origin_id FROM identity_identifier WHERE key = ANY($1)"                             \
  "  UNION SELECT origin_id FROM identity_holder WHERE hash = ANY($2)"                          \
  "  UNION SELECT unnest($3)),"                                                                 \
  " person AS (SELECT DISTINCT person_id FROM touched JOIN identity_origin USING (origin_id))," \
  " member AS (SELECT o.* FROM person JOIN identity_origin o USING (person_id)) "
constexpr const char* kMembers = TEND_MEMBERS
    "SELECT origin_id, person_id, coalesce(account, ''), strong, erased FROM member ORDER BY "
    "number";
constexpr const char* kPairs = TEND_MEMBERS
    "SELECT p.a, p.b, p.agreeing, p.apart FROM member m JOIN identity_pair p ON p.a = m.origin_id";
constexpr const char* kMembersIdentifiers =
    TEND_MEMBERS "SELECT key, origin_id FROM member JOIN identity_identifier USING (origin_id)";
#undef TEND_MEMBERS
constexpr const char* kHolders = "SELECT hash, origin_id FROM identity_holder WHERE hash = ANY($1)";
constexpr const char* kErased = "SELECT hash FROM identity_erased WHERE hash = ANY($1)";

std::vector<absl::string_view> Views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

// Rows as they came, by name of origin, into tables that name them by place.
class Reader {
 public:
  void ReadMembers(const Rows& rows) {
    for (int i = 0; i < rows.size(); ++i) {
      const std::string id = rows.Uuid(i, 0);
      places_.emplace(id, static_cast<uint32_t>(i));
      slice_.tables.origins.push_back({id, 0, {}, rows.Bool(i, 3), rows.Bool(i, 4)});
      const absl::string_view account = rows.Text(i, 2);
      slice_.tables.origins.back().account.assign(account.data(), account.size());
    }
    for (int i = 0; i < rows.size(); ++i) {
      slice_.tables.origins[static_cast<size_t>(i)].person = PlaceOf(rows.Uuid(i, 1));
    }
  }
  void ReadIdentifiers(const Rows& rows) {
    for (int i = 0; i < rows.size(); ++i) {
      const absl::string_view key = rows.Text(i, 0);
      slice_.tables.identifiers[{key.data(), key.size()}] = PlaceOf(rows.Uuid(i, 1));
    }
  }
  void ReadHolders(const Rows& rows) {
    for (int i = 0; i < rows.size(); ++i) {
      const auto hash = static_cast<uint64_t>(rows.Int(i, 0));
      slice_.tables.holders[hash].push_back(PlaceOf(rows.Uuid(i, 1)));
    }
  }
  void ReadPairs(const Rows& rows) {
    for (int i = 0; i < rows.size(); ++i) {
      if (!places_.contains(rows.Uuid(i, 1))) continue;  // of somebody who is not touched
      const IdentityTables::Pair pair(PlaceOf(rows.Uuid(i, 0)), PlaceOf(rows.Uuid(i, 1)));
      const auto agreeing = static_cast<uint8_t>(rows.Int(i, 2));
      if (agreeing != 0) slice_.tables.agreeing[pair] = agreeing;
      if (rows.Bool(i, 3)) slice_.tables.apart.insert(pair);
    }
  }
  void ReadErased(const Rows& rows) {
    for (int i = 0; i < rows.size(); ++i) slice_.tables.erased.insert(rows.Uuid(i, 0));
  }
  void ReadPlace(const Rows& rows) {
    slice_.version = rows.Int(0, 0);
    slice_.tables.log_seq = rows.Int(0, 1);
  }
  Slice Take() { return std::move(slice_); }

 private:
  uint32_t PlaceOf(const std::string& origin) const {
    const auto found = places_.find(origin);
    TEND_CHECK(found != places_.end());  // its person is touched, hence all origins of that
    return found->second;
  }

  Slice slice_;
  absl::flat_hash_map<std::string, uint32_t> places_;
};

}  // namespace

absl::StatusOr<Slice> ReadSlice(postgres::Connection& connection, const SliceWanted& wanted) {
  const auto keys = Views(wanted.keys), origins = Views(wanted.origins);
  const auto erased = Views(wanted.erased);
  const Params touched = Params().Bytes(keys).Ints(wanted.hashes).Uuids(origins);
  Batch batch;
  batch.Add("BEGIN").Add(kLock).Add(kPlace).Add(kMembers, touched);
  batch.Add(kIdentifiers, Params().Bytes(keys)).Add(kHolders, Params().Ints(wanted.hashes));
  batch.Add(kPairs, touched).Add(kErased, Params().Uuids(erased));
  if (wanted.identifiers_of_persons) batch.Add(kMembersIdentifiers, touched);
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows, connection.Run(batch));
  Reader reader;
  reader.ReadPlace(rows[2]);
  reader.ReadMembers(rows[3]);
  reader.ReadIdentifiers(rows[4]);
  reader.ReadHolders(rows[5]);
  reader.ReadPairs(rows[6]);
  reader.ReadErased(rows[7]);
  if (wanted.identifiers_of_persons) reader.ReadIdentifiers(rows[8]);
  return reader.Take();
}

}  // namespace tend::enrichment
