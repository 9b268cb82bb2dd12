#include "common/stream/recovery.h"

#include "common/base/check.h"

namespace tend::stream {

Recovery RecoveryOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      TEND_CHECK(!"an OK status needs no recovery");
    case absl::StatusCode::kUnavailable:
      return Recovery::kRetry;
    case absl::StatusCode::kAborted:
      return Recovery::kAbort;
    case absl::StatusCode::kUnknown:
      return Recovery::kReplace;
    case absl::StatusCode::kFailedPrecondition:
      return Recovery::kRecreate;
    default:
      return Recovery::kStop;
  }
}

}  // namespace tend::stream
