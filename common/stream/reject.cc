#include "common/stream/reject.h"

#include "common/base/check.h"
#include "tend/v1/reject.pb.h"

namespace tend::stream {

std::string EncodeReject(absl::string_view service, const Record& record, const Outcome& outcome,
                         absl::Time now) {
  TEND_CHECK(outcome.rejected());
  const absl::string_view key = record.key.substr(0, kMaxRejectKeyBytes);
  const bool erased = outcome.reason() == v1::REJECT_REASON_PERSON_ERASED;
  const absl::string_view whole = erased ? absl::string_view() : record.value;
  const absl::string_view value = whole.substr(0, kMaxRejectValueBytes);
  v1::Reject reject;
  reject.set_reason(outcome.reason());
  reject.set_detail(outcome.detail());
  reject.set_service(service.data(), service.size());
  v1::RecordPlace& place = *reject.mutable_record();
  place.set_topic(record.topic.data(), record.topic.size());
  place.set_partition(record.partition);
  place.set_offset(record.offset.value());
  reject.set_key(key.data(), key.size());
  reject.set_value(value.data(), value.size());
  reject.set_truncated(key.size() < record.key.size() || value.size() < whole.size());
  const int64_t nanos = absl::ToUnixNanos(now);
  const int64_t seconds = absl::ToUnixSeconds(now);  // rounds down, so that nanos are not negative
  reject.mutable_reject_time()->set_seconds(seconds);
  reject.mutable_reject_time()->set_nanos(static_cast<int32_t>(nanos - seconds * 1'000'000'000));
  return reject.SerializeAsString();
}

}  // namespace tend::stream
