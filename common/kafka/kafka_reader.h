// A reader of one partition on Kafka, outside any group. See common/stream/consumer.h.

#ifndef TEND_COMMON_KAFKA_KAFKA_READER_H_
#define TEND_COMMON_KAFKA_KAFKA_READER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/kafka/client.h"
#include "common/kafka/fetched.h"
#include "common/kafka/handle.h"
#include "common/kafka/settings.h"
#include "common/stream/consumer.h"
#include "common/stream/log.h"

namespace tend::kafka {

// A client of its own: it costs about 10 ms and some threads, and restores run side by side.
class KafkaReader final : public stream::Reader {
 public:
  // Errors: NOT_FOUND, INVALID_ARGUMENT, UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<KafkaReader>> Make(const KafkaOptions& options,
                                                           const stream::TopicPartition& partition,
                                                           stream::Offset from,
                                                           stream::Isolation isolation);
  KafkaReader(const KafkaReader&) = delete;
  KafkaReader& operator=(const KafkaReader&) = delete;
  ~KafkaReader() override;

  absl::Status Poll(const stream::PollLimits& limits,
                    std::vector<stream::Record>& records) override;
  stream::Offset position() const override { return position_; }

 private:
  KafkaReader(std::unique_ptr<Client> client, const Topic& topic, int partition,
              stream::Offset from);
  absl::StatusOr<bool> Take(const stream::PollLimits& limits, std::vector<stream::Record>& records);

  const std::unique_ptr<Client> client_;  // the last to go
  const Topic& topic_;                    // the client's
  const int partition_;
  Wakeup wakeup_;
  QueueHandle queue_;
  FetchedMessages fetched_;
  stream::Offset position_;
};

}  // namespace tend::kafka

#endif  // TEND_COMMON_KAFKA_KAFKA_READER_H_
