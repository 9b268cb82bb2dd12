#include "common/base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "common/base/check.h"

namespace tend {
namespace {

const unsigned char* Bytes(absl::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

}  // namespace

std::string Sha256(absl::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(Bytes(bytes), bytes.size(), digest);
  return {reinterpret_cast<const char*>(digest), sizeof(digest)};
}

std::string HmacSha256(absl::string_view key, absl::Span<const absl::string_view> parts) {
  std::string joined;
  for (const absl::string_view part : parts) joined.append(part.data(), part.size());
  unsigned char digest[SHA256_DIGEST_LENGTH];
  unsigned int size = 0;
  TEND_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), Bytes(joined),
                  joined.size(), digest, &size) != nullptr);
  return {reinterpret_cast<const char*>(digest), size};
}

bool EqualInConstantTime(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace tend
