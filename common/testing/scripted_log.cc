#include "common/testing/scripted_log.h"

#include <utility>

#include "absl/types/span.h"
#include "common/base/status_macros.h"

namespace tend::stream {
namespace {

class ScriptedProducer final : public Producer {
 public:
  ScriptedProducer(ScriptedLog& log, std::unique_ptr<Producer> producer)
      : log_(log), producer_(std::move(producer)) {}

  absl::Status Send(absl::Span<const NewRecord> records, std::vector<Written>& written) override {
    ++log_.writes;
    if (log_.during) log_.during();
    if (log_.away) return absl::UnavailableError("away");
    if (log_.failures.empty()) return producer_->Send(records, written);
    absl::Status failure = log_.failures.back();
    log_.failures.pop_back();
    return failure;
  }

 private:
  ScriptedLog& log_;
  const std::unique_ptr<Producer> producer_;
};

}  // namespace

absl::StatusOr<OffsetRange> ScriptedLog::Offsets(const TopicPartition& partition,
                                                 Isolation isolation) {
  if (away) return absl::UnavailableError("away");
  return log_.Offsets(partition, isolation);
}

absl::Status ScriptedLog::Heard() {
  return broken.exchange(false) ? absl::UnavailableError("broken") : absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Consumer>> ScriptedLog::Join(const GroupMembership& membership) {
  return log_.Join(membership);
}

absl::StatusOr<std::unique_ptr<Reader>> ScriptedLog::Open(const TopicPartition& partition,
                                                          Offset from, Isolation isolation) {
  return log_.Open(partition, from, isolation);
}

absl::StatusOr<std::unique_ptr<TransactionalProducer>> ScriptedLog::NewTransactionalProducer(
    absl::string_view transactional_id) {
  return log_.NewTransactionalProducer(transactional_id);
}

absl::StatusOr<std::unique_ptr<Producer>> ScriptedLog::NewProducer() {
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<Producer> made, log_.NewProducer());
  ++producers;
  return std::make_unique<ScriptedProducer>(*this, std::move(made));
}

}  // namespace tend::stream
