// What a contract's string field may hold: a message with anything else in one is written and never
// read again. Pure.

#ifndef TEND_COMMON_MODEL_UTF8_H_
#define TEND_COMMON_MODEL_UTF8_H_

#include "absl/strings/string_view.h"

namespace tend::model {

// The longest beginning of `bytes` that is UTF-8; it ends between two characters.
absl::string_view Utf8Prefix(absl::string_view bytes);

inline bool IsUtf8(absl::string_view bytes) { return Utf8Prefix(bytes).size() == bytes.size(); }

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_UTF8_H_
