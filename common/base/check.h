// TEND_CHECK: a fault of the program itself ends the process with its place. (Debian's Abseil has
// no absl/log.) Bad data is a value (stream::Outcome), a bad world is an absl::Status; neither
// belongs here.

#ifndef TEND_COMMON_BASE_CHECK_H_
#define TEND_COMMON_BASE_CHECK_H_

#include "absl/base/optimization.h"

namespace tend {

// Prints "file:line: check failed: what" to stderr and aborts.
[[noreturn]] void CheckFailed(const char* file, int line, const char* what);

}  // namespace tend

#define TEND_CHECK(condition)                              \
  do {                                                     \
    if (ABSL_PREDICT_FALSE(!(condition))) {                \
      ::tend::CheckFailed(__FILE__, __LINE__, #condition); \
    }                                                      \
  } while (false)

#endif  // TEND_COMMON_BASE_CHECK_H_
