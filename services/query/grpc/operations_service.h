// OperationsService over gRPC. GetFlow and ReplayRejects are not built yet: UNIMPLEMENTED.

#ifndef TEND_SERVICES_QUERY_GRPC_OPERATIONS_SERVICE_H_
#define TEND_SERVICES_QUERY_GRPC_OPERATIONS_SERVICE_H_

#include "services/query/postgres/reject_questions.h"
#include "tend/v1/operations_service.grpc.pb.h"

namespace tend::query {

class OperationsServiceHandler final : public v1::OperationsService::Service {
 public:
  // rejects outlives the handler.
  explicit OperationsServiceHandler(RejectQuestions& rejects) : rejects_(rejects) {}

  grpc::Status ListRejects(grpc::ServerContext* context, const v1::ListRejectsRequest* request,
                           v1::ListRejectsResponse* response) override;

 private:
  RejectQuestions& rejects_;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_GRPC_OPERATIONS_SERVICE_H_
