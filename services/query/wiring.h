// What the query service is made of.

#ifndef TEND_SERVICES_QUERY_WIRING_H_
#define TEND_SERVICES_QUERY_WIRING_H_

#include <stop_token>

#include "absl/status/status.h"
#include "common/model/scoring_model.h"
#include "common/runtime/text_config.h"
#include "tend/v1/service_config.pb.h"

namespace tend::query {

// The configuration with its files read.
struct Settings {
  v1::QueryConfig config;
  model::ScoringModel model;
  model::Policy policy;
};

// What is wrong with it is a fault.
Settings ReadSettings(const v1::QueryConfig& config, ConfigFaults& faults);

// Runs until `stop`. settings: without faults. Errors: of the ports and Kafka's settings; DATA_LOSS
// when a topic no longer holds what is next to project.
absl::Status Run(const Settings& settings, const std::stop_token& stop);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_WIRING_H_
