// The evidence of a moment as one sentence.

#ifndef TEND_COMMON_MODEL_ACT_WORDS_H_
#define TEND_COMMON_MODEL_ACT_WORDS_H_

#include <cstdint>
#include <string>

#include "common/model/words.h"
#include "google/protobuf/repeated_field.h"

namespace tend::model {

// Acts told in a sentence; the lesser ones are left out.
inline constexpr int kMaxActs = 4;

// "Ann asked a question today, looked at content twice since Monday and sent a form on 2 March.":
// rows about interactions, one phrase a class, in the order of the rows (greatest share first).
// Empty when there are none. Of rows without a time only the number is told.
std::string ReasonsOf(const google::protobuf::RepeatedPtrField<v1::Evidence>& evidence,
                      const Reader& reader);

// "once", "twice", "3 times".
std::string Times(int64_t count);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_ACT_WORDS_H_
