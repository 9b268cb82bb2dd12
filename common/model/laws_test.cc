// The four laws of the model (docs/model.md), for random models of the allowed signs and the
// shipped one.

#include <algorithm>
#include <limits>
#include <string>

#include "common/model/fold.h"
#include "common/model/readiness.h"
#include "common/testing/model_generators.h"
#include "common/testing/model_testing.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace tend::model {
namespace {

constexpr int kOwners = 3;

Instant LastOf(const std::vector<Act>& acts) {
  Instant last = kDayZero;
  for (const Act& act : acts) last = std::max(last, act.at);
  return last;
}

// z of the empty tie, of each owner, and of the organization.
std::vector<double> AllZ(Relationship& r, Instant now, const ScoringModel& model) {
  std::vector<double> z;
  for (OwnerIndex owner = 0; owner <= kOwners; ++owner) z.push_back(OwnerZ(r, owner, now, model));
  z.push_back(OrganizationZ(r, now, model));
  return z;
}

void NoneRose(const std::vector<double>& before, const std::vector<double>& after) {
  for (size_t i = 0; i < before.size(); ++i) RC_ASSERT(after[i] <= before[i] + 1e-12);
}

RC_GTEST_PROP(Law1Test, ReadinessNeverRisesWithTime, ()) {
  const ScoringModel model = *ShippedOrAnyModel();
  const std::vector<Act> acts = Acts(*AnyStory());
  Relationship r = FoldAll(acts, model);
  Instant now = LastOf(acts);
  std::vector<double> before = AllZ(r, now, model);
  for (int i = 0; i < 4; ++i) {
    now = now + *rc::gen::inRange<SpanSeconds>(1, 100 * kDay);
    const std::vector<double> after = AllZ(r, now, model);
    NoneRose(before, after);
    before = after;
  }
}

RC_GTEST_PROP(Law2Test, OurTouchRaisesNobodysReadiness, ()) {
  const ScoringModel model = *ShippedOrAnyModel();
  const std::vector<Act> acts = Acts(*AnyStory());
  Relationship r = FoldAll(acts, model);
  const Instant now = LastOf(acts) + *rc::gen::inRange<SpanSeconds>(0, 10 * kDay);
  const Kind kind = *rc::gen::element(Kind::kTouch, Kind::kAnswer, Kind::kGive, Kind::kAsk);
  const Act touch = MakeAct(kind, now, *rc::gen::inRange<OwnerIndex>(0, kOwners + 1),
                            *rc::gen::inRange<uint32_t>(0, 3));
  const std::vector<double> before = AllZ(r, now, model);
  Fold(r, touch, 0, now, model, ShippedPolicy());
  NoneRose(before, AllZ(r, now, model));
}

RC_GTEST_PROP(Law2Test, ATouchOfOthersBeforeItDoesNotMatter, ()) {
  const ScoringModel model = *ShippedOrAnyModel();
  std::vector<Act> acts = Acts(*AnyStory());
  const Instant now = LastOf(acts) + kDay;
  Relationship r = FoldAll(acts, model);
  // A late touch, before acts on other ties alone: nobody answered it.
  acts.erase(std::remove_if(acts.begin(), acts.end(),
                            [](const Act& a) { return !a.owners.empty() && a.owners[0] == 1; }),
             acts.end());
  r = FoldAll(acts, model);
  const std::vector<double> before = AllZ(r, now, model);
  Fold(r, MakeAct(Kind::kTouch, kDayZero + kHour, 1), 0, now, model, ShippedPolicy());
  NoneRose(before, AllZ(r, now, model));
}

std::vector<Act> ShiftedBy(std::vector<Act> acts, SpanSeconds span) {
  for (Act& act : acts) {
    act.at = act.at + span;
    act.received = act.received + span;
    act.rest.stated = act.rest.stated + span;
    act.rest.until = act.rest.until + span;
    act.consent.stated = act.consent.stated + span;
    act.promise.due = act.promise.due + span;
  }
  return acts;
}

RC_GTEST_PROP(Law3Test, ShiftingEverythingShiftsReadiness, ()) {
  const ScoringModel model = *ShippedOrAnyModel();
  const std::vector<Act> acts = Acts(*AnyStory());
  const auto span = *rc::gen::inRange<SpanSeconds>(-20 * 365 * kDay, 40 * 365 * kDay);
  Relationship one = FoldAll(acts, model);
  Relationship other = FoldAll(ShiftedBy(acts, span), model);
  const Instant now = LastOf(acts) + 3 * kDay;
  const std::vector<double> z = AllZ(one, now, model), shifted = AllZ(other, now + span, model);
  for (size_t i = 0; i < z.size(); ++i) RC_ASSERT(std::abs(Sigma(z[i]) - Sigma(shifted[i])) < 1e-6);
}

// Whole minutes: the classes of the last signals are told to the minute.
RC_GTEST_PROP(Law3Test, ShiftingEverythingShiftsTheStages, ()) {
  const ScoringModel model = *ShippedOrAnyModel();
  const std::vector<Act> acts = Acts(*AnyStory());
  const auto span = 60 * *rc::gen::inRange<SpanSeconds>(-500000, 5000000);
  Life one(model), other(model);
  for (const Act& act : acts) one.Happens(act);
  for (const Act& act : ShiftedBy(acts, span)) other.Happens(act);
  one.PassTo(LastOf(acts) + 200 * kDay), other.PassTo(LastOf(acts) + (200 * kDay + span));
  RC_ASSERT(one.stages.size() == other.stages.size());
  for (size_t i = 0; i < one.stages.size(); ++i) {
    RC_ASSERT(one.stages[i].stage == other.stages[i].stage);
    RC_ASSERT(std::abs(other.stages[i].at - one.stages[i].at - span) <= 1);
  }
}

bool Near(double a, double b) {
  return std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b)});
}

