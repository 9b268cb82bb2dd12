#include "common/model/explain.h"

#include <algorithm>
#include <cmath>

#include "common/model/parts.h"
#include "common/model/readiness.h"
#include "common/testing/model_generators.h"
#include "common/testing/model_testing.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace tend::model {
namespace {

constexpr double kExact = 1e-9;

int Count(const std::vector<EvidenceRow>& rows, Term term) {
  return static_cast<int>(std::count_if(rows.begin(), rows.end(),
                                        [&](const EvidenceRow& r) { return r.term == term; }));
}

// Late, repeated and reordered: the acts of a story, some of them twice, in any order.
std::vector<Act> AnyHistory() {
  std::vector<Act> acts = Acts(*AnyStory());
  const size_t count = acts.size();
  for (size_t i = 0; i < count; i += 4) acts.push_back(acts[i]);
  return *Shuffled(acts);
}

Instant After(const std::vector<Act>& acts) {
  Instant last = kDayZero;
  for (const Act& act : acts) last = std::max(last, act.at);
  return last + *rc::gen::inRange<SpanSeconds>(0, 500 * kDay);
}

RC_GTEST_PROP(ExplainTest, RowsFromHistorySumToZ, ()) {
  const ScoringModel model = *ShippedOrAnyModel();
  const std::vector<Act> acts = AnyHistory();
  const Relationship r = FoldAll(acts, model);
  const Instant now = After(acts);
  for (OwnerIndex owner = 0; owner < 4; ++owner) {
    const auto rows = Explain(r, acts, owner, now, model);
    const double z = OwnerZ(r, owner, now, model);
    RC_ASSERT(std::abs(Sum(rows) - z) <= kExact * std::max(1.0, std::abs(z)));
  }
}

RC_GTEST_PROP(ExplainTest, RowsFromStateSumToZ, ()) {
  const ScoringModel model = *ShippedOrAnyModel();
  const std::vector<Act> acts = AnyHistory();
  const Relationship r = FoldAll(acts, model);
  const Instant now = After(acts);
  for (OwnerIndex owner = 0; owner < 4; ++owner) {
    const double z = OwnerZ(r, owner, now, model);
    RC_ASSERT(std::abs(Sum(Explain(r, owner, now, model)) - z) <=
              kExact * std::max(1.0, std::abs(z)));
  }
}

RC_GTEST_PROP(ExplainTest, RowsOfMergedPeopleSumToZ, ()) {
  const std::vector<Act> mine = Acts(*AnyStory()), theirs = Acts(*AnyStory());
  Relationship r = FoldAll(mine), other = FoldAll(theirs);
  other.person[0] = 1;
  const SpanSeconds conversing = ShippedPolicy().conversing;
  Names names;
  for (MovedPart& moved : TakeParts(other, names, conversing))
    PutPart(r, std::move(moved), names, conversing);
  const Instant now = std::max(After(mine), After(theirs));
  for (OwnerIndex owner = 0; owner < 4; ++owner) {
    const double z = OwnerZ(r, owner, now, ShippedModel());
    RC_ASSERT(std::abs(Sum(Explain(r, owner, now, ShippedModel())) - z) < kExact);
  }
}

RC_GTEST_PROP(ExplainTest, TheBestOwnerHasTheOrganizationsZ, ()) {
  const ScoringModel model = *ShippedOrAnyModel();
  const std::vector<Act> acts = Acts(*AnyStory());
  const Relationship r = FoldAll(acts, model);
  const Instant now = After(acts);
  const double best = OwnerZ(r, BestOwner(r, now, model), now, model);
  RC_ASSERT(std::abs(best - OrganizationZ(r, now, model)) < kExact);
}

TEST(ExplainTest, WithoutHistoryItSaysSo) {
  const auto rows = Explain(Relationship(), kNobody, Day(0), ShippedModel());
  EXPECT_EQ(Count(rows, Term::kNoHistory), 1);
  EXPECT_EQ(Count(rows, Term::kInteraction), 0);
  EXPECT_NEAR(Sigma(Sum(rows)), .254, .001);
}

TEST(ExplainTest, OlderThanTheLastSixIsOneRowAClass) {
  std::vector<Act> acts;
  acts.reserve(10);
  for (int i = 0; i < 9; ++i) acts.push_back(MakeAct(Kind::kContentVisit, Day(0, 60 * i)));
  acts.push_back(MakeAct(Kind::kPricingVisit, Day(-1)));
  const auto rows = Explain(FoldAll(acts), kNobody, Day(1), ShippedModel());
  EXPECT_EQ(Count(rows, Term::kInteraction), 6);
  EXPECT_EQ(Count(rows, Term::kEarlier), 2);
}

TEST(ExplainTest, SilenceIsARowOfItsOwn) {
  const auto rows =
      Explain(FoldAll({MakeAct(Kind::kTouch, Day(0), 1), MakeAct(Kind::kTouch, Day(1), 2)}), 1,
              Day(2), ShippedModel());
  EXPECT_EQ(Count(rows, Term::kUnanswered), 1);
  EXPECT_EQ(Count(rows, Term::kReciprocity), 1);
}

}  // namespace
}  // namespace tend::model
