#include "common/base/murmur2.h"

#include <cstring>

#include "common/base/check.h"

namespace tend {
namespace {

constexpr uint32_t kSeed = 0x9747b28c;  // Kafka's, Utils.java
constexpr uint32_t kMultiplier = 0x5bd1e995;
constexpr int kShift = 24;

}  // namespace

uint32_t Murmur2(absl::string_view bytes) {
  const char* at = bytes.data();
  size_t left = bytes.size();
  uint32_t hash = kSeed ^ static_cast<uint32_t>(left);
  for (; left >= 4; at += 4, left -= 4) {
    uint32_t word;  // little-endian by definition; so are the machines Tend runs on
    std::memcpy(&word, at, sizeof(word));
    word *= kMultiplier;
    word ^= word >> kShift;
    word *= kMultiplier;
    hash *= kMultiplier;
    hash ^= word;
  }
  if (left > 0) {
    for (size_t i = left; i-- > 0;) {
      hash ^= static_cast<uint32_t>(static_cast<unsigned char>(at[i])) << (8 * i);
    }
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

int PartitionOfKey(absl::string_view key, int partitions) {
  TEND_CHECK(partitions > 0);
  return static_cast<int>((Murmur2(key) & 0x7fffffffU) % static_cast<uint32_t>(partitions));
}

}  // namespace tend
