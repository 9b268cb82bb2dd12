// What the scoring service is made of.

#ifndef TEND_SERVICES_SCORING_WIRING_H_
#define TEND_SERVICES_SCORING_WIRING_H_

#include <stop_token>

#include "absl/status/status.h"
#include "common/runtime/text_config.h"
#include "tend/v1/service_config.pb.h"

namespace tend::scoring {

void CheckConfig(const v1::ScoringConfig& config, ConfigFaults& faults);
// Runs until `stop`. Errors: INVALID_ARGUMENT, NOT_FOUND (model, policy); those of
// RunStreamService.
absl::Status Run(const v1::ScoringConfig& config, const std::stop_token& stop);

}  // namespace tend::scoring

#endif  // TEND_SERVICES_SCORING_WIRING_H_
