// The statements that write rows into the tables of schema.h.

#ifndef TEND_SERVICES_QUERY_POSTGRES_PROJECTION_STATEMENTS_H_
#define TEND_SERVICES_QUERY_POSTGRES_PROJECTION_STATEMENTS_H_

#include "common/postgres/connection.h"
#include "services/query/domain/rows.h"

namespace tend::query {

// All rows but erasures; a statement for each table that gets any.
void AddStatements(const BatchRows& rows, postgres::Batch& batch);

// Deletes what is personal of these origins and persons, and keeps their ids as erased.
void AddErasure(const Ids& persons, const Ids& origins, postgres::Batch& batch);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_POSTGRES_PROJECTION_STATEMENTS_H_
