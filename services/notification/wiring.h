// What the notification service is made of.

#ifndef TEND_SERVICES_NOTIFICATION_WIRING_H_
#define TEND_SERVICES_NOTIFICATION_WIRING_H_

#include <stop_token>

#include "absl/status/status.h"
#include "common/runtime/text_config.h"
#include "tend/v1/policy.pb.h"
#include "tend/v1/service_config.pb.h"

namespace tend::notification {

// The configuration with its files read.
struct Settings {
  v1::RuntimeConfig runtime;
  v1::Policy policy;
};

// What is wrong with it is a fault.
Settings ReadSettings(const v1::NotificationConfig& config, ConfigFaults& faults);

// Runs until `stop`. settings: without faults. Errors: those of RunStreamService.
absl::Status Run(const Settings& settings, const std::stop_token& stop);

}  // namespace tend::notification

#endif  // TEND_SERVICES_NOTIFICATION_WIRING_H_
