#include "services/query/grpc/list_service.h"

#include "services/query/grpc/answer.h"

namespace tend::query {

grpc::Status ListServiceHandler::GetListReport(grpc::ServerContext* /*context*/,
                                               const v1::GetListReportRequest* request,
                                               v1::GetListReportResponse* response) {
  return Answer(questions_.Report(*request), response);
}

grpc::Status ListServiceHandler::ListListRows(grpc::ServerContext* /*context*/,
                                              const v1::ListListRowsRequest* request,
                                              v1::ListListRowsResponse* response) {
  return Answer(questions_.Rows(*request), response);
}

}  // namespace tend::query
