#include "common/rpc/grpc_log.h"

#include <grpc/support/log.h>

#include <mutex>

#include "absl/strings/str_cat.h"
#include "common/runtime/log.h"

namespace tend::rpc {
namespace {

// gRPC tells errors alone, unless GRPC_VERBOSITY asks for more.
void WriteEvent(gpr_log_func_args* said) {
  const LogFields fields = {{"message", said->message},
                            {"place", absl::StrCat(said->file, ":", said->line)}};
  if (said->severity == GPR_LOG_SEVERITY_ERROR) return LogWarning("grpc said", fields);
  LogDebug("grpc said", fields);
}

void WriteNothing(gpr_log_func_args* /*said*/) {}

}  // namespace

void SetGrpcLog(GrpcLog log) {
  static std::once_flag once;
  std::call_once(
      once, [log] { gpr_set_log_function(log == GrpcLog::kEvents ? WriteEvent : WriteNothing); });
}

}  // namespace tend::rpc
