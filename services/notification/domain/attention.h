// How much of one owner's attention may be asked for, and when: the policy, lowered by their own
// wishes.

#ifndef TEND_SERVICES_NOTIFICATION_DOMAIN_ATTENTION_H_
#define TEND_SERVICES_NOTIFICATION_DOMAIN_ATTENTION_H_

#include <vector>

#include "common/model/scoring_model.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/policy.pb.h"

namespace tend::notification {

// Outreach nudges a day where the policy leaves it open.
inline constexpr int kDefaultOutreachPerDay = 5;

// What holds for one owner. All minutes are in [0, 1440).
struct Attention {
  // Outreach nudges a local day; 0: none at all.
  int outreach_per_day = kDefaultOutreachPerDay;
  model::QuietHours quiet_hours;
  // Rising, each once. Empty: told as soon as quiet hours allow.
  std::vector<int> digest_minutes;
};

// The owner's wishes can lower the number of outreach nudges, never raise it; their quiet hours and
// digest times take the place of the policy's. Weekends stay as the policy has them.
// REQUIRES: both are without faults (common/model/attention_faults.h).
Attention ResolveAttention(const v1::AttentionPolicy& policy, const v1::Preferences& preferences);

}  // namespace tend::notification

#endif  // TEND_SERVICES_NOTIFICATION_DOMAIN_ATTENTION_H_
