// murmur2 as Kafka's Java client computes it, so that all clients agree on a key's partition.

#ifndef TEND_COMMON_BASE_MURMUR2_H_
#define TEND_COMMON_BASE_MURMUR2_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace tend {

// 32-bit murmur2 (Austin Appleby's MurmurHash2) of the bytes, seed 0x9747b28c.
// Equal to org.apache.kafka.common.utils.Utils.murmur2, which shows the same bits as a signed int.
uint32_t Murmur2(absl::string_view bytes);

// The partition of a key among `partitions`: (hash & 0x7fffffff) % partitions, as Kafka's default
// partitioner in Java and librdkafka's `murmur2_random` do for records that have a key.
// REQUIRES: partitions > 0.
int PartitionOfKey(absl::string_view key, int partitions);

}  // namespace tend

#endif  // TEND_COMMON_BASE_MURMUR2_H_
