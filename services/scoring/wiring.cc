#include "services/scoring/wiring.h"

#include "common/base/status_macros.h"
#include "common/model/scoring_model.h"
#include "common/service/stream_service.h"
#include "services/scoring/processor.h"
#include "tend/v1/policy.pb.h"
#include "tend/v1/scoring_model.pb.h"

namespace tend::scoring {

void CheckConfig(const v1::ScoringConfig& config, ConfigFaults& faults) {
  faults.RequireSet("model_file", config.model_file());
  faults.RequireSet("policy_file", config.policy_file());
  faults.RequireSet("pool_owner_id", config.pool_owner_id());
}

absl::Status Run(const v1::ScoringConfig& config, const std::stop_token& stop) {
  v1::ScoringModel model;
  TEND_RETURN_IF_ERROR(ReadTextConfig(config.model_file(), &model));
  v1::Policy policy;
  TEND_RETURN_IF_ERROR(ReadTextConfig(config.policy_file(), &policy));
  Options options;
  TEND_ASSIGN_OR_RETURN(options.model, model::Compile(model));
  TEND_ASSIGN_OR_RETURN(options.policy, model::Compile(policy));
  options.pool_owner_id = config.pool_owner_id();
  options.product_owner_id = config.product_owner_id();
  return service::RunStreamService(config.runtime(), "scoring", MakeSpec(options), stop);
}

}  // namespace tend::scoring
