#include "services/notification/domain/attention.h"

#include <algorithm>

namespace tend::notification {

Attention ResolveAttention(const v1::AttentionPolicy& policy, const v1::Preferences& preferences) {
  Attention attention;
  if (policy.has_outreach_per_day()) attention.outreach_per_day = policy.outreach_per_day();
  if (preferences.has_outreach_per_day()) {
    attention.outreach_per_day =
        std::min(attention.outreach_per_day, preferences.outreach_per_day());
  }
  const v1::QuietHours& quiet = policy.quiet_hours();
  attention.quiet_hours = {quiet.start_minute(), quiet.end_minute(), quiet.weekends()};
  if (preferences.has_quiet_start_minute()) {
    attention.quiet_hours.start_minute = preferences.quiet_start_minute();
    attention.quiet_hours.end_minute = preferences.quiet_end_minute();
  }
  const auto& digests =
      preferences.digest_minutes().empty() ? policy.digest_minutes() : preferences.digest_minutes();
  std::vector<int>& minutes = attention.digest_minutes;
  minutes.assign(digests.begin(), digests.end());
  std::sort(minutes.begin(), minutes.end());
  minutes.erase(std::unique(minutes.begin(), minutes.end()), minutes.end());
  return attention;
}

}  // namespace tend::notification
