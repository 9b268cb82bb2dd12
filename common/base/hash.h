// Stable hashes and ids: the same on every machine, in every process and version of Tend.

#ifndef TEND_COMMON_BASE_HASH_H_
#define TEND_COMMON_BASE_HASH_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tend {

// 64 bits of XXH3 over the bytes. For repeats and evidence, never against an adversary.
uint64_t StableHash(absl::string_view bytes);

// 128 bits of XXH3 over the parts, each prefixed by its length, as 32 lower-case hex digits: a
// deterministic id.
std::string StableId(absl::Span<const absl::string_view> parts);

// 128 bits of XXH3 over bytes that come in pieces, as 32 lower-case hex digits. However they are
// cut, the result is the same.
class StreamingHash {
 public:
  StreamingHash();
  ~StreamingHash();
  StreamingHash(const StreamingHash&) = delete;
  StreamingHash& operator=(const StreamingHash&) = delete;

  void Update(absl::string_view bytes);
  std::string Digest() const;

 private:
  void* const state_;  // XXH3_state_t, kept out of this header
};

// Makes ids of persons. Two creators of the same person who have the same key agree on the id, and
// without the key it tells nothing about the identifier. For one thread.
class KeyedUuids {
 public:
  // REQUIRES: key is not empty.
  explicit KeyedUuids(absl::string_view key);
  ~KeyedUuids();
  KeyedUuids(const KeyedUuids&) = delete;
  KeyedUuids& operator=(const KeyedUuids&) = delete;

  // UUIDv5 (RFC 4122 section 4.3) in the namespace of Tend's persons, over HMAC-SHA256(key, name),
  // as 36 characters. About 1 us.
  std::string Of(absl::string_view name) const;

 private:
  void* const hmac_;  // EVP_MAC_CTX with the key, kept out of this header
};

}  // namespace tend

#endif  // TEND_COMMON_BASE_HASH_H_
