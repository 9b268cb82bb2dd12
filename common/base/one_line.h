// Ids that stand in a line of their own.

#ifndef TEND_COMMON_BASE_ONE_LINE_H_
#define TEND_COMMON_BASE_ONE_LINE_H_

#include "absl/strings/string_view.h"

namespace tend {

// Whether there is no line break in it, of any system.
inline bool IsOneLine(absl::string_view text) {
  return text.find_first_of("\r\n") == absl::string_view::npos;
}

}  // namespace tend

#endif  // TEND_COMMON_BASE_ONE_LINE_H_
