// What the scoring service is made of.

#ifndef TEND_SERVICES_SCORING_WIRING_H_
#define TEND_SERVICES_SCORING_WIRING_H_

#include <stop_token>

#include "absl/status/status.h"
#include "common/model/scoring_model.h"
#include "common/runtime/text_config.h"
#include "tend/v1/person.pb.h"
#include "tend/v1/service_config.pb.h"

namespace tend::scoring {

// The configuration with its files read.
struct Settings {
  v1::RuntimeConfig runtime;
  model::ScoringModel model;
  model::Policy policy;
  v1::Roster roster;
};

// What is wrong with it is a fault.
Settings ReadSettings(const v1::ScoringConfig& config, ConfigFaults& faults);

// Runs until `stop`. settings: without faults. Errors: those of RunStreamService.
absl::Status Run(const Settings& settings, const std::stop_token& stop);

}  // namespace tend::scoring

#endif  // TEND_SERVICES_SCORING_WIRING_H_
