#include "services/scoring/wiring.h"

#include "common/base/status_macros.h"
#include "common/model/scoring_model.h"
#include "common/service/stream_service.h"
#include "services/scoring/processor.h"
#include "tend/v1/person.pb.h"
#include "tend/v1/policy.pb.h"
#include "tend/v1/scoring_model.pb.h"

namespace tend::scoring {

void CheckConfig(const v1::ScoringConfig& config, ConfigFaults& faults) {
  faults.RequireSet("model_file", config.model_file());
  faults.RequireSet("policy_file", config.policy_file());
  faults.RequireSet("roster_file", config.roster_file());
}

absl::Status Run(const v1::ScoringConfig& config, const std::stop_token& stop) {
  v1::ScoringModel model;
  TEND_RETURN_IF_ERROR(ReadTextConfig(config.model_file(), &model));
  v1::Policy policy;
  TEND_RETURN_IF_ERROR(ReadTextConfig(config.policy_file(), &policy));
  v1::Roster roster;
  TEND_RETURN_IF_ERROR(ReadTextConfig(config.roster_file(), &roster));
  TEND_ASSIGN_OR_RETURN(const model::ScoringModel compiled_model, model::Compile(model));
  TEND_ASSIGN_OR_RETURN(const model::Policy compiled_policy, model::Compile(policy));
  const Options options = OptionsFor(compiled_model, compiled_policy, roster);
  return service::RunStreamService(config.runtime(), "scoring", MakeSpec(options), stop);
}

}  // namespace tend::scoring
