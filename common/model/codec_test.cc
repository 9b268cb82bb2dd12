#include "common/model/codec.h"

#include <algorithm>
#include <utility>

#include "common/model/person_key.h"
#include "common/model/readiness.h"
#include "common/testing/model_generators.h"
#include "common/testing/model_testing.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tend/v1/person_event.pb.h"
#include "tend/v1/relationship.pb.h"

namespace tend::model {
namespace {

// Records as the changelog holds them: the person's own, then the ties.
struct Records {
  v1::Relationship person;
  std::vector<v1::Tie> ties;

  std::string Bytes() const {
    std::string bytes = person.SerializeAsString();
    for (const v1::Tie& tie : ties) {
      bytes += '|';
      bytes += tie.SerializeAsString();
    }
    return bytes;
  }
};

Records Encoded(const Relationship& r, const Names& names, Instant now) {
  Records records;
  Encode(r, names, Sigma(OrganizationZ(r, now, ShippedModel())), now + kDay, now, "v",
         &records.person);
  for (const Tie& tie : r.ties.all())
    Encode(r, tie, names, now, ShippedModel(), &records.ties.emplace_back());
  // Owners are numbered as they come: their order in memory is no part of the state.
  std::sort(records.ties.begin(), records.ties.end(), [](const v1::Tie& a, const v1::Tie& b) {
    return std::pair(a.owner_id(), a.origin_id()) < std::pair(b.owner_id(), b.origin_id());
  });
  return records;
}

// A life with moments, wishes and a profile, whose owners have names.
void Live(Life& life, Names& names) {
  for (const char* owner : {"a", "b", "c"}) names.Owner(owner);
  life.pool = names.Owner("pool"), life.product = names.Owner("product");
  for (const Act& act : Acts(*AnyStory())) life.Happens(act);
  life.PassTo(life.now + *rc::gen::inRange<SpanSeconds>(0, 40 * kDay));
  life.relationship.person[3] = 7;
  life.relationship.version = 12;
  life.relationship.input_offset = 99;
  life.relationship.profile = names.ProfileIndex({"acme.example", "Europe/Vienna", 1, 2});
  life.relationship.crm_owner_day = 20'500;
}

Relationship Restore(const Records& records, bool ties_first, Names& names) {
  Relationship r;
  r.person = *ParsePersonKey({records.person.person_id().data(), 36});
  if (!ties_first) RC_ASSERT(Decode(records.person, names, &r).ok());
  for (const v1::Tie& tie : records.ties) RC_ASSERT(Decode(tie, names, &r).ok());
  if (ties_first) RC_ASSERT(Decode(records.person, names, &r).ok());
  Restored(r, ShippedPolicy());
  return r;
}

RC_GTEST_PROP(CodecTest, DecodeOfEncodeIsTheIdentity, ()) {
  Life life;
  Names names, other_names;
  Live(life, names);
  const Records records = Encoded(life.relationship, names, life.now);
  const Relationship restored = Restore(records, *rc::gen::arbitrary<bool>(), other_names);
  RC_ASSERT(Encoded(restored, other_names, life.now).Bytes() == records.Bytes());
}

RC_GTEST_PROP(CodecTest, ARecordWrittenOverAnotherHoldsNothingOfIt, ()) {
  Life life, other;
  Names names, other_names;
  Live(life, names);
  Live(other, other_names);
  Records over = Encoded(other.relationship, other_names, other.now);
  const Records fresh = Encoded(life.relationship, names, life.now);
  Encode(life.relationship, names,
         Sigma(OrganizationZ(life.relationship, life.now, ShippedModel())), life.now + kDay,
         life.now, "v", &over.person);
  RC_ASSERT(over.person.SerializeAsString() == fresh.person.SerializeAsString());
  if (over.ties.empty()) return;
  v1::Tie& tie = over.ties.front();
  for (const Tie& from : life.relationship.ties.all()) {
    v1::Tie anew;
    Encode(life.relationship, from, names, life.now, ShippedModel(), &anew);
    Encode(life.relationship, from, names, life.now, ShippedModel(), &tie);
    RC_ASSERT(tie.SerializeAsString() == anew.SerializeAsString());
  }
}

// Nothing is lost that the future depends on: both go on alike.
RC_GTEST_PROP(CodecTest, ARestoredLifeGoesOnAlike, ()) {
  Life life, other;
  Names names, other_names;
  Live(life, names);
  for (const char* owner : {"", "a", "b", "c", "pool", "product"}) other_names.Owner(owner);
  other.relationship = Restore(Encoded(life.relationship, names, life.now), true, other_names);
  other.now = life.now, other.pool = life.pool, other.product = life.product;
  const size_t before = life.changes.size(), stages_before = life.stages.size();
  for (Act act : Acts(*AnyStory())) {
    act.at = act.received = act.at + (life.now - kDayZero);
    life.Happens(act), other.Happens(act);
    RC_ASSERT(life.Readiness() == other.Readiness());
  }
  RC_ASSERT(life.stages.size() - stages_before == other.stages.size());
  RC_ASSERT(life.changes.size() - before == other.changes.size());
  for (size_t i = 0; i < other.changes.size(); ++i)
    RC_ASSERT(life.changes[before + i].change.moment == other.changes[i].change.moment);
}

// What a record of before has: the owner for all, no part's.
TEST(CodecTest, AnOwnerOfNoPartIsThePersonsOwn) {
  Names names;
  v1::Relationship record;
  record.set_schema_version(1);
  record.set_owner_id("ines");
  record.mutable_owner_time()->set_seconds(Day(3).seconds());
  Relationship r;
  for (const PersonKey& origin : {r.person, PersonKey{9}})
    record.add_parts()->set_origin_id(PrintPersonKey(origin));
  ASSERT_TRUE(Decode(record, names, &r).ok());
  const OwnerClaim expected{names.Owner("ines"), DayOf(Day(3))};
  EXPECT_EQ(OwnerClaimAt(r, 0, names), expected);
  EXPECT_EQ(OwnerClaimAt(r, 1, names), OwnerClaim());
}

// Of owners 0..4 (0: it names none) on one of four days, or nothing stated.
rc::Gen<OwnerClaim> AnyOwnerClaim() {
  return rc::gen::map(rc::gen::pair(rc::gen::inRange(0, 5), rc::gen::inRange(0, 4)),
                      [](const std::pair<int, int>& any) {
                        const auto [owner, day] = any;
                        return day == 0 ? OwnerClaim()
                                        : OwnerClaim{static_cast<OwnerIndex>(owner),
                                                     static_cast<uint16_t>(20'000 + day)};
                      });
}

RC_GTEST_PROP(CodecTest, AMergedStateIsTheSameAgain, ()) {
  Life life, loser;
  Names names, other_names, loser_names;
  Live(life, names);
  Live(loser, loser_names);
  loser.relationship.person[3] = 8;
  SetOwnerClaim(life.relationship, 0, *AnyOwnerClaim(), names);
  SetOwnerClaim(loser.relationship, 0, *AnyOwnerClaim(), loser_names);
  for (MovedPart& moved : TakeParts(loser.relationship, loser_names, kDay)) {
    v1::PartMoved message;
    Encode(moved, loser_names, &message);
    PutPart(life.relationship, *Decode(message, names), names, kDay);
  }
  const Records records = Encoded(life.relationship, names, life.now);
  const Relationship restored = Restore(records, *rc::gen::arbitrary<bool>(), other_names);
  RC_ASSERT(restored.PartCount() == 2);
  for (const int part : {0, 1}) {
    const OwnerClaim claim = OwnerClaimAt(life.relationship, part, names);
    const OwnerClaim again = OwnerClaimAt(restored, part, other_names);
    RC_ASSERT(other_names.OwnerId(again.owner) == names.OwnerId(claim.owner));
    RC_ASSERT(again.day == claim.day);
  }
  RC_ASSERT(Encoded(restored, other_names, life.now).Bytes() == records.Bytes());
}

// A changelog that is not compacted yet holds older records too.
RC_GTEST_PROP(CodecTest, ALaterRecordTakesThePlaceOfAnEarlierOne, ()) {
  Life life, before;
  Names names, other_names;
  Live(life, names);
  Live(before, other_names);
  before.relationship.person = life.relationship.person;
  before.relationship.extra().joined.push_back({PersonKey{9}, before.relationship.part, {}, {}});
  Relationship restored;
  restored.person = life.relationship.person;
  const Records old = Encoded(before.relationship, other_names, before.now);
  RC_ASSERT(Decode(old.person, other_names, &restored).ok());
  const Records records = Encoded(life.relationship, names, life.now);
  RC_ASSERT(Decode(records.person, other_names, &restored).ok());
  for (const v1::Tie& tie : records.ties) RC_ASSERT(Decode(tie, other_names, &restored).ok());
  Restored(restored, ShippedPolicy());
  RC_ASSERT(Encoded(restored, other_names, life.now).Bytes() == records.Bytes());
}

TEST(CodecTest, TiesStayWithTheirPartsAndGoWithThem) {
  const PersonKey stays{1}, goes{2};
  Relationship r;
  Names names;
  for (const PersonKey& origin : {goes, stays}) {
    const int part = PartIndex(r, origin);
    r.ties.At(names.Owner("a"), part).received = origin[0];
  }
  Relationship later;
  PartIndex(later, stays);
  ASSERT_TRUE(Decode(Encoded(later, names, Day(0)).person, names, &r).ok());
  ASSERT_EQ(r.ties.size(), 1);
  EXPECT_EQ(r.ties.all()[0].origin, 1);
  EXPECT_EQ(r.ties.all()[0].received, 1u);
}

TEST(CodecTest, ATieThatIsGoneIsForgotten) {
  const PersonKey origin{1};
  Relationship r;
  Names names;
  r.ties.At(names.Owner("a"), 0);
  r.ties.At(names.Owner("a"), PartIndex(r, origin));
  ForgetTie(TieKey(r.person, "a", origin), names, &r);
  ASSERT_EQ(r.ties.size(), 1);
  EXPECT_EQ(r.ties.all()[0].origin, 0);
  ForgetTie(TieKey(r.person, "a", r.person), names, &r);
  EXPECT_EQ(r.ties.size(), 0);
}

TEST(CodecTest, AnErasedStateHoldsNothingButTheId) {
  Relationship r;
  r.erased = true;
  r.part.touches = 3;
  Names names;
  const Records records = Encoded(r, names, Day(0));
  EXPECT_TRUE(records.person.erased());
  EXPECT_EQ(records.person.parts_size(), 0);
  EXPECT_FALSE(records.person.has_as_of_time());
}

TEST(CodecTest, AForwardingStubSaysWhereItWent) {
  Relationship r, restored;
  r.extra().merged_into = std::make_unique<PersonKey>(PersonKey{5});
  Names names;
  ASSERT_TRUE(Decode(Encoded(r, names, Day(0)).person, names, &restored).ok());
  ASSERT_NE(restored.extras, nullptr);
  EXPECT_EQ(*restored.extras->merged_into, PersonKey{5});
}

TEST(CodecTest, WhereOriginsWentAndCameFromIsKept) {
  Relationship r, restored;
  r.extra().departures = {{PersonKey{5}, PersonKey{6}, 3}, {r.person, PersonKey{7}, 8}};
  r.extra().identity_seq = 8;
  r.extra().joined.push_back({PersonKey{9}, {}, {}, {}, 11});
  Names names;
  ASSERT_TRUE(Decode(Encoded(r, names, Day(0)).person, names, &restored).ok());
  EXPECT_EQ(restored.extras->departures, r.extras->departures);
  EXPECT_EQ(restored.extras->identity_seq, 8u);
  EXPECT_EQ(HereAt(restored, PersonKey{9}), 11u);
}

TEST(CodecTest, AnErasedStateStillSaysWhoLeftBefore) {
  Relationship r, restored;
  r.erased = true;
  r.extra().departures = {{PersonKey{5}, PersonKey{6}, 3}};
  r.extra().identity_seq = 4;
  Names names;
  ASSERT_TRUE(Decode(Encoded(r, names, Day(0)).person, names, &restored).ok());
  EXPECT_EQ(restored.extras->departures, r.extras->departures);
  EXPECT_EQ(restored.extras->identity_seq, 4u);
}

// As records were before departures were kept.
TEST(CodecTest, AStubWithoutDeparturesHasThatOfItsMerge) {
  v1::Relationship record;
  record.set_schema_version(1);
  record.set_merged_into_person_id(PrintPersonKey(PersonKey{5}));
  record.set_identity_seq(3);
  Relationship restored;
  Names names;
  ASSERT_TRUE(Decode(record, names, &restored).ok());
  const std::vector<Departure> merge = {{restored.person, PersonKey{5}, 3}};
  EXPECT_EQ(restored.extras->departures, merge);
}

TEST(CodecTest, AnUnknownSchemaIsDataLoss) {
  Relationship r;
  Names names;
  v1::Relationship person;
  person.set_schema_version(2);
  EXPECT_EQ(Decode(person, names, &r).code(), absl::StatusCode::kDataLoss);
  v1::Tie tie;
  EXPECT_EQ(Decode(tie, names, &r).code(), absl::StatusCode::kDataLoss);
}

TEST(CodecTest, AMalformedOriginIsAnError) {
  Relationship r;
  Names names;
  v1::Tie tie;
  tie.set_schema_version(1);
  tie.set_origin_id("nobody");
  EXPECT_FALSE(Decode(tie, names, &r).ok());
}

TEST(PersonKeyTest, PrintsWhatItParses) {
  const absl::string_view id = "0b7c1d2e-3f40-5a6b-8c7d-9e0f1a2b3c4d";
  EXPECT_EQ(absl::string_view(PrintPersonKey(*ParsePersonKey(id))), id);
}

TEST(PersonKeyTest, RefusesWhatIsNoUuid) {
  for (const char* id :
       {"", "0b7c1d2e", "0b7c1d2e-3f40-5a6b-8c7d-9e0f1a2b3c4", "x",
        "0b7c1d2e-3f40-5a6b-8c7d-9e0f1a2b3c4g", "0b7c1d2e03f40-5a6b-8c7d-9e0f1a2b3c4d",
        "0b7c1d2e-3f40-5a6b-8c7d-9e0f1a2b3c4d0"}) {
    EXPECT_FALSE(ParsePersonKey(id).ok()) << id;
  }
}

TEST(TieKeyTest, NamesTheOriginOnlyWhereItDiffers) {
  const PersonKey person{1}, origin{2};
  EXPECT_EQ(TieKey(person, "a", person), PrintPersonKey(person) + "/a");
  EXPECT_EQ(TieKey(person, "a", origin), PrintPersonKey(person) + "/a/" + PrintPersonKey(origin));
}

}  // namespace
}  // namespace tend::model
