// InboxService: what owners say to their inbox, as tend.owner-events.v1.

#ifndef TEND_SERVICES_INGEST_GRPC_INBOX_SERVICE_H_
#define TEND_SERVICES_INGEST_GRPC_INBOX_SERVICE_H_

#include "absl/status/status.h"
#include "common/stream/clock.h"
#include "services/ingest/publisher.h"
#include "tend/v1/inbox_service.grpc.pb.h"
#include "tend/v1/nudge.pb.h"

namespace tend::ingest {

// An event's id is a hash of owner and request_id: a retry is the same event, and notification
// drops it.
class InboxServiceHandler final : public v1::InboxService::Service {
 public:
  // Both outlive the handler.
  InboxServiceHandler(Publisher& publisher, const stream::Clock& clock)
      : publisher_(publisher), clock_(clock) {}

  grpc::Status AnswerNudge(grpc::ServerContext* context, const v1::AnswerNudgeRequest* request,
                           v1::AnswerNudgeResponse* response) override;
  grpc::Status SnoozeNudge(grpc::ServerContext* context, const v1::SnoozeNudgeRequest* request,
                           v1::SnoozeNudgeResponse* response) override;
  grpc::Status SetPreferences(grpc::ServerContext* context,
                              const v1::SetPreferencesRequest* request,
                              v1::SetPreferencesResponse* response) override;

 private:
  // Completes the event, writes it, and says where it is.
  template <typename Request, typename Response>
  grpc::Status Tell(const Request& request, v1::OwnerEvent event, Response* response);

  Publisher& publisher_;
  const stream::Clock& clock_;
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_GRPC_INBOX_SERVICE_H_
