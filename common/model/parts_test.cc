#include "common/model/parts.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/model/codec.h"
#include "common/model/fold.h"
#include "common/model/readiness.h"
#include "common/testing/model_generators.h"
#include "common/testing/model_testing.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tend/v1/person_event.pb.h"

namespace tend::model {
namespace {

const SpanSeconds kConversing = ShippedPolicy().conversing;

Relationship Person(uint8_t id, const std::vector<Act>& acts) {
  Relationship r = FoldAll(acts);
  r.person[0] = id;
  return r;
}

// Without names: nobody's owner is stated.
MovedPart Take(Relationship& r, const PersonKey& origin) {
  Names names;
  return TakePart(r, origin, names, kConversing);
}

std::vector<MovedPart> TakeAll(Relationship& r,
                               uint32_t before = std::numeric_limits<uint32_t>::max()) {
  Names names;
  return TakeParts(r, names, kConversing, before);
}

void Put(Relationship& r, MovedPart moved) {
  Names names;
  PutPart(r, std::move(moved), names, kConversing);
}

void Join(Relationship& r, MovedPart moved) {
  Names names;
  JoinPart(r, std::move(moved), names, ShippedModel(), kConversing);
}

void Merge(Relationship& loser, Relationship& survivor) {
  for (MovedPart& moved : TakeAll(loser)) Put(survivor, std::move(moved));
}

bool Near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(a)); }

void SameFold(Relationship& a, Relationship& b, Instant now) {
  const ScoringModel& model = ShippedModel();
  for (int c = 1; c <= kLastSignalClass; ++c) {
    const auto signal = static_cast<SignalClass>(c);
    RC_ASSERT(Near(a.ValueAt(signal, now, model), b.ValueAt(signal, now, model)));
  }
  RC_ASSERT(a.First() == b.First());
  RC_ASSERT(a.LastAct() == b.LastAct());
  RC_ASSERT(a.LastReply() == b.LastReply());
  RC_ASSERT(a.Touches() == b.Touches());
  RC_ASSERT(a.Answers() == b.Answers());
  RC_ASSERT(a.unanswered == b.unanswered);
  RC_ASSERT(a.conversing_until == b.conversing_until);
  RC_ASSERT(Near(OrganizationZ(a, now, model), OrganizationZ(b, now, model)));
  for (OwnerIndex owner = 0; owner < 5; ++owner)
    RC_ASSERT(Near(OwnerZ(a, owner, now, model), OwnerZ(b, owner, now, model)));
}

// Owners 1 and 2 know one origin, 3 and 4 the other: no answer can cross.
RC_GTEST_PROP(PartsTest, PartsFoldedAreOneHistory, ()) {
  const std::vector<Act> all = Acts(*AnyStory({4, 10 * kDay, true, true}));
  std::vector<Act> first, second;
  for (const Act& act : all)
    (act.owners.empty() || act.owners[0] <= 2 ? first : second).push_back(act);
  Relationship one = Person(1, all), survivor = Person(1, first), loser = Person(2, second);
  Merge(loser, survivor);
  SameFold(survivor, one, (all.empty() ? Day(0) : all.back().at) + kDay);
}

// The same owners, but messages of theirs only.
RC_GTEST_PROP(PartsTest, OneOwnersTiesAddUpOverParts, ()) {
  std::vector<Act> all = Acts(*AnyStory());
  all.erase(std::remove_if(all.begin(), all.end(), [](const Act& a) { return a.touch || a.met; }),
            all.end());
  std::vector<Act> halves[2];
  for (size_t i = 0; i < all.size(); ++i) halves[i % 2].push_back(all[i]);
  Relationship one = Person(1, all), survivor = Person(1, halves[0]), loser = Person(2, halves[1]);
  Merge(loser, survivor);
  SameFold(survivor, one, (all.empty() ? Day(0) : all.back().at) + kDay);
}

// Everything a part and its ties hold, as bytes.
std::string Printed(const Relationship& r, uint8_t origin) {
  Relationship copy = Copy(r);
  PersonKey key{};
  key[0] = origin;
  Names names;
  for (const char* owner : {"a", "b", "c", "d"}) names.Owner(owner);
  v1::PartMoved out;
  Encode(TakePart(copy, key, names, kConversing), names, &out);
  return out.SerializeAsString();
}

