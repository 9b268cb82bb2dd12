// OperationsService's lists of rejects, from the tables.

#ifndef TEND_SERVICES_QUERY_POSTGRES_REJECT_QUESTIONS_H_
#define TEND_SERVICES_QUERY_POSTGRES_REJECT_QUESTIONS_H_

#include "absl/status/statusor.h"
#include "services/query/postgres/tables.h"
#include "tend/v1/operations_service.pb.h"

namespace tend::query {

// All methods from any thread. Errors of all: INVALID_ARGUMENT naming the field; UNAVAILABLE while
// PostgreSQL is away; those of Tables.
class RejectQuestions {
 public:
  // tables outlives this.
  explicit RejectQuestions(Tables& tables) : tables_(tables) {}

  // A page ends early once its rejects have kPageBytes, so that it fits into an answer (gRPC's
  // limit is 4 MiB): they come in full.
  absl::StatusOr<v1::ListRejectsResponse> List(const v1::ListRejectsRequest& request);

  static constexpr int64_t kPageBytes = 2 << 20;

 private:
  Tables& tables_;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_POSTGRES_REJECT_QUESTIONS_H_
