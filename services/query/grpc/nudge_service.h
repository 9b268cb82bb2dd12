// NudgeService over gRPC.

#ifndef TEND_SERVICES_QUERY_GRPC_NUDGE_SERVICE_H_
#define TEND_SERVICES_QUERY_GRPC_NUDGE_SERVICE_H_

#include "services/query/grpc/nudge_watch.h"
#include "services/query/postgres/nudge_questions.h"
#include "tend/v1/nudge_service.grpc.pb.h"

namespace tend::query {

// A watch lives for days: it answers by callbacks, so that thousands of them hold no thread. The
// other methods hold one each while they run.
class NudgeServiceHandler final
    : public v1::NudgeService::WithCallbackMethod_WatchNudges<v1::NudgeService::Service> {
 public:
  // questions outlives the handler.
  NudgeServiceHandler(NudgeQuestions& questions, const WatchSources& sources)
      : questions_(questions), sources_(sources) {}

  grpc::Status GetNudge(grpc::ServerContext* context, const v1::GetNudgeRequest* request,
                        v1::GetNudgeResponse* response) override;
  grpc::Status ListNudges(grpc::ServerContext* context, const v1::ListNudgesRequest* request,
                          v1::ListNudgesResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchNudgesResponse>* WatchNudges(
      grpc::CallbackServerContext* context, const v1::WatchNudgesRequest* request) override;

 private:
  NudgeQuestions& questions_;
  const WatchSources sources_;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_GRPC_NUDGE_SERVICE_H_
