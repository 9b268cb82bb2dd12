// Who of some persons was erased, by their present ids or by those they had before a merge.

#ifndef TEND_SERVICES_QUERY_POSTGRES_ERASED_PERSONS_H_
#define TEND_SERVICES_QUERY_POSTGRES_ERASED_PERSONS_H_

#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "common/postgres/connection.h"

namespace tend::query {

// What is no uuid is nobody. Errors: UNAVAILABLE while PostgreSQL is away.
absl::StatusOr<std::set<std::string>> ReadErased(postgres::Connection& connection,
                                                 const std::set<std::string>& person_ids);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_POSTGRES_ERASED_PERSONS_H_
