#include "common/base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "absl/strings/escaping.h"
#include "common/base/check.h"

namespace tend {
namespace {

const unsigned char* Bytes(absl::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

EVP_MD_CTX* ContextOf(void* context) { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

std::string Sha256(absl::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(Bytes(bytes), bytes.size(), digest);
  return {reinterpret_cast<const char*>(digest), sizeof(digest)};
}

StreamingSha256::StreamingSha256() : context_(EVP_MD_CTX_new()) {
  TEND_CHECK(context_ != nullptr);
  TEND_CHECK(EVP_DigestInit_ex(ContextOf(context_), EVP_sha256(), nullptr) == 1);
}

StreamingSha256::~StreamingSha256() { EVP_MD_CTX_free(ContextOf(context_)); }

void StreamingSha256::Update(absl::string_view bytes) {
  TEND_CHECK(EVP_DigestUpdate(ContextOf(context_), bytes.data(), bytes.size()) == 1);
}

std::string StreamingSha256::HexDigest() {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  TEND_CHECK(EVP_DigestFinal_ex(ContextOf(context_), digest, nullptr) == 1);
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest), sizeof(digest)});
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
