#include "common/base/hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>
#include <xxhash.h>

#include <array>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/owned.h"

namespace tend {
namespace {

// Tend's own namespace for person ids: drawn at random once; changing it changes every id.
constexpr std::array<uint8_t, 16> kPersonNamespace = {
    0x5e, 0x0c, 0x3b, 0x8e, 0x6f, 0x1d, 0x5b, 0x52, 0x9a, 0x41, 0x2d, 0x7c, 0x80, 0x94, 0xe3, 0x17};

XXH3_state_t* StateOf(void* state) { return static_cast<XXH3_state_t*>(state); }

EVP_MAC_CTX* HmacOf(void* hmac) { return static_cast<EVP_MAC_CTX*>(hmac); }

EVP_MAC_CTX* NewHmac(absl::string_view key) {
  TEND_CHECK(!key.empty());
  const Owned<EVP_MAC, EVP_MAC_free> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  TEND_CHECK(mac != nullptr);
  EVP_MAC_CTX* const hmac = EVP_MAC_CTX_new(mac.get());
  TEND_CHECK(hmac != nullptr);
  std::string digest = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  TEND_CHECK(EVP_MAC_init(hmac, reinterpret_cast<const uint8_t*>(key.data()), key.size(),
                          parameters) == 1);
  return hmac;
}

std::string Hex(const XXH128_hash_t& hash) {
  return absl::StrCat(absl::Hex(hash.high64, absl::kZeroPad16),
                      absl::Hex(hash.low64, absl::kZeroPad16));
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

KeyedUuids::KeyedUuids(absl::string_view key) : hmac_(NewHmac(key)) {}
KeyedUuids::~KeyedUuids() { EVP_MAC_CTX_free(HmacOf(hmac_)); }

std::string KeyedUuids::Of(absl::string_view name) const {
  std::array<uint8_t, kPersonNamespace.size() + SHA256_DIGEST_LENGTH> named;
  std::memcpy(named.data(), kPersonNamespace.data(), kPersonNamespace.size());
  size_t mac_size = 0;
  TEND_CHECK(EVP_MAC_init(HmacOf(hmac_), nullptr, 0, nullptr) == 1);  // anew, with the same key
  TEND_CHECK(EVP_MAC_update(HmacOf(hmac_), reinterpret_cast<const uint8_t*>(name.data()),
                            name.size()) == 1);
  TEND_CHECK(EVP_MAC_final(HmacOf(hmac_), named.data() + kPersonNamespace.size(), &mac_size,
                           SHA256_DIGEST_LENGTH) == 1);
  std::array<uint8_t, SHA_DIGEST_LENGTH> digest;
  SHA1(named.data(), named.size(), digest.data());
  digest[6] = static_cast<uint8_t>((digest[6] & 0x0f) | 0x50);  // version 5
  digest[8] = static_cast<uint8_t>((digest[8] & 0x3f) | 0x80);  // RFC 4122 variant
  std::string id = absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), 16});
  for (const size_t dash : {8, 13, 18, 23}) id.insert(dash, 1, '-');
  return id;
}

}  // namespace tend
