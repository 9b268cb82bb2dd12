// The read model's tables. postgres/projection_writer.h alone writes them.

#ifndef TEND_SERVICES_QUERY_POSTGRES_SCHEMA_H_
#define TEND_SERVICES_QUERY_POSTGRES_SCHEMA_H_

#include "absl/types/span.h"
#include "common/postgres/migrations.h"

namespace tend::query {

// Of the service "query".
absl::Span<const postgres::Migration> ReadModelMigrations();

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_POSTGRES_SCHEMA_H_
