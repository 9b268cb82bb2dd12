// Times of the contracts as absl::Time and back.

#ifndef TEND_COMMON_MODEL_PROTO_TIME_H_
#define TEND_COMMON_MODEL_PROTO_TIME_H_

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace tend::model {

inline absl::Time ToTime(const google::protobuf::Timestamp& stamp) {
  return absl::FromUnixSeconds(stamp.seconds()) + absl::Nanoseconds(stamp.nanos());
}

// REQUIRES: time is finite.
inline google::protobuf::Timestamp ToStamp(absl::Time time) {
  google::protobuf::Timestamp stamp;
  stamp.set_seconds(absl::ToUnixSeconds(time));
  stamp.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(stamp.seconds()))));
  return stamp;
}

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_PROTO_TIME_H_
