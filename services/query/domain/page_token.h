// Where a page ends and the next one begins, as text that a client gives back.

#ifndef TEND_SERVICES_QUERY_DOMAIN_PAGE_TOKEN_H_
#define TEND_SERVICES_QUERY_DOMAIN_PAGE_TOKEN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tend::query {

// 0 is 50, more than 1000 is 1000. Errors: INVALID_ARGUMENT below 0.
absl::StatusOr<int> PageSize(int32_t asked);

// The place is what the list's order needs; `question` is a hash of the other fields of the request
// (QuestionHash), with which alone the token is good.
struct PageToken {
  uint64_t question = 0;
  int64_t number = 0;  // a time, in microseconds since 1970; of a list: when its first page was
  int64_t skip = 0;    // rows at that number that were shown
  double value = 0;    // of the last row
  std::string last;    // that row's id
};

uint64_t QuestionHash(absl::Span<const absl::string_view> fields);

std::string Print(const PageToken& token);
// The place after which a page begins; nullopt for the first one, whose text is empty. Errors:
// INVALID_ARGUMENT for a text that is none, or of another question.
absl::StatusOr<std::optional<PageToken>> ParsePageToken(absl::string_view text, uint64_t question);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_DOMAIN_PAGE_TOKEN_H_
