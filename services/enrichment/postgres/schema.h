// The tables of identity in PostgreSQL, and every statement that touches them.

#ifndef TEND_SERVICES_ENRICHMENT_POSTGRES_SCHEMA_H_
#define TEND_SERVICES_ENRICHMENT_POSTGRES_SCHEMA_H_

#include "absl/types/span.h"
#include "common/postgres/migrations.h"

namespace tend::enrichment {

absl::Span<const postgres::Migration> IdentityMigrations();

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_POSTGRES_SCHEMA_H_
