// RelationshipService's answers, from the tables and the model.

#ifndef TEND_SERVICES_QUERY_POSTGRES_RELATIONSHIP_QUESTIONS_H_
#define TEND_SERVICES_QUERY_POSTGRES_RELATIONSHIP_QUESTIONS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/stream/clock.h"
#include "services/query/domain/live_relationship.h"
#include "services/query/postgres/relationship_reads.h"
#include "services/query/postgres/tables.h"
#include "tend/v1/relationship_service.pb.h"

namespace tend::query {

// All methods from any thread. Errors of all: INVALID_ARGUMENT naming the field; NOT_FOUND;
// UNAVAILABLE while PostgreSQL is away; those of Tables.
class RelationshipQuestions {
 public:
  // All outlive this. history_months: how much of the history is kept.
  RelationshipQuestions(Tables& tables, const stream::Clock& clock, const Judgement& judgement,
                        int history_months)
      : tables_(tables), clock_(clock), judgement_(judgement), history_months_(history_months) {}

  absl::StatusOr<v1::GetRelationshipResponse> Get(const v1::GetRelationshipRequest& request);
  absl::StatusOr<v1::ListRelationshipsResponse> List(const v1::ListRelationshipsRequest& request);
  absl::StatusOr<v1::SearchRelationshipsResponse> Search(
      const v1::SearchRelationshipsRequest& request);
  // Also FAILED_PRECONDITION where the history is not kept that far.
  absl::StatusOr<v1::ExplainRelationshipResponse> Explain(
      const v1::ExplainRelationshipRequest& request);
  absl::StatusOr<v1::GetTimelineResponse> Timeline(const v1::GetTimelineRequest& request);

 private:
  absl::StatusOr<std::vector<v1::RelationshipView>> Views(postgres::Connection& connection,
                                                          const Ids& persons, absl::Time now,
                                                          const std::string& owner_id) const;
  // Where the history begins.
  absl::Time Horizon() const;

  Tables& tables_;
  const stream::Clock& clock_;
  const Judgement judgement_;
  const int history_months_;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_POSTGRES_RELATIONSHIP_QUESTIONS_H_
