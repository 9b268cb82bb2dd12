// Numbered changes of a database's tables, up only.

#ifndef TEND_COMMON_POSTGRES_MIGRATIONS_H_
#define TEND_COMMON_POSTGRES_MIGRATIONS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/postgres/connection.h"

namespace tend::postgres {

// Number i of a service is element i - 1 of its list. Once released it never changes: what comes
// later is a new one at the end.
struct Migration {
  const char* name;
  const char* sql;  // any number of statements, without BEGIN and COMMIT
};

// Applies those that the database has not seen, each in a transaction of its own, and writes them
// down with a hash in the table tend_migration. Under an advisory lock: of several instances that
// start together one works, and the others wait.
// service: "enrichment". Errors: FAILED_PRECONDITION when one was changed after it had been
// applied, or the database is ahead of this program; those of the statements.
absl::Status Migrate(Connection& connection, absl::string_view service,
                     absl::Span<const Migration> migrations);

}  // namespace tend::postgres

#endif  // TEND_COMMON_POSTGRES_MIGRATIONS_H_
