#include "services/notification/wiring.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/model/attention_faults.h"
#include "common/service/stream_service.h"
#include "services/notification/processor.h"

namespace tend::notification {

Settings ReadSettings(const v1::NotificationConfig& config, ConfigFaults& faults) {
  Settings settings;
  settings.runtime = config.runtime();
  if (!faults.Read("policy_file", config.policy_file(), &settings.policy)) return settings;
  for (const std::string& wrong : model::AttentionFaults(settings.policy.attention())) {
    faults.Check("policy_file", absl::InvalidArgumentError(absl::StrCat("attention: ", wrong)),
                 config.policy_file());
  }
  return settings;
}

absl::Status Run(const Settings& settings, const std::stop_token& stop) {
  return service::RunStreamService(settings.runtime, "notification",
                                   MakeNotificationProcessor(settings.policy), stop);
}

}  // namespace tend::notification
