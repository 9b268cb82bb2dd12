#include "services/ingest/grpc/interaction_stream.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "services/ingest/grpc/interaction_answer.h"

namespace tend::ingest {

InteractionStream* InteractionStream::Start(Publisher& publisher,
                                            std::shared_ptr<RequestMemory> requests,
                                            const stream::Clock& clock) {
  auto stream = std::make_shared<InteractionStream>(publisher, std::move(requests), clock);
  stream->self_ = stream;
  stream->GoOn();
  return stream.get();
}

void InteractionStream::EndWith(const absl::Status& status) {
  if (!end_.has_value()) end_ = status;
}

void InteractionStream::GoOn(bool may_read) {
  bool read = false, write = false, finish = false;
  grpc::Status status;
  {
    const MutexLock lock(mu_);
    if (finished_ || (end_.has_value() && writing_)) return;
    if (!writing_ && !end_.has_value() && !open_.empty() && open_.front()->answer.has_value()) {
      Exchange& first = *open_.front();
      if (first.answer->ok()) {
        response_.Clear();
        response_.set_request_id(first.request.request_id());
        response_.mutable_results()->Swap((*first.answer)->mutable_results());
        if ((*first.answer)->has_position()) {
          *response_.mutable_position() = (*first.answer)->position();
        }
        open_bytes_ -= first.bytes;
        open_.pop_front();
        write = writing_ = true;
      } else {
        EndWith(first.answer->status());
      }
    }
    if (all_read_ && open_.empty() && !writing_) EndWith(absl::OkStatus());
    finish = finished_ = end_.has_value();
    if (finish) status = rpc::ToGrpc(*end_);
    read = may_read && !finish && !reading_ && !all_read_ && open_.size() < kMostUnanswered &&
           open_bytes_ < kMostUnansweredBytes;
    reading_ = reading_ || read;
  }
  if (write) StartWrite(&response_);
  if (read) StartRead(&read_);
  if (finish) Finish(status);
}

void InteractionStream::OnReadDone(bool ok) {
  bool take = false;
  {
    const MutexLock lock(mu_);
    take = ok && !end_.has_value();
  }
  if (take) Take();
  {
    const MutexLock lock(mu_);
    reading_ = false;
    all_read_ = all_read_ || !ok;
  }
  GoOn();
}

// The next one is read when this one has its place in the queue to the log: they keep their order.
void InteractionStream::Take() {
  auto exchange = std::make_shared<Exchange>(clock_.Now());
  exchange->request.set_request_id(read_.request_id());
  exchange->request.mutable_interactions()->Swap(read_.mutable_interactions());
  const absl::Status begun = Begin(*exchange);
  if (!begun.ok()) exchange->answer = begun;
  const bool is_new = !exchange->answer.has_value();
  exchange->bytes = exchange->intake.bytes();
  {
    const MutexLock lock(mu_);
    if (!begun.ok()) all_read_ = true;  // the call ends at this one
    open_bytes_ += exchange->bytes;
    open_.push_back(exchange);
  }
  if (is_new) Publish(std::move(exchange));
}

absl::Status InteractionStream::Begin(Exchange& exchange) {
  TEND_ASSIGN_OR_RETURN(exchange.attempt, ingest::Begin(exchange.request, *requests_));
  if (exchange.attempt.before().has_value()) {
    exchange.answer = *exchange.attempt.before();
    return absl::OkStatus();
  }
  return TakeAll(exchange.request, exchange.intake);
}

absl::StatusOr<v1::PublishInteractionsResponse> InteractionStream::Settle(
    Exchange& exchange, const absl::Status& status) {
  RequestMemory::Attempt attempt = std::move(exchange.attempt);
  TEND_RETURN_IF_ERROR(status);
  v1::PublishInteractionsResponse answer = AnswerTo(exchange.request, exchange.intake);
  attempt.Answer(answer);
  return answer;
}

void InteractionStream::Publish(std::shared_ptr<Exchange> exchange) {
  Intake& intake = exchange->intake;
  intake.Publish(
      publisher_,
      [stream = shared_from_this(), exchange = std::move(exchange)](const absl::Status& status) {
        auto answer = Settle(*exchange, status);
        {
          const MutexLock lock(stream->mu_);
          exchange->answer = std::move(answer);
        }
        stream->GoOn(/*may_read=*/false);
      },
      lane_);
}

void InteractionStream::OnWriteDone(bool ok) {
  {
    const MutexLock lock(mu_);
    writing_ = false;
    if (!ok) EndWith(absl::CancelledError("the caller is gone"));
  }
  GoOn();
}

void InteractionStream::OnCancel() {
  {
    const MutexLock lock(mu_);
    EndWith(absl::CancelledError("the caller is gone"));
  }
  GoOn();
}

void InteractionStream::OnDone() { self_.reset(); }

}  // namespace tend::ingest
