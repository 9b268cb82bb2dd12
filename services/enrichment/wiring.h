// What the enrichment service is made of.

#ifndef TEND_SERVICES_ENRICHMENT_WIRING_H_
#define TEND_SERVICES_ENRICHMENT_WIRING_H_

#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "common/runtime/text_config.h"
#include "services/enrichment/domain/roster.h"
#include "tend/v1/service_config.pb.h"

namespace tend::enrichment {

// The configuration with its files read.
struct Settings {
  v1::EnrichmentConfig config;
  Roster roster;
  std::string identity_key;
};

// What is wrong with it is a fault.
Settings ReadSettings(const v1::EnrichmentConfig& config, ConfigFaults& faults);

// Runs until `stop`. settings: without faults. Errors: those of RunStreamService.
absl::Status Run(const Settings& settings, const std::stop_token& stop);

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_WIRING_H_
