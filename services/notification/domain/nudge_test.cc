#include "services/notification/domain/nudge.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "common/model/proto_time.h"

namespace tend::notification {
namespace {

const absl::Time kNow = absl::FromUnixMillis(1'772'442'000'125);

std::shared_ptr<const v1::MomentOpened> Moment() {
  auto moment = std::make_shared<v1::MomentOpened>();
  moment->set_moment_id("m1");
  moment->set_owner_id("eve");
  moment->set_person_id("ann");
  *moment->mutable_expire_time() = model::ToStamp(kNow + absl::Hours(24));
  return moment;
}

Nudge SnoozedNudge() {
  Nudge nudge(Moment(), kNow);
  nudge.deliver_not_before = kNow + absl::Hours(1);
  nudge.snooze_until = kNow + absl::Minutes(30);
  nudge.state = v1::NUDGE_STATE_SNOOZED;
  nudge.held_by = v1::GUARD_REASON_LEAVE;
  nudge.feedback = v1::FEEDBACK_TOO_EARLY;
  return nudge;
}

TEST(NudgeTest, IsTheSameAgainFromItsContract) {
  v1::Nudge written, again;
  const Nudge nudge = SnoozedNudge();
  const NudgeContract lent(nudge, written);
  const std::optional<Nudge> read = FromContract(written);
  ASSERT_TRUE(read.has_value());
  const NudgeContract lent_again(*read, again);
  EXPECT_EQ(again.ShortDebugString(), written.ShortDebugString());
  EXPECT_EQ(again.nudge_id(), "m1");
  EXPECT_EQ(again.owner_id(), "eve");
  EXPECT_EQ(again.moment().person_id(), "ann");
  EXPECT_EQ(model::ToTime(again.create_time()), kNow);
  EXPECT_EQ(read->id_hash, nudge.id_hash);
  EXPECT_EQ(read->expire_time, nudge.expire_time);
}

TEST(NudgeTest, TheMomentIsLentToTheContractAndComesBack) {
  const Nudge nudge = SnoozedNudge();
  v1::Nudge contract;
  {
    const NudgeContract lent(nudge, contract);
    EXPECT_EQ(&contract.moment(), nudge.moment.get());
  }
  EXPECT_FALSE(contract.has_moment());
  EXPECT_EQ(nudge.moment->person_id(), "ann");
}

TEST(NudgeTest, AContractUsedAgainKeepsNothingOfTheNudgeBefore) {
  v1::Nudge contract, fresh;
  const Nudge before = SnoozedNudge(), nudge(Moment(), kNow);
  { const NudgeContract lent(before, contract); }
  const NudgeContract lent(nudge, contract), lent_fresh(nudge, fresh);
  EXPECT_EQ(contract.ShortDebugString(), fresh.ShortDebugString());
  EXPECT_FALSE(contract.has_snooze_until_time());
}

TEST(NudgeTest, IdsThatAreNotTheMomentsAreNotOurs) {
  v1::Nudge contract;
  EXPECT_FALSE(FromContract(contract).has_value());
  *contract.mutable_moment() = *Moment();
  contract.set_nudge_id("m1");
  EXPECT_FALSE(FromContract(contract).has_value());
  contract.set_owner_id("eve");
  EXPECT_TRUE(FromContract(contract).has_value());
}

}  // namespace
}  // namespace tend::notification
