// What the ingest service is made of.

#ifndef TEND_SERVICES_INGEST_WIRING_H_
#define TEND_SERVICES_INGEST_WIRING_H_

#include <optional>
#include <stop_token>
#include <vector>

#include "absl/status/status.h"
#include "common/runtime/text_config.h"
#include "services/ingest/source.h"
#include "tend/v1/service_config.pb.h"

namespace tend::ingest {

// The configuration with its files read.
struct Settings {
  v1::IngestConfig config;
  std::vector<Source> sources;
  std::optional<Source> inbox;
};

// What is wrong with it is a fault.
Settings ReadSettings(const v1::IngestConfig& config, ConfigFaults& faults);

// Runs until `stop`. settings: without faults. Errors: UNAVAILABLE (a taken port);
// INVALID_ARGUMENT (Kafka's settings).
absl::Status Run(const Settings& settings, const std::stop_token& stop);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_WIRING_H_
