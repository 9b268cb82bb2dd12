// A record of one of our topics as one line of JSON, for people and scripts.

#ifndef TEND_SERVICES_CLI_TOPICS_RECORD_JSON_H_
#define TEND_SERVICES_CLI_TOPICS_RECORD_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/stream/record.h"

namespace tend::cli {

// {"topic":..., "partition":..., "offset":..., "key":..., "type":"tend.v1.Nudge", "value":{...}}.
// The value is null for a tombstone. What is no such message has "bytes" (base64) instead of a type
// and a value. A key that is no text is in hexadecimal. Errors: INVALID_ARGUMENT: a topic whose
// messages are not known here.
absl::StatusOr<std::string> RecordJson(const stream::Record& record);

// Whether the record is the harness's own, in a changelog: readers skip it.
bool IsHarnessRecord(const stream::Record& record);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TOPICS_RECORD_JSON_H_
