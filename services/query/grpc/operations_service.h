// OperationsService over gRPC. ReplayRejects is not built yet: UNIMPLEMENTED.

#ifndef TEND_SERVICES_QUERY_GRPC_OPERATIONS_SERVICE_H_
#define TEND_SERVICES_QUERY_GRPC_OPERATIONS_SERVICE_H_

#include "services/query/flow/flow_sampler.h"
#include "services/query/postgres/reject_questions.h"
#include "tend/v1/operations_service.grpc.pb.h"

namespace tend::query {

class OperationsServiceHandler final : public v1::OperationsService::Service {
 public:
  // Both outlive the handler.
  OperationsServiceHandler(RejectQuestions& rejects, const FlowSampler& flow)
      : rejects_(rejects), flow_(flow) {}

  grpc::Status GetFlow(grpc::ServerContext* context, const v1::GetFlowRequest* request,
                       v1::GetFlowResponse* response) override;
  grpc::Status ListRejects(grpc::ServerContext* context, const v1::ListRejectsRequest* request,
                           v1::ListRejectsResponse* response) override;

 private:
  RejectQuestions& rejects_;
  const FlowSampler& flow_;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_GRPC_OPERATIONS_SERVICE_H_
