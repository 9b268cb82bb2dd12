// Early returns for absl::Status and absl::StatusOr.

#ifndef TEND_COMMON_BASE_STATUS_MACROS_H_
#define TEND_COMMON_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns the status of `expr` from the enclosing function unless it is OK.
#define TEND_RETURN_IF_ERROR(expr)                                \
  do {                                                            \
    if (absl::Status tend_status_ = (expr); !tend_status_.ok()) { \
      return tend_status_;                                        \
    }                                                             \
  } while (false)

#define TEND_CONCAT_INNER_(a, b) a##b
#define TEND_CONCAT_(a, b) TEND_CONCAT_INNER_(a, b)

// Assigns the value of a StatusOr expression to `lhs`, or returns its status.
#define TEND_ASSIGN_OR_RETURN(lhs, expr) \
  TEND_ASSIGN_OR_RETURN_IMPL_(TEND_CONCAT_(tend_statusor_, __LINE__), lhs, expr)
#define TEND_ASSIGN_OR_RETURN_IMPL_(statusor, lhs, expr)   \
  auto statusor = (expr);                                  \
  if (!statusor.ok()) return std::move(statusor).status(); \
  lhs = *std::move(statusor)

namespace tend {

// The status with "context: " before its message; code and payload stay. OK stays OK.
absl::Status Annotate(const absl::Status& status, const char* context);

}  // namespace tend

#endif  // TEND_COMMON_BASE_STATUS_MACROS_H_
