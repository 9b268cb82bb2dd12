// The record of tend.rejects.v1 that stands for one that a processor could not use.

#ifndef TEND_COMMON_STREAM_REJECT_H_
#define TEND_COMMON_STREAM_REJECT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/stream/processor.h"
#include "common/stream/record.h"

namespace tend::stream {

// Longer values are cut to this and flagged: a reject must fit into a message (1 MiB on Kafka) with
// room for the rest.
inline constexpr size_t kMaxRejectValueBytes = 512 << 10;
// The same for the key, which is an id in every topic of ours.
inline constexpr size_t kMaxRejectKeyBytes = 4 << 10;

// Encodes tend.v1.Reject. service: "scoring". What is about an erased person (PERSON_ERASED) leaves
// its place and no value. REQUIRES: outcome.rejected().
std::string EncodeReject(absl::string_view service, const Record& record, const Outcome& outcome,
                         absl::Time now);

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_REJECT_H_
