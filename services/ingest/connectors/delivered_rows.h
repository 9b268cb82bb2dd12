// Cuts a delivery into rows, each of one kind. Inside connectors/ only: delivery.h reads them.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_DELIVERED_ROWS_H_
#define TEND_SERVICES_INGEST_CONNECTORS_DELIVERED_ROWS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/ingest/connectors/delivery.h"
#include "services/ingest/domain/reject.h"

namespace tend::ingest {

struct DeliveredRow {
  enum class Kind {
    kMapped,    // JSON on one line, for the source's mapping
    kOwnJson,   // an Interaction in protobuf's JSON form, on one line
    kOwnBytes,  // an Interaction as protobuf bytes
    kFault,     // `fault` says what is wrong
  };
  Kind kind = Kind::kMapped;
  std::string bytes;  // for a fault: as they came
  std::optional<Fault> fault;
};

// Errors: as ReadDelivery.
absl::StatusOr<std::vector<DeliveredRow>> CutDelivery(const Delivery& delivery);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_DELIVERED_ROWS_H_
