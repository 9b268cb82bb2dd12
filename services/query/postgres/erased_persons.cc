#include "services/query/postgres/erased_persons.h"

#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"

namespace tend::query {
namespace {

constexpr const char* kErased = R"sql(
    SELECT person_id FROM erased_person WHERE person_id = ANY($1)
    UNION SELECT origin_id FROM erased_origin WHERE origin_id = ANY($1))sql";

}  // namespace

absl::StatusOr<std::set<std::string>> ReadErased(postgres::Connection& connection,
                                                 const std::set<std::string>& person_ids) {
  std::vector<absl::string_view> ids;
  for (const std::string& id : person_ids) {
    if (postgres::IsUuid({id.data(), id.size()})) ids.emplace_back(id.data(), id.size());
  }
  TEND_ASSIGN_OR_RETURN(
      const std::vector<postgres::Rows> rows,
      connection.Run(postgres::Batch().Add(kErased, postgres::Params().Uuids(ids))));
  std::set<std::string> erased;
  for (int i = 0; i < rows[0].size(); ++i) erased.insert(rows[0].Uuid(i, 0));
  return erased;
}

}  // namespace tend::query
