#include "common/model/scoring_model.h"

#include <string>

#include "common/testing/model_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::model {
namespace {

using testing::HasSubstr;

std::string Fault(const v1::ScoringModel& contract) {
  const auto compiled = Compile(contract);
  const absl::string_view message = compiled.status().message();
  return {message.data(), message.size()};
}
std::string Fault(const v1::Policy& contract) {
  const auto compiled = Compile(contract);
  const absl::string_view message = compiled.status().message();
  return {message.data(), message.size()};
}

TEST(ScoringModelTest, TheShippedNumbersCompile) {
  EXPECT_EQ(Fault(ShippedModelContract()), "");
  EXPECT_EQ(Fault(ShippedPolicyContract()), "");
}

TEST(ScoringModelTest, SignsThatWouldBreakALawAreRefused) {
  v1::ScoringModel contract = ShippedModelContract();
  contract.mutable_classes(0)->set_weight(-1);
  contract.set_unanswered(.1);
  contract.set_no_history(-1);
  contract.set_tie_answer_rate(-1);
  const std::string fault = Fault(contract);
  EXPECT_THAT(fault, HasSubstr("SIGNAL_CLASS_MESSAGE.weight"));
  EXPECT_THAT(fault, HasSubstr("unanswered must be <= 0"));
  EXPECT_THAT(fault, HasSubstr("no_history"));
  EXPECT_THAT(fault, HasSubstr("tie_answer_rate"));
}

TEST(ScoringModelTest, NumbersOfNoKnownEnumAreRefused) {
  for (const int unknown : {-1, 0, 17, 5000}) {
    v1::ScoringModel contract = ShippedModelContract();
    contract.add_classes()->set_signal_class(static_cast<v1::SignalClass>(unknown));
    EXPECT_THAT(Fault(contract), HasSubstr("a known class"));
  }
  v1::ScoringModel contract = ShippedModelContract();
  contract.mutable_facts(8)->set_page_kind(static_cast<v1::PageKind>(77));
  EXPECT_THAT(Fault(contract), HasSubstr("page_visited.page_kind"));
}

TEST(ScoringModelTest, AHalfLifeUnderAnHourIsRefused) {
  v1::ScoringModel contract = ShippedModelContract();
  contract.mutable_classes(3)->mutable_half_life()->set_seconds(3599);
  EXPECT_THAT(Fault(contract), HasSubstr("SIGNAL_CLASS_CONTENT_VISIT.half_life"));
}

TEST(ScoringModelTest, EveryFactNeedsARow) {
  v1::ScoringModel contract = ShippedModelContract();
  contract.mutable_facts()->DeleteSubrange(contract.facts_size() - 1, 1);
  EXPECT_THAT(Fault(contract), HasSubstr("erasure_asked"));
  contract.add_facts()->set_fact("telepathy");
  EXPECT_THAT(Fault(contract), HasSubstr("telepathy"));
}

TEST(ScoringModelTest, ARefusalCountsInNoClass) {
  v1::ScoringModel contract = ShippedModelContract();
  contract.mutable_facts(0)->set_refusal(true);
  EXPECT_THAT(Fault(contract), HasSubstr("message_sent.signal_class"));
}

TEST(PolicyTest, AnUnsetBudgetIsTheDefaultAndZeroIsZero) {
  v1::Policy contract = ShippedPolicyContract();
  contract.mutable_guard()->clear_budget();
  contract.mutable_guard()->clear_account_budget();
  EXPECT_EQ(Compile(contract)->budget, 2);
  EXPECT_EQ(Compile(contract)->account_budget, 4);
  contract.mutable_guard()->set_budget(0);
  contract.mutable_guard()->set_account_budget(0);
  EXPECT_EQ(Compile(contract)->budget, 0);
  EXPECT_EQ(Compile(contract)->account_budget, 0);
}

TEST(PolicyTest, EveryFieldAtFaultIsNamed) {
  v1::Policy contract = ShippedPolicyContract();
  contract.mutable_stage()->set_ready_leave(.9);
  contract.mutable_moment()->set_cooling_share(1);
  contract.mutable_guard()->set_budget(-1);
  contract.mutable_guard()->mutable_quiet_hours()->set_end_minute(1440);
  const std::string fault = Fault(contract);
  for (const char* field : {"ready_leave", "cooling_share", "guard.budget", "quiet_hours"})
    EXPECT_THAT(fault, HasSubstr(field));
}

}  // namespace
}  // namespace tend::model
