// What a failed call of a log asks its caller to do: the codes of log.h as one plain value.

#ifndef TEND_COMMON_STREAM_RECOVERY_H_
#define TEND_COMMON_STREAM_RECOVERY_H_

#include "absl/status/status.h"

namespace tend::stream {

enum class Recovery {
  kRetry,     // make the same call again
  kAbort,     // abort the transaction and do its batch again
  kReplace,   // destroy the producer, make one with the same id, find out what happened
  kRecreate,  // destroy the worker and make a new one
  kStop,      // state or input is lost, or the program is wrong: a person has to look
};

// REQUIRES: !status.ok().
Recovery RecoveryOf(const absl::Status& status);

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_RECOVERY_H_
