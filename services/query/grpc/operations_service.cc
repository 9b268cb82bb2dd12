#include "services/query/grpc/operations_service.h"

#include "services/query/grpc/answer.h"

namespace tend::query {

grpc::Status OperationsServiceHandler::GetFlow(grpc::ServerContext* /*context*/,
                                               const v1::GetFlowRequest* request,
                                               v1::GetFlowResponse* response) {
  return Answer(flow_.Get(*request), response);
}

grpc::Status OperationsServiceHandler::ListRejects(grpc::ServerContext* /*context*/,
                                                   const v1::ListRejectsRequest* request,
                                                   v1::ListRejectsResponse* response) {
  return Answer(rejects_.List(*request), response);
}

}  // namespace tend::query
