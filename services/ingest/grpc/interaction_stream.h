// One StreamInteractions call, without a thread of its own: requests are read ahead while earlier
// ones are on their way to the log, and answered in their order. The first that is not stored ends
// the call, and what came behind it is not stored either.

#ifndef TEND_SERVICES_INGEST_GRPC_INTERACTION_STREAM_H_
#define TEND_SERVICES_INGEST_GRPC_INTERACTION_STREAM_H_

#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/runtime/mutex.h"
#include "common/stream/clock.h"
#include "services/ingest/intake.h"
#include "services/ingest/publisher.h"
#include "services/ingest/request_memory.h"
#include "tend/v1/ingest_service.pb.h"

namespace tend::ingest {

class InteractionStream final
    : public grpc::ServerBidiReactor<v1::StreamInteractionsRequest, v1::StreamInteractionsResponse>,
      public std::enable_shared_from_this<InteractionStream> {
 public:
  // Begins one; it ends with its call. publisher and clock outlive the server.
  static InteractionStream* Start(Publisher& publisher, std::shared_ptr<RequestMemory> requests,
                                  const stream::Clock& clock);

  // Beyond either no more is read until the first is answered: gRPC's flow control is the caller's.
  static constexpr size_t kMostUnanswered = 64;
  static constexpr int64_t kMostUnansweredBytes = 4 << 20;

  InteractionStream(Publisher& publisher, std::shared_ptr<RequestMemory> requests,
                    const stream::Clock& clock)
      : publisher_(publisher), requests_(std::move(requests)), clock_(clock) {}

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // A request on its way to its answer.
  struct Exchange {
    explicit Exchange(absl::Time now) : intake(now) {}
    v1::PublishInteractionsRequest request;
    RequestMemory::Attempt attempt;
    Intake intake;
    int64_t bytes = 0;
    std::optional<absl::StatusOr<v1::PublishInteractionsResponse>> answer;
  };

  void Take();
  // Has its answer already when it is a repeat.
  absl::Status Begin(Exchange& exchange);
  void Publish(std::shared_ptr<Exchange> exchange);
  // Ends the attempt of what was published, also when nobody waits any more.
  static absl::StatusOr<v1::PublishInteractionsResponse> Settle(Exchange& exchange,
                                                                const absl::Status& status);
  // Does what can be done now, outside of the lock: gRPC may call back from within. may_read: on
  // gRPC's threads alone. A read on its way does not hold up the end, so that elsewhere the call
  // could be gone before its read is started; what makes room for one is a write, whose OnWriteDone
  // goes on.
  void GoOn(bool may_read = true);
  void EndWith(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  Publisher& publisher_;
  const std::shared_ptr<RequestMemory> requests_;  // the handler's
  const stream::Clock& clock_;
  std::shared_ptr<InteractionStream> self_;  // until OnDone
  Lane lane_;

  Mutex mu_;
  std::deque<std::shared_ptr<Exchange>> open_ ABSL_GUARDED_BY(mu_);  // in their order
  int64_t open_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  bool reading_ ABSL_GUARDED_BY(mu_) = false;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool all_read_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;            // Finish was called, or is about to be
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mu_);  // how it is to end
  v1::StreamInteractionsRequest read_;                    // of the read on its way
  v1::StreamInteractionsResponse response_;               // of the write on its way
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_GRPC_INTERACTION_STREAM_H_