RC_GTEST_PROP(PartsTest, MergeThenSplitRestoresAllNumbers, ()) {
  Relationship survivor = Person(1, Acts(*AnyStory())), loser = Person(2, Acts(*AnyStory()));
  const std::string before_1 = Printed(survivor, 1), before_2 = Printed(loser, 2);
  Relationship was_survivor = Copy(survivor), was_loser = Copy(loser);
  Merge(loser, survivor);
  RC_ASSERT(loser.ties.size() == 0);
  Put(loser, Take(survivor, loser.person));
  RC_ASSERT(Printed(survivor, 1) == before_1);
  RC_ASSERT(Printed(loser, 2) == before_2);
  SameFold(survivor, was_survivor, Day(200));
  SameFold(loser, was_loser, Day(200));
}

// Later acts find the part of their origin, whoever holds it.
RC_GTEST_PROP(PartsTest, FoldingAfterAMergeIsFoldingBeforeIt, ()) {
  const std::vector<Act> mine = Acts(*AnyStory()), other = Acts(*AnyStory());
  Relationship early = Person(1, mine), loser = Person(2, other);
  Merge(loser, early);
  Relationship late = Person(1, mine);
  const int index = PartIndex(late, loser.person);
  for (const Act& act : other) Fold(late, act, index, act.at, ShippedModel(), ShippedPolicy());
  SameFold(early, late, Day(200));
}

RC_GTEST_PROP(PartsTest, PuttingAPartInAgainChangesNothing, ()) {
  Relationship survivor = Person(1, Acts(*AnyStory())), loser = Person(2, Acts(*AnyStory()));
  const std::vector<MovedPart> moved = TakeAll(loser);
  Put(survivor, moved[0]);
  Relationship once = Copy(survivor);
  Put(survivor, moved[0]);
  SameFold(survivor, once, Day(200));
  RC_ASSERT(survivor.ties.size() == once.ties.size());
}

TEST(PartsTest, BothHalvesOfOneOwnerConverseOverParts) {
  Relationship survivor = Person(1, {MakeAct(Kind::kMessage, Day(0), 1)});
  Relationship loser = Person(2, {MakeAct(Kind::kTouch, Day(1), 1)});
  Merge(loser, survivor);
  EXPECT_EQ(survivor.conversing_until, Day(7));
}

TEST(PartsTest, ChainedMergesKeepEveryOrigin) {
  Relationship a = Person(1, {MakeAct(Kind::kForm, Day(0))});
  Relationship b = Person(2, {MakeAct(Kind::kMessage, Day(1), 1)});
  Relationship c = Person(3, {MakeAct(Kind::kQuestion, Day(2), 2)});
  Merge(a, b);
  Merge(b, c);
  EXPECT_EQ(c.PartCount(), 3);
  EXPECT_EQ(c.First(), Day(0));
  EXPECT_EQ(Take(c, PersonKey{2}).ties.size(), 1u);
  EXPECT_EQ(Take(c, PersonKey{1}).part.first, Day(0));
  EXPECT_EQ(c.ties.size(), 1);
}

TEST(PartsTest, AnOlderMergeLeavesWhatIsKnownToBeHereLater) {
  Relationship r = Person(1, {MakeAct(Kind::kForm, Day(0))});
  NoteHere(r, PartIndex(r, PersonKey{2}), 4);
  NoteHere(r, PartIndex(r, PersonKey{3}), 7);
  const std::vector<MovedPart> taken = TakeAll(r, 5);
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(taken[0].origin, PersonKey{1});
  EXPECT_EQ(taken[1].origin, PersonKey{2});
  EXPECT_EQ(HereAt(r, PersonKey{3}), 7u);
}

