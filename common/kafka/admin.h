// What Tend administers on Kafka: topics. Behind `tend topics` and KafkaLog::CreateTopic.

#ifndef TEND_COMMON_KAFKA_ADMIN_H_
#define TEND_COMMON_KAFKA_ADMIN_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/kafka/client.h"

namespace tend::kafka {

using TopicSettings = std::map<std::string, std::string>;

struct TopicSpec {
  std::string name;
  int partitions = 1;
  int replication = -1;    // -1: the broker's default
  TopicSettings settings;  // "cleanup.policy" -> "compact"
};

struct TopicDescription {
  int partitions = 0;
  TopicSettings settings;  // those set on the topic itself, not the broker's defaults
};

// For one thread.
class Admin {
 public:
  // client: of any type; outlives this.
  explicit Admin(Client& client) : client_(client) {}

  // Returns when the brokers know the topic and all its leaders.
  // Errors: ALREADY_EXISTS, INVALID_ARGUMENT, UNAVAILABLE.
  absl::Status CreateTopic(const TopicSpec& spec);

  // Errors: NOT_FOUND, UNAVAILABLE.
  absl::StatusOr<TopicDescription> DescribeTopic(absl::string_view name);

  // Sets some settings of a topic and removes those without a value; the others stay. Described,
  // merged and written as a whole, since librdkafka 2.0.2 has no incremental alter: of two who do
  // this at once one may be lost. Errors: NOT_FOUND, INVALID_ARGUMENT, UNAVAILABLE.
  absl::Status AlterTopic(absl::string_view name,
                          const std::map<std::string, std::optional<std::string>>& changes);

 private:
  absl::StatusOr<TopicSettings> DescribeSettings(const std::string& name);

  Client& client_;
};

}  // namespace tend::kafka

#endif  // TEND_COMMON_KAFKA_ADMIN_H_
