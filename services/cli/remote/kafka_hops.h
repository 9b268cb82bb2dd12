// How far each hop is behind at this moment, asked of Kafka itself: what `tend status` says while
// query is away.

#ifndef TEND_SERVICES_CLI_REMOTE_KAFKA_HOPS_H_
#define TEND_SERVICES_CLI_REMOTE_KAFKA_HOPS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tend::cli {

// A hop: the group of a service, and a topic it reads.
struct HopLag {
  std::string service;
  std::string topic;
  int64_t written = 0;  // offsets, since the topic was made
  int64_t behind = 0;   // records not read yet; above a thousand of a partition, offsets
};

// Without query, whose places Kafka does not know. Errors: UNAVAILABLE.
absl::StatusOr<std::vector<HopLag>> AskKafka(const std::string& bootstrap_servers);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_REMOTE_KAFKA_HOPS_H_
