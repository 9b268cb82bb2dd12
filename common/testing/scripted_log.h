// A log whose writes, those at least once, fail when a test says so.

#ifndef TEND_COMMON_TESTING_SCRIPTED_LOG_H_
#define TEND_COMMON_TESTING_SCRIPTED_LOG_H_

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/stream/log.h"

namespace tend::stream {

// Its producers at least once fail as they are told, and it counts their writes; it is away as long
// as it is told; all else is the log's. For one writing thread, and for the test once that has
// answered.
class ScriptedLog final : public Log {
 public:
  // `log` outlives this.
  explicit ScriptedLog(Log& log) : log_(log) {}

  absl::Status CreateTopic(const TopicConfig& config) override { return log_.CreateTopic(config); }
  absl::Status Heard() override;
  absl::StatusOr<int> PartitionCount(absl::string_view topic) override {
    return log_.PartitionCount(topic);
  }
  absl::StatusOr<OffsetRange> Offsets(const TopicPartition& partition,
                                      Isolation isolation) override;
  absl::StatusOr<std::unique_ptr<Consumer>> Join(const GroupMembership& membership) override;
  absl::StatusOr<std::unique_ptr<Reader>> Open(const TopicPartition& partition, Offset from,
                                               Isolation isolation) override;
  absl::StatusOr<std::unique_ptr<TransactionalProducer>> NewTransactionalProducer(
      absl::string_view transactional_id) override;
  absl::StatusOr<std::unique_ptr<Producer>> NewProducer() override;

  std::atomic<bool> away = false;      // writes fail, and questions for offsets
  std::atomic<bool> broken = false;    // what is heard next
  std::vector<absl::Status> failures;  // of the next writes, last first
  int producers = 0;
  int writes = 0;
  std::function<void()> during;  // called within each write

 private:
  Log& log_;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_TESTING_SCRIPTED_LOG_H_
