// A log as one process sees it, whose calls fail as a plan says and which can die at any of them.

#ifndef TEND_COMMON_TESTING_FAULTY_LOG_H_
#define TEND_COMMON_TESTING_FAULTY_LOG_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/stream/log.h"

namespace tend::stream {

// The calls at which a fault can strike.
enum class LogCall {
  kOffsets,
  kJoin,
  kOpen,
  kRead,
  kPoll,
  kSeek,
  kCommitted,
  kInit,
  kBegin,
  kProduce,
  kSendOffsets,
  kCommit,
  kAbort,
};

enum class Fault {
  kNone,
  kRetry,        // UNAVAILABLE, and nothing has happened
  kAbort,        // ABORTED, and nothing has happened
  kUnknownLost,  // UNKNOWN, and nothing has happened
  kUnknownDone,  // UNKNOWN, and it has happened
  kCrashBefore,  // the process dies before the call takes effect, or after
  kCrashAfter,
  // Lies, which no log tells: to see that a checker notices.
  kDrop,           // OK, and nothing has happened
  kTwice,          // done twice
  kCommitInstead,  // of an abort
};

// What happens at the next call. Asked once for each.
using FaultPlan = std::function<Fault(LogCall)>;

// Wraps a log for one process. After a crash no call takes effect any more, and the process's
// consumers stay in their groups, as the broker's view of a dead client, until this is destroyed:
// its session has timed out then. Everything made from it must be destroyed before it.
class FaultyLog final : public Log {
 public:
  // `log` outlives this.
  FaultyLog(Log& log, FaultPlan plan) : log_(log), plan_(std::move(plan)) {}

  bool crashed() const { return crashed_; }

  absl::Status CreateTopic(const TopicConfig& config) override { return log_.CreateTopic(config); }
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
  absl::StatusOr<std::unique_ptr<Producer>> NewProducer() override { return log_.NewProducer(); }

  // For the clients made from this. Makes the call, or what the plan does instead.
  absl::Status Call(LogCall call, absl::FunctionRef<absl::Status()> make);
  // Keeps a dead client in its group.
  void Bury(std::unique_ptr<Consumer> consumer) { dead_.push_back(std::move(consumer)); }
  // Set by the last Call when the plan wants an abort committed.
  bool commit_instead() const { return commit_instead_; }

 private:
  Log& log_;
  const FaultPlan plan_;
  bool crashed_ = false;
  bool commit_instead_ = false;
  std::vector<std::unique_ptr<Consumer>> dead_;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_TESTING_FAULTY_LOG_H_
