// protobuf's Timestamp as absl::Time and back.

#ifndef TEND_SERVICES_INGEST_DOMAIN_TIMESTAMP_H_
#define TEND_SERVICES_INGEST_DOMAIN_TIMESTAMP_H_

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace tend::ingest {

inline absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

// To the nanosecond, rounded down.
inline void SetTimestamp(absl::Time time, google::protobuf::Timestamp& timestamp) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_DOMAIN_TIMESTAMP_H_
