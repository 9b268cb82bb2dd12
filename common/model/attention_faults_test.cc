#include "common/model/attention_faults.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(AttentionFaultsTest, AllFaultsAreNamed) {
  v1::Preferences preferences;
  EXPECT_THAT(PreferenceFaults(preferences), IsEmpty());
  preferences.set_outreach_per_day(-1);
  preferences.set_quiet_start_minute(1440);
  preferences.add_digest_minutes(-1);
  EXPECT_THAT(PreferenceFaults(preferences),
              ElementsAre(HasSubstr("outreach_per_day: -1"), HasSubstr("quiet_start_minute: 1440"),
                          HasSubstr("digest_minutes: -1"), HasSubstr("without quiet_end_minute")));
  v1::AttentionPolicy policy;
  policy.mutable_quiet_hours()->set_end_minute(1440);
  EXPECT_THAT(AttentionFaults(policy), ElementsAre(HasSubstr("end_minute: 1440")));
}

}  // namespace
}  // namespace tend::model
