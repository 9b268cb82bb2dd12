// SHA-256, its keyed form, and comparison that tells nothing by its time: for tokens and
// signatures.

#ifndef TEND_COMMON_BASE_DIGEST_H_
#define TEND_COMMON_BASE_DIGEST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tend {

// 32 bytes.
std::string Sha256(absl::string_view bytes);

// SHA-256 of bytes that come in pieces.
class StreamingSha256 {
 public:
  StreamingSha256();
  ~StreamingSha256();
  StreamingSha256(const StreamingSha256&) = delete;
  StreamingSha256& operator=(const StreamingSha256&) = delete;

  void Update(absl::string_view bytes);
  // 64 hex digits in lower case. Call once, last.
  std::string HexDigest();

 private:
  void* const context_;  // EVP_MD_CTX, kept out of this header
};

// HMAC-SHA256 (RFC 2104) over the parts, one after the other: 32 bytes.
std::string HmacSha256(absl::string_view key, absl::Span<const absl::string_view> parts);

// Takes as long whatever the bytes are; texts of different lengths are unequal at once.
bool EqualInConstantTime(absl::string_view a, absl::string_view b);

}  // namespace tend

#endif  // TEND_COMMON_BASE_DIGEST_H_