// What law 4 names, of the person.
void SameNumbers(const Part& a, const Part& b, Instant now, const ScoringModel& model) {
  for (int c = 1; c < kClasses; ++c) {
    const auto signal = static_cast<SignalClass>(c);
    // Ask in debt, and what a ring dropped, are judged as they are processed.
    if (signal == SignalClass::kTrustBad || signal == SignalClass::kTrustGood) continue;
    RC_ASSERT(Near(a.ValueAt(signal, now, model), b.ValueAt(signal, now, model)));
  }
  RC_ASSERT(a.first == b.first);
  RC_ASSERT(a.last_act == b.last_act);
  RC_ASSERT(a.last_reply == b.last_reply);
  RC_ASSERT(a.touches == b.touches);
}

void SameTie(const Tie& a, const Tie& b, Instant now, const ScoringModel& model) {
  RC_ASSERT(a.owner == b.owner);
  RC_ASSERT(Near(a.TheirsAt(now, model), b.TheirsAt(now, model)));
  RC_ASSERT(Near(a.OursAt(now, model), b.OursAt(now, model)));
  RC_ASSERT(a.received == b.received);
  RC_ASSERT(a.sent == b.sent);
  RC_ASSERT(a.touches == b.touches);
  RC_ASSERT(a.first == b.first);
  RC_ASSERT(a.last_theirs == b.last_theirs);
  RC_ASSERT(a.last_ours == b.last_ours);
  RC_ASSERT(a.claimed == b.claimed);
}

RC_GTEST_PROP(Law4Test, NumbersDoNotDependOnOrder, ()) {
  const ScoringModel model = *ShippedOrAnyModel();
  const std::vector<Act> acts = Acts(*AnyStory());
  const Instant now = LastOf(acts);
  const Relationship one = FoldAll(acts, model);
  const Relationship other = FoldAll(*Shuffled(acts), model);
  SameNumbers(one.part, other.part, now, model);
  RC_ASSERT(one.ties.size() == other.ties.size());
  for (int i = 0; i < one.ties.size(); ++i)
    SameTie(one.ties.all()[i], other.ties.all()[i], now, model);
  RC_ASSERT(one.conversing_until == other.conversing_until);
  RC_ASSERT(one.unanswered == other.unanswered);
  RC_ASSERT(one.WishesAt(0) == other.WishesAt(0));
}

