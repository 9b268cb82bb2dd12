// NudgeService's answers from the tables; its stream is in nudge_feed.h.

#ifndef TEND_SERVICES_QUERY_POSTGRES_NUDGE_QUESTIONS_H_
#define TEND_SERVICES_QUERY_POSTGRES_NUDGE_QUESTIONS_H_

#include "absl/status/statusor.h"
#include "common/stream/clock.h"
#include "services/query/postgres/tables.h"
#include "tend/v1/nudge_service.pb.h"

namespace tend::query {

// All methods from any thread. Errors of all: INVALID_ARGUMENT naming the field; NOT_FOUND;
// UNAVAILABLE while PostgreSQL is away; those of Tables.
class NudgeQuestions {
 public:
  // Both outlive this.
  NudgeQuestions(Tables& tables, const stream::Clock& clock) : tables_(tables), clock_(clock) {}

  absl::StatusOr<v1::GetNudgeResponse> Get(const v1::GetNudgeRequest& request);
  // What a nudge is held for may pass between two pages: it is shown where its place is yet to
  // come, and no nudge comes twice.
  absl::StatusOr<v1::ListNudgesResponse> List(const v1::ListNudgesRequest& request);

 private:
  Tables& tables_;
  const stream::Clock& clock_;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_POSTGRES_NUDGE_QUESTIONS_H_
