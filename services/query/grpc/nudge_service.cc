#include "services/query/grpc/nudge_service.h"

#include "services/query/grpc/answer.h"

namespace tend::query {

grpc::Status NudgeServiceHandler::GetNudge(grpc::ServerContext* /*context*/,
                                           const v1::GetNudgeRequest* request,
                                           v1::GetNudgeResponse* response) {
  return Answer(questions_.Get(*request), response);
}

grpc::Status NudgeServiceHandler::ListNudges(grpc::ServerContext* /*context*/,
                                             const v1::ListNudgesRequest* request,
                                             v1::ListNudgesResponse* response) {
  return Answer(questions_.List(*request), response);
}

grpc::ServerWriteReactor<v1::WatchNudgesResponse>* NudgeServiceHandler::WatchNudges(
    grpc::CallbackServerContext* /*context*/, const v1::WatchNudgesRequest* request) {
  return NudgeWatch::Start(sources_, *request);
}

}  // namespace tend::query
