// How far each topic is projected, by whichever instance.

#ifndef TEND_SERVICES_QUERY_POSTGRES_PROJECTED_OFFSETS_H_
#define TEND_SERVICES_QUERY_POSTGRES_PROJECTED_OFFSETS_H_

#include <map>

#include "absl/status/statusor.h"
#include "common/postgres/connection.h"
#include "common/stream/record.h"

namespace tend::query {

// The next record of each partition; those of which nothing is projected are not there. Errors:
// UNAVAILABLE while PostgreSQL is away.
absl::StatusOr<std::map<stream::TopicPartition, stream::Offset>> ReadProjectedOffsets(
    postgres::Connection& connection);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_POSTGRES_PROJECTED_OFFSETS_H_
