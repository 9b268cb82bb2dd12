// What is asked of the tables about relationships. All functions take a connection of the pool.

#ifndef TEND_SERVICES_QUERY_POSTGRES_RELATIONSHIP_READS_H_
#define TEND_SERVICES_QUERY_POSTGRES_RELATIONSHIP_READS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/postgres/connection.h"
#include "services/query/domain/explanation.h"
#include "services/query/domain/live_relationship.h"
#include "services/query/domain/ranking.h"
#include "tend/v1/person.pb.h"
#include "tend/v1/timeline.pb.h"

namespace tend::query {

struct ReadRelationship {
  StoredRelationship stored;
  int partition = 0;  // of tend.person-events.v1
};

// With their ties, in the order of the ids; unknown ones are left out. Errors: DATA_LOSS for bytes
// that are none.
absl::StatusOr<std::vector<ReadRelationship>> ReadRelationships(postgres::Connection& connection,
                                                                const Ids& persons);

// Of a request. Errors: INVALID_ARGUMENT naming person_id.
absl::StatusOr<Id> IdOf(const std::string& person_id);

// Who the person is now: the survivor, where they were merged. Errors: those of IdOf; NOT_FOUND for
// somebody unknown or erased.
absl::StatusOr<ReadRelationship> ReadSurvivor(postgres::Connection& connection,
                                              const std::string& person_id);

// All that is kept of these origins.
absl::StatusOr<std::vector<HistoryItem>> ReadHistory(postgres::Connection& connection,
                                                     const Ids& origins);

// Adds name and identifiers of the origins to *person.
absl::Status ReadPerson(postgres::Connection& connection, const Ids& origins, v1::Person* person);

// What of the ready list is wanted. Empty fields do not restrict.
struct ListFilter {
  std::string owner_id;
  std::string account_id;
  std::vector<int64_t> stages;
};
absl::StatusOr<std::vector<Ranked>> ReadBounds(postgres::Connection& connection,
                                               const ListFilter& filter,
                                               const std::optional<Ranked>& after, int limit);

// What happened at `until` or before, newest first, at most `limit`; in the same order whenever the
// tables are the same. persons: whose stages and nudges; origins: whose interactions.
absl::StatusOr<std::vector<v1::TimelineEntry>> ReadTimeline(postgres::Connection& connection,
                                                            const Ids& persons, const Ids& origins,
                                                            absl::Time until, int64_t limit);

// Persons by an identifier's normal form, in which only records and visitors tell capitals apart,
// by the address of their profile in a social network, or by the beginning of their name.
absl::StatusOr<Ids> FindOrigins(postgres::Connection& connection, absl::string_view text,
                                int64_t limit);
// Whose these origins are.
absl::StatusOr<Ids> PersonsOf(postgres::Connection& connection, const Ids& origins);

// Of a state: the origins that its parts are of.
Ids OriginsOf(const v1::Relationship& state);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_POSTGRES_RELATIONSHIP_READS_H_
