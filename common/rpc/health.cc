#include "common/rpc/health.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"

namespace tend::rpc {
namespace {

// HealthCheckResponse{status: SERVING} on the wire: field 1, varint 1. The request for the whole
// server is empty. Source: grpc/health/v1/health.proto (gRPC Health Checking Protocol, read
// 2026-11-25).
constexpr char kMethod[] = "/grpc.health.v1.Health/Check";
constexpr char kServing[] = "\x08\x01";

std::string Flatten(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace

absl::StatusOr<bool> IsServing(const std::string& address, absl::Duration time_limit) {
  ChannelOptions options;
  options.address = address;
  return IsServing(options, time_limit);
}

absl::StatusOr<bool> IsServing(const ChannelOptions& options, absl::Duration time_limit) {
  TEND_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, MakeChannel(options));
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + time_limit));
  const grpc::Slice nothing("");
  const grpc::ByteBuffer request(&nothing, 1);
  grpc::CompletionQueue queue;
  const std::unique_ptr<grpc::GenericClientAsyncResponseReader> call =
      stub.PrepareUnaryCall(&context, kMethod, request, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);  // the deadline ends it
  if (status.ok()) return Flatten(response) == kServing;
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  return absl::Status(
      code == absl::StatusCode::kDeadlineExceeded ? absl::StatusCode::kUnavailable : code,
      absl::StrCat(options.address, ": ", status.error_message()));
}

}  // namespace tend::rpc
