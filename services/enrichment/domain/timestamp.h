// Times between protobuf and Abseil. Pure.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_TIMESTAMP_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_TIMESTAMP_H_

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>

#include "absl/time/time.h"

namespace tend::enrichment {

inline absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

inline void SetTimestamp(absl::Time time, google::protobuf::Timestamp& timestamp) {
  const int64_t seconds = absl::ToUnixSeconds(time);  // rounds down
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_TIMESTAMP_H_
