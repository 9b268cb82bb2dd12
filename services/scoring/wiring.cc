#include "services/scoring/wiring.h"

#include "common/model/scoring_model.h"
#include "common/service/stream_service.h"
#include "services/scoring/processor.h"
#include "tend/v1/policy.pb.h"
#include "tend/v1/scoring_model.pb.h"

namespace tend::scoring {

Settings ReadSettings(const v1::ScoringConfig& config, ConfigFaults& faults) {
  Settings settings;
  settings.runtime = config.runtime();
  v1::ScoringModel model;
  if (faults.Read("model_file", config.model_file(), &model)) {
    settings.model = faults.Take("model_file", model::Compile(model), config.model_file());
  }
  v1::Policy policy;
  if (faults.Read("policy_file", config.policy_file(), &policy)) {
    settings.policy = faults.Take("policy_file", model::Compile(policy), config.policy_file());
  }
  faults.Read("roster_file", config.roster_file(), &settings.roster);
  return settings;
}

absl::Status Run(const Settings& settings, const std::stop_token& stop) {
  const Options options = OptionsFor(settings.model, settings.policy, settings.roster);
  return service::RunStreamService(settings.runtime, "scoring", MakeSpec(options), stop);
}

}  // namespace tend::scoring
