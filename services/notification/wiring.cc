#include "services/notification/wiring.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/service/stream_service.h"
#include "services/notification/domain/attention.h"
#include "services/notification/processor.h"
#include "tend/v1/policy.pb.h"

namespace tend::notification {

void CheckConfig(const v1::NotificationConfig& config, ConfigFaults& faults) {
  faults.RequireSet("policy_file", config.policy_file());
}

absl::Status Run(const v1::NotificationConfig& config, const std::stop_token& stop) {
  v1::Policy policy;
  TEND_RETURN_IF_ERROR(ReadTextConfig(config.policy_file(), &policy));
  if (const std::vector<std::string> wrong = AttentionFaults(policy.attention()); !wrong.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(config.policy_file(), ": attention: ", absl::StrJoin(wrong, "; ")));
  }
  return service::RunStreamService(config.runtime(), "notification",
                                   MakeNotificationProcessor(policy), stop);
}

}  // namespace tend::notification
