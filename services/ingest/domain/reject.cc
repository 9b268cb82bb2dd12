#include "services/ingest/domain/reject.h"

#include "common/base/check.h"

namespace tend::ingest {

v1::Reject RejectOf(const Fault& fault, absl::string_view bytes) {
  TEND_CHECK(fault.reason != v1::REJECT_REASON_UNSPECIFIED && !fault.detail.empty());
  v1::Reject reject;
  reject.set_reason(fault.reason);
  reject.set_field(fault.field);
  reject.set_detail(fault.detail);
  reject.set_service("ingest");
  const absl::string_view kept = bytes.substr(0, kMaxRejectBytes);
  reject.set_value(kept.data(), kept.size());
  reject.set_truncated(kept.size() < bytes.size());
  return reject;
}

v1::Reject RejectOf(const Fault& fault, absl::string_view bytes, absl::string_view file,
                    int64_t line) {
  v1::Reject reject = RejectOf(fault, bytes);
  reject.mutable_file()->set_file(file.data(), file.size());
  reject.mutable_file()->set_line(line);
  return reject;
}

}  // namespace tend::ingest
