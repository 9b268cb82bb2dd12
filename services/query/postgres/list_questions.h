// ListService's answers: what becomes of the rows of a list, computed when asked.

#ifndef TEND_SERVICES_QUERY_POSTGRES_LIST_QUESTIONS_H_
#define TEND_SERVICES_QUERY_POSTGRES_LIST_QUESTIONS_H_

#include <atomic>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/stream/clock.h"
#include "services/query/domain/live_relationship.h"
#include "services/query/postgres/tables.h"
#include "tend/v1/list_service.pb.h"

namespace tend::query {

// All methods from any thread. Errors of all: INVALID_ARGUMENT naming the field; NOT_FOUND;
// UNAVAILABLE while PostgreSQL is away; those of Tables.
class ListQuestions {
 public:
  // All outlive this. most_reports: at once; each holds a connection for as long as it takes.
  ListQuestions(Tables& tables, const stream::Clock& clock, const Judgement& judgement,
                int most_reports)
      : tables_(tables), clock_(clock), judgement_(judgement), free_reports_(most_reports) {}

  // Reads every row's relationship: some tens of microseconds a row. Errors: also
  // RESOURCE_EXHAUSTED while as many reports are computed as may be.
  absl::StatusOr<v1::GetListReportResponse> Report(const v1::GetListReportRequest& request);
  absl::StatusOr<v1::ListListRowsResponse> Rows(const v1::ListListRowsRequest& request);

 private:
  // The next rows after a number, at most `limit`, with their outcomes.
  absl::StatusOr<std::vector<v1::ListRow>> Read(postgres::Connection& connection,
                                                const std::string& list_id, int64_t after,
                                                int limit);

  // One of the reports that may be computed at once, while it lives.
  class Turn;

  Tables& tables_;
  const stream::Clock& clock_;
  const Judgement judgement_;
  std::atomic<int> free_reports_;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_POSTGRES_LIST_QUESTIONS_H_
