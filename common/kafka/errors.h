// What librdkafka says went wrong, as the codes of common/stream/log.h. The library's flags
// (retriable, abort, fatal) are turned into one code at once, so that no copy can lose them.

#ifndef TEND_COMMON_KAFKA_ERRORS_H_
#define TEND_COMMON_KAFKA_ERRORS_H_

#include <librdkafka/rdkafka.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/kafka/handle.h"

namespace tend::kafka {

// Of calls outside transactions, where doing it again is safe. `doing` becomes the message's start:
// "committing the offsets of group g: Broker: ...". OK stays OK.
absl::Status ToStatus(rd_kafka_resp_err_t error, absl::string_view doing);

// Of the transactional calls. `on_retriable`: the code where the library would have us make the
// call again: UNAVAILABLE where nothing but that call hangs on it, UNKNOWN where its effect may
// come late and meet the next transaction. OK when there is no error.
absl::Status ToStatus(const ErrorHandle& error, absl::string_view doing,
                      absl::StatusCode on_retriable);

}  // namespace tend::kafka

#endif  // TEND_COMMON_KAFKA_ERRORS_H_