TEST(PartsTest, TheOwnerStatedLastHoldsOverPartsAndMovesWithItsPart) {
  Names names;
  const OwnerIndex ines = names.Owner("ines"), jon = names.Owner("jon");
  Relationship survivor = Person(1, {}), loser = Person(2, {});
  SetOwnerClaim(survivor, 0, {ines, 100}, names);
  SetOwnerClaim(loser, 0, {jon, 200}, names);
  for (MovedPart& moved : TakeParts(loser, names, kConversing))
    PutPart(survivor, std::move(moved), names, kConversing);
  EXPECT_EQ(CrmOwner(survivor, names), (OwnerClaim{jon, 200}));
  EXPECT_EQ(CrmOwner(loser, names), OwnerClaim());
  SetOwnerClaim(survivor, 1, {kNobody, 150}, names);  // as for a part that knows less
  EXPECT_EQ(CrmOwner(survivor, names), (OwnerClaim{kNobody, 150}));
  SetOwnerClaim(survivor, 1, {jon, 100}, names);
  EXPECT_EQ(CrmOwner(survivor, names), (OwnerClaim{ines, 100}));
  PutPart(loser, TakePart(survivor, loser.person, names, kConversing), names, kConversing);
  EXPECT_EQ(CrmOwner(survivor, names), (OwnerClaim{ines, 100}));
  EXPECT_EQ(CrmOwner(loser, names), (OwnerClaim{jon, 100}));
}

TEST(PartsTest, OfTwoStatementsThatMeetTheLaterHolds) {
  Names names;
  const OwnerIndex ines = names.Owner("ines"), jon = names.Owner("jon");
  for (const uint16_t day : {uint16_t{99}, uint16_t{100}, uint16_t{101}}) {
    Relationship home = Person(1, {});
    SetOwnerClaim(home, 0, {ines, 100}, names);
    MovedPart moved;
    moved.origin = home.person;
    moved.owner_claim = {jon, day};
    JoinPart(home, moved, names, ShippedModel(), kConversing);
    EXPECT_EQ(CrmOwner(home, names).owner, day > 100 ? jon : ines) << day;
  }
}

TEST(PartsTest, AnOriginFollowsItsFirstDepartureAfterThePosition) {
  Relationship r = Person(1, {});
  const PersonKey other{2}, first{5}, second{6}, split{7};
  r.extra().departures = {{r.person, first, 3}, {other, split, 6}, {r.person, second, 9}};
  EXPECT_EQ(DepartureAfter(r, other, 2)->to, first);
  EXPECT_EQ(DepartureAfter(r, other, 3)->to, split);
  EXPECT_EQ(DepartureAfter(r, r.person, 3)->to, second);
  EXPECT_EQ(DepartureAfter(r, other, 6)->to, second);
  EXPECT_EQ(DepartureAfter(r, other, 9), nullptr);
}

TEST(PartsTest, AnEndedRestComesHomeWithItsPart) {
  Relationship loser = Person(2, {MakeAct(Kind::kRestEnded, Day(3))}), survivor = Person(1, {});
  Merge(loser, survivor);
  Put(loser, Take(survivor, loser.person));
  Fold(loser, MakeAct(Kind::kRest, Day(1)), 0, Day(4), ShippedModel(), ShippedPolicy());
  EXPECT_FALSE(Resting(loser, Day(4)));
}

// A merge resolves anew who somebody is at once; the part comes later, by way of another partition.
RC_GTEST_PROP(PartsTest, WhatCameBeforeThePartIsNotLost, ()) {
  const std::vector<Act> all = Acts(*AnyStory({4, 10 * kDay, true, true}));
  std::vector<Act> before, after;
  for (const Act& act : all)
    (act.owners.empty() || act.owners[0] <= 2 ? before : after).push_back(act);
  Relationship one = Person(1, all), loser = Person(1, before), early = Person(1, after);
  Relationship survivor;
  survivor.person[0] = 2;
  for (MovedPart& moved : TakeAll(early)) Put(survivor, std::move(moved));
  for (MovedPart& moved : TakeAll(loser)) Join(survivor, std::move(moved));
  SameFold(survivor, one, (all.empty() ? Day(0) : all.back().at) + kDay);
}

RC_GTEST_PROP(PartsTest, JoiningAnEmptyPartChangesNothing, ()) {
  const std::vector<Act> all = Acts(*AnyStory({4, 10 * kDay, true, true}));
  Relationship one = Person(1, all), joined = Person(1, all);
  MovedPart empty;
  empty.origin = joined.person;
  Join(joined, empty);
  SameFold(joined, one, (all.empty() ? Day(0) : all.back().at) + kDay);
}

}  // namespace
}  // namespace tend::model
