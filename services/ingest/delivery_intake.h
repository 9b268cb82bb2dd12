// One delivery, from its bytes into the log.

#ifndef TEND_SERVICES_INGEST_DELIVERY_INTAKE_H_
#define TEND_SERVICES_INGEST_DELIVERY_INTAKE_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/ingest/connectors/delivery.h"
#include "services/ingest/intake.h"
#include "services/ingest/publisher.h"
#include "services/ingest/source.h"
#include "tend/v1/delivery.pb.h"

namespace tend::ingest {

// Reads, accepts and writes all rows; then each is in the log, as an interaction or a reject.
// Errors: as ReadDelivery (nothing was kept); UNAVAILABLE: send all of it again.
absl::StatusOr<v1::DeliveryResult> TakeDelivery(const Delivery& delivery, const Source& source,
                                                absl::Time now, Publisher& publisher);

// The first half: into `intake`, without writing. Returns how many rows were ignored by reading.
absl::StatusOr<int64_t> TakeRows(const Delivery& delivery, const Source& source, Intake& intake);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_DELIVERY_INTAKE_H_
