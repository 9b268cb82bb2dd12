// Hands one record to a librdkafka producer.

#ifndef TEND_COMMON_KAFKA_PRODUCE_H_
#define TEND_COMMON_KAFKA_PRODUCE_H_

#include "absl/status/status.h"
#include "common/kafka/client.h"
#include "common/stream/producer.h"

namespace tend::kafka {

// The library copies key and value, once. opaque: comes back with the delivery report.
// Errors: NOT_FOUND, INVALID_ARGUMENT (too large); UNAVAILABLE when the producer's queue is full.
absl::Status ProduceRecord(Client& client, const stream::NewRecord& record, void* opaque);

}  // namespace tend::kafka

#endif  // TEND_COMMON_KAFKA_PRODUCE_H_