// At most 8 touches and 8 acts a tie: all find their place in the ring.
RC_GTEST_PROP(Law4Test, AnswersWithinTheRingDoNotDependOnOrder, ()) {
  std::vector<Act> acts = Acts(*AnyStory({2, 4 * kDay, true, true}));
  if (acts.size() > kRing) acts.resize(kRing);
  const Relationship one = FoldAll(acts);
  const Relationship other = FoldAll(*Shuffled(acts));
  const Instant now = LastOf(acts) + kDay;
  RC_ASSERT(one.part.answers == other.part.answers);
  for (int i = 0; i < one.ties.size(); ++i) {
    RC_ASSERT(one.ties.all()[i].answers == other.ties.all()[i].answers);
  }
  RC_ASSERT(
      Near(OrganizationZ(one, now, ShippedModel()), OrganizationZ(other, now, ShippedModel())));
}

// What is derived on the way equals what the rings and ties say.
RC_GTEST_PROP(Law4Test, CachedCountsAreTheRingsOwn, ()) {
  Relationship r = FoldAll(*Shuffled(Acts(*AnyStory())));
  const int unanswered = r.unanswered;
  const Instant conversing = r.conversing_until;
  RecountUnanswered(r);
  RecountConversing(r, ShippedPolicy().conversing);
  RC_ASSERT(r.unanswered == unanswered);
  RC_ASSERT(r.conversing_until == conversing);
}

RC_GTEST_PROP(ReadinessTest, OutboundOnlyNeverReachesReady, ()) {
  Life life;
  std::vector<Act> acts = Acts(*AnyStory());
  acts.erase(std::remove_if(acts.begin(), acts.end(), [](const Act& a) { return a.TheirAct(); }),
             acts.end());
  const double begin = Sigma(OwnerZ(Relationship(), kNobody, kDayZero, ShippedModel()));
  for (const Act& act : acts) {
    life.Happens(act);
    RC_ASSERT(life.Readiness() <= begin + 1e-12);
    RC_ASSERT(life.stage() == Stage::kSeed || life.stage() == Stage::kResting);
  }
  RC_ASSERT(life.OutreachOpened() == 0);
}

RC_GTEST_PROP(RefusalTest, NoRefusalRaisesAnything, ()) {
  const ScoringModel model = *ShippedOrAnyModel();
  Life life(model);
  std::vector<Act> acts = Acts(*AnyStory());
  acts.push_back(MakeAct(Kind::kListRow, LastOf(acts)));
  for (const Act& act : acts) life.Happens(act);
  const Instant now = LastOf(acts) + *rc::gen::inRange<SpanSeconds>(0, 20 * kDay);
  life.PassTo(now);
  const Relationship before = Copy(life.relationship);
  const std::vector<double> z = AllZ(life.relationship, now, model);
  const size_t changes = life.changes.size();
  const Kind kind = *rc::gen::element(Kind::kDeclined, Kind::kUnsubscribed, Kind::kRest);
  const Instant at = now - *rc::gen::inRange<SpanSeconds>(0, 3 * kDay);
  life.Happens(Late(MakeAct(kind, at, *rc::gen::inRange<OwnerIndex>(0, kOwners + 1)), now));
  NoneRose(z, AllZ(life.relationship, now, model));
  RC_ASSERT(Trust(life.relationship, now, model) <= Trust(before, now, model) + 1e-12);
  RC_ASSERT(life.stage() == before.stage || life.stage() == Stage::kResting);
  RC_ASSERT(life.relationship.conversing_until == before.conversing_until);
  for (size_t i = changes; i < life.changes.size(); ++i) RC_ASSERT(!life.changes[i].change.opened);
}

}  // namespace
}  // namespace tend::model
