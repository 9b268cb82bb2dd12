#include "common/testing/faulty_log.h"

#include <optional>

#include "common/base/status_macros.h"

namespace tend::stream {
namespace {

absl::Status Dead() { return absl::FailedPreconditionError("the process is dead"); }

class FaultyConsumer final : public Consumer {
 public:
  FaultyConsumer(FaultyLog& log, std::unique_ptr<Consumer> inner)
      : log_(log), inner_(std::move(inner)) {}
  ~FaultyConsumer() override {
    if (log_.crashed()) log_.Bury(std::move(inner_));
  }

  absl::Status Poll(const PollLimits& limits, Polled& polled) override {
    polled.Clear();
    return log_.Call(LogCall::kPoll, [&] { return inner_->Poll(limits, polled); });
  }
  absl::Status Seek(const NextOffset& next) override {
    return log_.Call(LogCall::kSeek, [&] { return inner_->Seek(next); });
  }
  absl::StatusOr<std::optional<Offset>> Committed(const TopicPartition& partition) override {
    absl::StatusOr<std::optional<Offset>> committed;
    TEND_RETURN_IF_ERROR(log_.Call(LogCall::kCommitted, [&] {
      committed = inner_->Committed(partition);
      return committed.status();
    }));
    return committed;
  }
  absl::Status Commit(absl::Span<const NextOffset> offsets) override {
    return log_.crashed() ? Dead() : inner_->Commit(offsets);
  }
  std::optional<Offset> Position(absl::string_view topic, int partition) const override {
    return inner_->Position(topic, partition);
  }
  bool CaughtUp(absl::string_view topic, int partition) const override {
    return inner_->CaughtUp(topic, partition);
  }

  const Consumer& inner() const { return *inner_; }

 private:
  FaultyLog& log_;
  std::unique_ptr<Consumer> inner_;
};

class FaultyReader final : public Reader {
 public:
  FaultyReader(FaultyLog& log, std::unique_ptr<Reader> inner)
      : log_(log), inner_(std::move(inner)) {}

  absl::Status Poll(const PollLimits& limits, std::vector<Record>& records) override {
    records.clear();
    return log_.Call(LogCall::kRead, [&] { return inner_->Poll(limits, records); });
  }
  Offset position() const override { return inner_->position(); }

 private:
  FaultyLog& log_;
  std::unique_ptr<Reader> inner_;
};

class FaultyProducer final : public TransactionalProducer {
 public:
  FaultyProducer(FaultyLog& log, std::unique_ptr<TransactionalProducer> inner)
      : log_(log), inner_(std::move(inner)) {}

  absl::Status Init() override {
    return log_.Call(LogCall::kInit, [&] { return inner_->Init(); });
  }
  absl::Status Begin() override {
    return log_.Call(LogCall::kBegin, [&] { return inner_->Begin(); });
  }
  absl::Status Produce(const NewRecord& record) override {
    return log_.Call(LogCall::kProduce, [&] { return inner_->Produce(record); });
  }
  absl::Status SendOffsets(absl::Span<const NextOffset> offsets, const Consumer& member) override {
    const auto& consumer = static_cast<const FaultyConsumer&>(member);
    return log_.Call(LogCall::kSendOffsets,
                     [&] { return inner_->SendOffsets(offsets, consumer.inner()); });
  }
  absl::Status Commit() override {
    return log_.Call(LogCall::kCommit, [&] { return inner_->Commit(); });
  }
  absl::Status Abort() override {
    return log_.Call(LogCall::kAbort,
                     [&] { return log_.commit_instead() ? inner_->Commit() : inner_->Abort(); });
  }

 private:
  FaultyLog& log_;
  std::unique_ptr<TransactionalProducer> inner_;
};

}  // namespace

absl::Status FaultyLog::Call(LogCall call, absl::FunctionRef<absl::Status()> make) {
  if (crashed_) return Dead();
  const Fault fault = plan_(call);
  commit_instead_ = fault == Fault::kCommitInstead;
  switch (fault) {
    case Fault::kNone:
    case Fault::kCommitInstead:
      return make();
    case Fault::kRetry:
      return absl::UnavailableError("a fault");
    case Fault::kAbort:
      return absl::AbortedError("a fault");
    case Fault::kUnknownLost:
      return absl::UnknownError("a fault");
    case Fault::kUnknownDone: {
      const absl::Status status = make();
      return status.ok() ? absl::UnknownError("a fault") : status;
    }
    case Fault::kCrashBefore:
      crashed_ = true;
      return Dead();
    case Fault::kCrashAfter:
      make().IgnoreError();  // nobody is left to hear of it
      crashed_ = true;
      return Dead();
    case Fault::kDrop:
      return absl::OkStatus();
    case Fault::kTwice:
      TEND_RETURN_IF_ERROR(make());
      return make();
  }
  return absl::InternalError("no such fault");
}

absl::StatusOr<OffsetRange> FaultyLog::Offsets(const TopicPartition& partition,
                                               Isolation isolation) {
  absl::StatusOr<OffsetRange> range;
  TEND_RETURN_IF_ERROR(Call(LogCall::kOffsets, [&] {
    range = log_.Offsets(partition, isolation);
    return range.status();
  }));
  return range;
}

absl::StatusOr<std::unique_ptr<Consumer>> FaultyLog::Join(const GroupMembership& membership) {
  std::unique_ptr<Consumer> consumer;
  TEND_RETURN_IF_ERROR(Call(LogCall::kJoin, [&]() -> absl::Status {
    TEND_ASSIGN_OR_RETURN(std::unique_ptr<Consumer> inner, log_.Join(membership));
    consumer = std::make_unique<FaultyConsumer>(*this, std::move(inner));
    return absl::OkStatus();
  }));
  return consumer;
}

absl::StatusOr<std::unique_ptr<Reader>> FaultyLog::Open(const TopicPartition& partition,
                                                        Offset from, Isolation isolation) {
  std::unique_ptr<Reader> reader;
  TEND_RETURN_IF_ERROR(Call(LogCall::kOpen, [&]() -> absl::Status {
    TEND_ASSIGN_OR_RETURN(std::unique_ptr<Reader> inner, log_.Open(partition, from, isolation));
    reader = std::make_unique<FaultyReader>(*this, std::move(inner));
    return absl::OkStatus();
  }));
  return reader;
}

absl::StatusOr<std::unique_ptr<TransactionalProducer>> FaultyLog::NewTransactionalProducer(
    absl::string_view transactional_id) {
  if (crashed_) return Dead();
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<TransactionalProducer> inner,
                        log_.NewTransactionalProducer(transactional_id));
  return std::make_unique<FaultyProducer>(*this, std::move(inner));
}

}  // namespace tend::stream
