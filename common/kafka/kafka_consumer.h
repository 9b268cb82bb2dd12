// A member of a consumer group on Kafka. See common/stream/consumer.h.

#ifndef TEND_COMMON_KAFKA_KAFKA_CONSUMER_H_
#define TEND_COMMON_KAFKA_KAFKA_CONSUMER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/kafka/client.h"
#include "common/kafka/fetched.h"
#include "common/kafka/handle.h"
#include "common/kafka/settings.h"
#include "common/stream/consumer.h"
#include "common/stream/log.h"

namespace tend::kafka {

// Rebalances are read as events from the consumer's own queue; records go past it, from each
// partition's queue into one of ours, since a batch call on the consumer's queue would swallow the
// rebalances. Nothing of a
// partition is fetched before its first Seek says where.
//
// Static membership: destruction does not tell the group, which gives the partitions to others when
// the session has timed out, or to the next instance of this member at once.
class KafkaConsumer final : public stream::Consumer {
 public:
  // Joins. Errors: NOT_FOUND (a topic), INVALID_ARGUMENT, UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<KafkaConsumer>> Make(
      const KafkaOptions& options, const stream::GroupMembership& membership);
  KafkaConsumer(const KafkaConsumer&) = delete;
  KafkaConsumer& operator=(const KafkaConsumer&) = delete;
  ~KafkaConsumer() override;

  absl::Status Poll(const stream::PollLimits& limits, stream::Polled& polled) override;
  absl::Status Seek(const stream::NextOffset& next) override;
  absl::StatusOr<std::optional<stream::Offset>> Committed(
      const stream::TopicPartition& partition) override;
  absl::Status Commit(absl::Span<const stream::NextOffset> offsets) override;
  std::optional<stream::Offset> Position(absl::string_view topic, int partition) const override;
  bool CaughtUp(absl::string_view topic, int partition) const override;

  // The membership under which the partitions are held, for a transaction's offsets; nullptr when
  // none are. It is that of the assignment: what the client holds after it was thrown out of the
  // group has no generation, and the broker would let it pass.
  const rd_kafka_consumer_group_metadata_t* membership() const { return membership_.get(); }
  const std::string& name() const { return name_; }

 private:
  struct Assigned {
    const Topic* topic = nullptr;
    int partition = 0;
    QueueHandle queue;
    stream::Offset next;
    bool must_seek = false;
    bool caught_up = false;
  };

  KafkaConsumer(std::unique_ptr<Client> client, const stream::GroupMembership& membership);

  absl::Status TakeEvents(stream::Polled& polled);
  absl::Status TakeRebalance(rd_kafka_event_t* event, stream::Polled& polled);
  absl::Status Assign(const rd_kafka_topic_partition_list_t& places, stream::Polled& polled);
  absl::Status Unassign();
  absl::Status Start();
  absl::Status ApplySeeks();
  // Returns whether anything is new: records, or the end of a partition.
  absl::StatusOr<bool> TakeRecords(const stream::PollLimits& limits, stream::Polled& polled);
  absl::Status TakeProblem(const rd_kafka_message_t& message) const;
  bool Reads(const Assigned& assigned) const { return started_ && !assigned.must_seek; }
  Assigned* FindAssigned(const rd_kafka_message_t& message);
  const Assigned* FindAssigned(absl::string_view topic, int partition) const;

  const std::unique_ptr<Client> client_;  // the last to go
  const std::string name_;                // "member m of group g"
  Wakeup wakeup_;
  QueueHandle events_;
  QueueHandle records_;
  FetchedMessages fetched_;
  std::vector<Assigned> assigned_;
  size_t last_found_ = 0;   // in assigned_: records come in runs
  bool started_ = false;    // on all of them: each has been sought
  bool must_seek_ = false;  // one of them
  bool hand_over_ = false;  // at the next poll
  GroupMetadataHandle membership_;
};

}  // namespace tend::kafka

#endif  // TEND_COMMON_KAFKA_KAFKA_CONSUMER_H_
