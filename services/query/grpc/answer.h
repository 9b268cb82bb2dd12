// A question's answer, as a handler gives it.

#ifndef TEND_SERVICES_QUERY_GRPC_ANSWER_H_
#define TEND_SERVICES_QUERY_GRPC_ANSWER_H_

#include <utility>

#include "absl/status/statusor.h"
#include "common/rpc/status.h"

namespace tend::query {

template <typename Response>
grpc::Status Answer(absl::StatusOr<Response> answer, Response* response) {
  if (!answer.ok()) return rpc::ToGrpc(answer.status());
  *response = *std::move(answer);
  return grpc::Status::OK;
}

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_GRPC_ANSWER_H_
