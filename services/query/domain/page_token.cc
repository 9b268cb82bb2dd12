#include "services/query/domain/page_token.h"

#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "common/base/hash.h"

namespace tend::query {
namespace {

// A token lives for some minutes, between processes of one version: the machine's own byte order.
template <typename Number>
void Append(Number number, std::string& out) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out.append(bytes, sizeof number);
}

template <typename Number>
void Take(absl::string_view& bytes, Number& number) {
  std::memcpy(&number, bytes.data(), sizeof number);
  bytes.remove_prefix(sizeof number);
}

constexpr size_t kHead = 32;

}  // namespace

absl::StatusOr<int> PageSize(int32_t asked) {
  if (asked < 0) return absl::InvalidArgumentError("page_size: is below 0");
  if (asked == 0) return 50;
  return asked > 1000 ? 1000 : asked;
}

uint64_t QuestionHash(absl::Span<const absl::string_view> fields) {
  const std::string id = StableId(fields);
  return StableHash({id.data(), id.size()});
}

std::string Print(const PageToken& token) {
  std::string bytes;
  Append(token.question, bytes);
  Append(token.number, bytes);
  Append(token.skip, bytes);
  Append(token.value, bytes);
  bytes += token.last;
  return absl::WebSafeBase64Escape(bytes);
}

absl::StatusOr<std::optional<PageToken>> ParsePageToken(absl::string_view text, uint64_t question) {
  if (text.empty()) return std::optional<PageToken>();
  std::string decoded;
  if (!absl::WebSafeBase64Unescape(text, &decoded) || decoded.size() < kHead) {
    return absl::InvalidArgumentError("page_token: is none of ours");
  }
  absl::string_view bytes(decoded.data(), decoded.size());
  PageToken token;
  Take(bytes, token.question);
  Take(bytes, token.number);
  Take(bytes, token.skip);
  Take(bytes, token.value);
  token.last.assign(bytes.data(), bytes.size());
  if (token.question != question || token.skip < 0) {
    return absl::InvalidArgumentError("page_token: is of another question");
  }
  return std::optional<PageToken>(std::move(token));
}

}  // namespace tend::query
