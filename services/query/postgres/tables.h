// The tables as questions see them: a connection on which what the caller knows of is visible.

#ifndef TEND_SERVICES_QUERY_POSTGRES_TABLES_H_
#define TEND_SERVICES_QUERY_POSTGRES_TABLES_H_

#include "absl/status/statusor.h"
#include "common/base/status_macros.h"
#include "common/postgres/pool.h"
#include "services/query/postgres/position_watch.h"

namespace tend::query {

// From any thread.
class Tables {
 public:
  // Both outlive this.
  Tables(postgres::Pool& pool, PositionWatch& watch) : pool_(pool), watch_(watch) {}

  // For one question, whose min_position is visible on it. Errors: UNAVAILABLE while all are busy;
  // those of PositionWatch::Await.
  template <typename Request>
  absl::StatusOr<postgres::Pool::Borrowed> For(const Request& request) {
    TEND_ASSIGN_OR_RETURN(postgres::Pool::Borrowed connection, pool_.Borrow());
    if (request.has_min_position()) {
      TEND_RETURN_IF_ERROR(watch_.Await(*connection, request.min_position()));
    }
    return connection;
  }

 private:
  postgres::Pool& pool_;
  PositionWatch& watch_;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_POSTGRES_TABLES_H_
