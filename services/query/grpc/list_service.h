// ListService over gRPC.

#ifndef TEND_SERVICES_QUERY_GRPC_LIST_SERVICE_H_
#define TEND_SERVICES_QUERY_GRPC_LIST_SERVICE_H_

#include "services/query/postgres/list_questions.h"
#include "tend/v1/list_service.grpc.pb.h"

namespace tend::query {

class ListServiceHandler final : public v1::ListService::Service {
 public:
  // questions outlives the handler.
  explicit ListServiceHandler(ListQuestions& questions) : questions_(questions) {}

  grpc::Status GetListReport(grpc::ServerContext* context, const v1::GetListReportRequest* request,
                             v1::GetListReportResponse* response) override;
  grpc::Status ListListRows(grpc::ServerContext* context, const v1::ListListRowsRequest* request,
                            v1::ListListRowsResponse* response) override;

 private:
  ListQuestions& questions_;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_GRPC_LIST_SERVICE_H_
