#include "common/rpc/health.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/rpc/unary_call.h"

namespace tend::rpc {
namespace {

// HealthCheckResponse{status: SERVING} on the wire: field 1, varint 1. The request for the whole
// server is empty. Source: grpc/health/v1/health.proto (gRPC Health Checking Protocol, read
// 2026-11-25).
constexpr char kMethod[] = "/grpc.health.v1.Health/Check";
constexpr char kServing[] = "\x08\x01";

}  // namespace

absl::StatusOr<bool> IsServing(const std::string& address, absl::Duration time_limit) {
  ChannelOptions options;
  options.address = address;
  return IsServing(options, time_limit);
}

absl::StatusOr<bool> IsServing(const ChannelOptions& options, absl::Duration time_limit) {
  TEND_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, MakeChannel(options));
  const absl::StatusOr<std::string> answer = CallUnary(channel, kMethod, "", time_limit);
  if (answer.ok()) return *answer == kServing;
  const absl::StatusCode code = answer.status().code();
  return absl::Status(
      code == absl::StatusCode::kDeadlineExceeded ? absl::StatusCode::kUnavailable : code,
      absl::StrCat(options.address, ": ", answer.status().message()));
}

}  // namespace tend::rpc
