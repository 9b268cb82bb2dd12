#include "services/ingest/domain/reject.h"

#include "common/base/check.h"

namespace tend::ingest {
namespace {

void SetBytes(absl::string_view bytes, v1::Reject& reject) {
  const absl::string_view kept = bytes.substr(0, kMaxRejectBytes);
  reject.set_value(kept.data(), kept.size());
  reject.set_truncated(kept.size() < bytes.size());
}

}  // namespace

v1::Reject RejectOf(const Fault& fault, absl::string_view bytes) {
  TEND_CHECK(fault.reason != v1::REJECT_REASON_UNSPECIFIED && !fault.detail.empty());
  v1::Reject reject;
  reject.set_reason(fault.reason);
  reject.set_field(fault.field);
  reject.set_detail(fault.detail);
  reject.set_service("ingest");
  SetBytes(bytes, reject);
  return reject;
}

v1::Reject RejectOf(const Fault& fault, absl::string_view bytes, absl::string_view file,
                    int64_t line) {
  v1::Reject reject = RejectOf(fault, absl::string_view());
  SetRow({file, absl::string_view(), line, bytes}, reject);
  return reject;
}

void SetRow(const FileRow& row, v1::Reject& reject) {
  v1::FilePlace& place = *reject.mutable_file();
  place.set_file(row.file.data(), row.file.size());
  place.set_line(row.line);
  place.set_import_id(row.import_id.data(), row.import_id.size());
  place.set_of_list(row.of_list);
  if (!row.bytes.empty()) SetBytes(row.bytes, reject);
}

}  // namespace tend::ingest
