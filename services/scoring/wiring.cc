#include "services/scoring/wiring.h"

#include "common/model/scoring_model.h"
#include "common/runtime/runtime_config.h"
#include "common/service/stream_service.h"
#include "services/scoring/processor.h"
#include "tend/v1/policy.pb.h"
#include "tend/v1/scoring_model.pb.h"

namespace tend::scoring {

Settings ReadSettings(const v1::ScoringConfig& config, ConfigFaults& faults) {
  Settings settings;
  settings.runtime = config.runtime();
  settings.model = faults.Make<v1::ScoringModel>("model_file", config.model_file(), model::Compile);
  settings.policy = faults.Make<v1::Policy>("policy_file", config.policy_file(), model::Compile);
  settings.roster = ReadRoster(config.roster_file(), faults);
  return settings;
}

absl::Status Run(const Settings& settings, const std::stop_token& stop) {
  const Options options = OptionsFor(settings.model, settings.policy, settings.roster);
  return service::RunStreamService(settings.runtime, "scoring", MakeSpec(options), stop);
}

}  // namespace tend::scoring
