#include "common/model/attention_faults.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace tend::model {
namespace {

using Faults = std::vector<std::string>;
using Minutes = google::protobuf::RepeatedField<int32_t>;

constexpr int kMinutesPerDay = 24 * 60;

void CheckMinute(absl::string_view field, int minute, Faults& faults) {
  if (minute >= 0 && minute < kMinutesPerDay) return;
  faults.push_back(absl::StrCat(field, ": ", minute, " is not a minute of the day (0..1439)"));
}

void CheckMinutes(absl::string_view field, const Minutes& minutes, Faults& faults) {
  for (const int minute : minutes) CheckMinute(field, minute, faults);
}

void CheckCount(absl::string_view field, int count, Faults& faults) {
  if (count < 0) faults.push_back(absl::StrCat(field, ": ", count, " is less than 0"));
}

}  // namespace

Faults AttentionFaults(const v1::AttentionPolicy& policy) {
  Faults faults;
  CheckCount("attention.outreach_per_day", policy.outreach_per_day(), faults);
  CheckMinute("attention.quiet_hours.start_minute", policy.quiet_hours().start_minute(), faults);
  CheckMinute("attention.quiet_hours.end_minute", policy.quiet_hours().end_minute(), faults);
  CheckMinutes("attention.digest_minutes", policy.digest_minutes(), faults);
  return faults;
}

Faults PreferenceFaults(const v1::Preferences& preferences) {
  Faults faults;
  CheckCount("preferences.outreach_per_day", preferences.outreach_per_day(), faults);
  CheckMinute("preferences.quiet_start_minute", preferences.quiet_start_minute(), faults);
  CheckMinute("preferences.quiet_end_minute", preferences.quiet_end_minute(), faults);
  CheckMinutes("preferences.digest_minutes", preferences.digest_minutes(), faults);
  if (preferences.has_quiet_start_minute() != preferences.has_quiet_end_minute()) {
    faults.push_back(
        "preferences.quiet_start_minute: set without quiet_end_minute, or the other way");
  }
  return faults;
}

}  // namespace tend::model
