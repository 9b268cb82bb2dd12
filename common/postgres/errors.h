// What PostgreSQL answers, as absl::Status by who can act:
//   UNAVAILABLE       the connection or the server is gone, or out of resources: the same call
//   later ABORTED           serialization failure, deadlock, lock not to be had: the transaction
//   again ALREADY_EXISTS    a unique constraint; INVALID_ARGUMENT: any other constraint, or a bad
//   value FAILED_PRECONDITION  no such table, database or right: an operator has to act INTERNAL
//   anything else
// A message holds the server's first line and the SQLSTATE, never its detail, which quotes values.
// Source: PostgreSQL 15, Appendix A.

#ifndef TEND_COMMON_POSTGRES_ERRORS_H_
#define TEND_COMMON_POSTGRES_ERRORS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tend::postgres {

// sqlstate: five characters.
absl::StatusCode CodeOfSqlState(absl::string_view sqlstate);

absl::Status ErrorOf(absl::string_view sqlstate, absl::string_view message);

// The SQLSTATE that ErrorOf was given; empty where there was none.
std::string SqlStateOf(const absl::Status& status);

}  // namespace tend::postgres

#endif  // TEND_COMMON_POSTGRES_ERRORS_H_
