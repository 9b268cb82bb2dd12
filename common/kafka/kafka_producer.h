// Producers on Kafka. See common/stream/producer.h.

#ifndef TEND_COMMON_KAFKA_KAFKA_PRODUCER_H_
#define TEND_COMMON_KAFKA_KAFKA_PRODUCER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/kafka/client.h"
#include "common/kafka/handle.h"
#include "common/kafka/settings.h"
#include "common/stream/producer.h"

namespace tend::kafka {

// At least once, acknowledged by all in-sync replicas; within one Send in order per partition.
// When no broker is left Send does not wait for the delivery's time limit: UNKNOWN.
class KafkaProducer final : public stream::Producer {
 public:
  static absl::StatusOr<std::unique_ptr<KafkaProducer>> Make(const KafkaOptions& options);
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;
  ~KafkaProducer() override;

  absl::Status Send(absl::Span<const stream::NewRecord> records,
                    std::vector<stream::Written>& written) override;

 private:
  explicit KafkaProducer(std::unique_ptr<Client> client);

  absl::Status Enqueue(const stream::NewRecord& record, size_t index);
  // Takes the reports that have come, or that come within the wait.
  absl::Status TakeReports(int wait_ms);
  void TakeReport(const rd_kafka_message_t& message);
  // UNKNOWN when no broker has been there, and no report has come, for too long.
  absl::Status CheckAlone(bool reported);

  const std::unique_ptr<Client> client_;  // the last to go
  QueueHandle reports_;
  std::vector<stream::Written>* written_ = nullptr;  // of the current Send
  size_t outstanding_ = 0;
  absl::Status failure_;  // the first of the current Send
  absl::Status alone_;    // why there is no broker; OK: there may be one
  absl::Time alone_since_;
};

// Exactly once. Errors of calls that may take effect late (an end of a transaction that timed out,
// or was sent again after its connection broke) are UNKNOWN, in that call or in the next Begin: the
// caller makes a new producer, whose Init raises the epoch, so that what is late meets no later
// transaction. (Kafka's own remedy, KIP-890, needs a newer client.)
class KafkaTransactionalProducer final : public stream::TransactionalProducer {
 public:
  static absl::StatusOr<std::unique_ptr<KafkaTransactionalProducer>> Make(
      const KafkaOptions& options, absl::string_view transactional_id);
  KafkaTransactionalProducer(const KafkaTransactionalProducer&) = delete;
  KafkaTransactionalProducer& operator=(const KafkaTransactionalProducer&) = delete;
  // Waits for what was produced, but not long: see the .cc. It is not committed.
  ~KafkaTransactionalProducer() override;

  absl::Status Init() override;
  absl::Status Begin() override;
  absl::Status Produce(const stream::NewRecord& record) override;
  // REQUIRES: `member` is a KafkaConsumer.
  absl::Status SendOffsets(absl::Span<const stream::NextOffset> offsets,
                           const stream::Consumer& member) override;
  absl::Status Commit() override;
  absl::Status Abort() override;

 private:
  KafkaTransactionalProducer(std::unique_ptr<Client> client, absl::string_view transactional_id);

  // What the end of a transaction or a failure says, given what the error events say.
  absl::Status Finish(const absl::Status& status);
  std::string Doing(absl::string_view what) const;

  const std::unique_ptr<Client> client_;  // the last to go
  const std::string id_;
  int64_t errors_at_begin_ = 0;
  bool may_be_late_ = false;  // something of the last transaction
};

}  // namespace tend::kafka

#endif  // TEND_COMMON_KAFKA_KAFKA_PRODUCER_H_
