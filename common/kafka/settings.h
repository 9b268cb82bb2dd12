// Every setting of every librdkafka client of Tend, in one place. What a deployment chooses is in
// KafkaOptions; the rest is in settings.cc, each with its reason.

#ifndef TEND_COMMON_KAFKA_SETTINGS_H_
#define TEND_COMMON_KAFKA_SETTINGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/kafka/handle.h"
#include "common/stream/log.h"

namespace tend::kafka {

struct KafkaOptions {
  std::string bootstrap_servers;   // "host:port,host:port"
  std::string client_id = "tend";  // names the service in the broker's logs and quotas
  int replication = -1;            // of topics that CreateTopic makes; -1: the broker's default
  absl::Duration linger = absl::Milliseconds(5);  // how long a record waits for others to join it

  // How soon a member that died is given up. Leaving takes as long: see the README.
  absl::Duration session_timeout = absl::Seconds(10);
  // How soon a member learns that others came or went.
  absl::Duration heartbeat_interval = absl::Seconds(1);
  // How long a member may go without a poll before its partitions are given to others.
  absl::Duration max_poll_interval = absl::Minutes(1);
  // How long readers wait for the transaction of a producer that died for good. Kafka Streams has
  // 10 s too; ours live for 0.1 s.
  absl::Duration transaction_timeout = absl::Seconds(10);

  // Bounds of one call. delivery: of a record, from Send until the log has it for good.
  absl::Duration call_timeout = absl::Seconds(10);
  absl::Duration delivery_timeout = absl::Seconds(5);
};

// Errors of each: INVALID_ARGUMENT with the library's reason.
absl::StatusOr<ConfHandle> GroupConsumerConf(const KafkaOptions& options,
                                             const stream::GroupMembership& membership);
// Outside any group: readers and the handles that look at offsets and topics.
absl::StatusOr<ConfHandle> ReaderConf(const KafkaOptions& options, stream::Isolation isolation);
// Asks how far a group has come, without being of it.
absl::StatusOr<ConfHandle> GroupLookConf(const KafkaOptions& options, const std::string& group);
absl::StatusOr<ConfHandle> ProducerConf(const KafkaOptions& options);
absl::StatusOr<ConfHandle> TransactionalProducerConf(const KafkaOptions& options,
                                                     absl::string_view transactional_id);

}  // namespace tend::kafka

#endif  // TEND_COMMON_KAFKA_SETTINGS_H_
