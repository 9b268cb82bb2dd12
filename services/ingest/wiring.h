// What the ingest service is made of.

#ifndef TEND_SERVICES_INGEST_WIRING_H_
#define TEND_SERVICES_INGEST_WIRING_H_

#include <stop_token>

#include "absl/status/status.h"
#include "common/runtime/text_config.h"
#include "tend/v1/service_config.pb.h"

namespace tend::ingest {

void CheckConfig(const v1::IngestConfig& config, ConfigFaults& faults);
// Runs until `stop`. Errors: UNAVAILABLE (a taken port); INVALID_ARGUMENT (Kafka's settings).
absl::Status Run(const v1::IngestConfig& config, const std::stop_token& stop);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_WIRING_H_
