#include "common/base/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <xxhash.h>

#include <array>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/check.h"

namespace tend {
namespace {

// Tend's own namespace for person ids: drawn at random once; changing it changes every id.
constexpr std::array<uint8_t, 16> kPersonNamespace = {
    0x5e, 0x0c, 0x3b, 0x8e, 0x6f, 0x1d, 0x5b, 0x52, 0x9a, 0x41, 0x2d, 0x7c, 0x80, 0x94, 0xe3, 0x17};

XXH3_state_t* StateOf(void* state) { return static_cast<XXH3_state_t*>(state); }

std::string Hex(const XXH128_hash_t& hash) {
  return absl::StrFormat("%016x%016x", hash.high64, hash.low64);
}

}  // namespace

uint64_t StableHash(absl::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string StableId(absl::Span<const absl::string_view> parts) {
  std::string joined;
  for (absl::string_view part : parts) absl::StrAppend(&joined, part.size(), ":", part);
  return Hex(XXH3_128bits(joined.data(), joined.size()));
}

StreamingHash::StreamingHash() : state_(XXH3_createState()) {
  TEND_CHECK(state_ != nullptr);
  XXH3_128bits_reset(StateOf(state_));
}
StreamingHash::~StreamingHash() { XXH3_freeState(StateOf(state_)); }

void StreamingHash::Update(absl::string_view bytes) {
  XXH3_128bits_update(StateOf(state_), bytes.data(), bytes.size());
}

std::string StreamingHash::Digest() const { return Hex(XXH3_128bits_digest(StateOf(state_))); }

std::string KeyedUuid(absl::string_view key, absl::string_view name) {
  std::array<uint8_t, SHA256_DIGEST_LENGTH> mac;
  unsigned int mac_size = 0;
  TEND_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                  reinterpret_cast<const uint8_t*>(name.data()), name.size(), mac.data(),
                  &mac_size) != nullptr);
  std::array<uint8_t, kPersonNamespace.size() + SHA256_DIGEST_LENGTH> named;
  std::memcpy(named.data(), kPersonNamespace.data(), kPersonNamespace.size());
  std::memcpy(named.data() + kPersonNamespace.size(), mac.data(), mac.size());
  std::array<uint8_t, SHA_DIGEST_LENGTH> digest;
  SHA1(named.data(), named.size(), digest.data());
  digest[6] = static_cast<uint8_t>((digest[6] & 0x0f) | 0x50);  // version 5
  digest[8] = static_cast<uint8_t>((digest[8] & 0x3f) | 0x80);  // RFC 4122 variant
  const std::string hex =
      absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), 16});
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20, 12));
}

}  // namespace tend
