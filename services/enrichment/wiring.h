// What the enrichment service is made of.

#ifndef TEND_SERVICES_ENRICHMENT_WIRING_H_
#define TEND_SERVICES_ENRICHMENT_WIRING_H_

#include <stop_token>

#include "absl/status/status.h"
#include "common/runtime/text_config.h"
#include "tend/v1/service_config.pb.h"

namespace tend::enrichment {

void CheckConfig(const v1::EnrichmentConfig& config, ConfigFaults& faults);
// Runs until `stop`. Errors: INVALID_ARGUMENT, NOT_FOUND (roster, key); those of RunStreamService.
absl::Status Run(const v1::EnrichmentConfig& config, const std::stop_token& stop);

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_WIRING_H_
