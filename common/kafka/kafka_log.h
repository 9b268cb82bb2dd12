// The log on Kafka: what the services run on. See common/stream/log.h, and README.md for what it
// does on top of librdkafka.

#ifndef TEND_COMMON_KAFKA_KAFKA_LOG_H_
#define TEND_COMMON_KAFKA_KAFKA_LOG_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/kafka/admin.h"
#include "common/kafka/client.h"
#include "common/kafka/settings.h"
#include "common/stream/log.h"

namespace tend::kafka {

// For one thread; so is each client made from it, which may be another one. A process has one log a
// thread.
class KafkaLog final : public stream::Log {
 public:
  // Connects lazily: a broker that is away is an error of the calls. Errors: INVALID_ARGUMENT.
  static absl::StatusOr<std::unique_ptr<KafkaLog>> Make(const KafkaOptions& options);

  absl::Status CreateTopic(const stream::TopicConfig& config) override;
  absl::Status Heard() override;
  absl::StatusOr<int> PartitionCount(absl::string_view topic) override;
  absl::StatusOr<stream::OffsetRange> Offsets(const stream::TopicPartition& partition,
                                              stream::Isolation isolation) override;
  absl::StatusOr<std::unique_ptr<stream::Consumer>> Join(
      const stream::GroupMembership& membership) override;
  absl::StatusOr<std::unique_ptr<stream::Reader>> Open(const stream::TopicPartition& partition,
                                                       stream::Offset from,
                                                       stream::Isolation isolation) override;
  absl::StatusOr<std::unique_ptr<stream::TransactionalProducer>> NewTransactionalProducer(
      absl::string_view transactional_id) override;
  absl::StatusOr<std::unique_ptr<stream::Producer>> NewProducer() override;

  Admin& admin() { return admin_; }

  // The next record each partition's reader of the group will read, as last committed; partitions
  // without a commit are not there. A group nobody has heard of has none. Errors: NOT_FOUND for a
  // topic; UNAVAILABLE. (librdkafka 2.0.2's own question for a whole group aborts the process when
  // its answer comes after the time limit: its issue 4605.)
  absl::StatusOr<std::map<stream::TopicPartition, stream::Offset>> GroupOffsets(
      const std::string& group, const std::vector<std::string>& topics);

 private:
  KafkaLog(const KafkaOptions& options, std::unique_ptr<Client> committed,
           std::unique_ptr<Client> uncommitted);

  const KafkaOptions options_;
  // Two handles that look and never read: what the end of a partition is depends on the isolation.
  const std::unique_ptr<Client> committed_;
  const std::unique_ptr<Client> uncommitted_;
  Admin admin_;
  std::map<std::string, std::unique_ptr<Client>> groups_;  // that were asked about
};

}  // namespace tend::kafka

#endif  // TEND_COMMON_KAFKA_KAFKA_LOG_H_
