#include "common/rpc/status.h"

#include <string>

namespace tend::rpc {

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      std::string(status.message().data(), status.message().size()));
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = status.error_message();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      {message.data(), message.size()});
}

}  // namespace tend::rpc
