// What every identity store has to do. Compiled into a test of each: it makes the stores.

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/enrichment/domain/identity_log_relay.h"
#include "services/enrichment/domain/identity_under_test.h"
#include "services/enrichment/domain/normalize.h"

namespace tend::enrichment {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

using Groups = std::set<std::set<std::string>>;

// A store with a small language. Keys: "e1" (e-mail), "r1" (record), "s1" (social), "p1" (phone),
// "v1" (visitor); "g:a.b" a Gmail address. Persons are shown by their keys.
class World {
 public:
  static std::string Key(absl::string_view token) {
    if (token.substr(0, 2) == "g:") return absl::StrCat("email:", token.substr(2), "@gmail.com");
    const absl::string_view number = token.substr(1);
    switch (token[0]) {
      case 'e':
        return absl::StrCat("email:", number, "@example.com");
      case 'r':
        return absl::StrCat("record:hubspot|", number);
      case 's':
        return absl::StrCat("social:x:", number);
      case 'p':
        return absl::StrCat("phone:+49", number);
      default:
        return absl::StrCat("visitor:web|", number);
    }
  }

  // "r1 e1": one record lists both. Returns the person.
  std::string Assert(const std::string& tokens) { return Ask(tokens, true, true, 0); }
  // Some source names a party by these.
  std::string State(const std::string& tokens, uint64_t name = 0) {
    return Ask(tokens, false, true, name);
  }
  // Who it is, without founding anybody; "" unknown, "erased".
  std::string Who(const std::string& token) { return Ask(token, false, false, 0); }

  Groups Persons() {
    std::map<std::string, std::set<std::string>> keys;
    for (const std::string& token : seen_) {
      const std::string person = Who(token);
      if (!person.empty() && person != "erased") keys[person].insert(token);
    }
    Groups groups;
    for (const auto& [person, group] : keys) groups.insert(group);
    return groups;
  }

  // Persons by their strong keys only.
  Groups StrongPersons() {
    Groups groups;
    for (std::set<std::string> group : Persons()) {
      std::erase_if(group, [](const std::string& token) { return !IsStrong(Key(token)); });
      if (!group.empty()) groups.insert(group);
    }
    return groups;
  }

  // Each of these asserts, in one batch.
  void AssertAll(const std::vector<std::string>& assertions) {
    std::vector<std::vector<std::string>> keys;
    std::vector<IdentityClaim> claims(assertions.size());
    for (size_t i = 0; i < assertions.size(); ++i) {
      keys.push_back(KeysOf(assertions[i]));
      claims[i].asserted = true;
    }
    for (size_t i = 0; i < claims.size(); ++i) {
      claims[i].keys.assign(keys[i].begin(), keys[i].end());
    }
    std::vector<Resolution> resolutions(claims.size());
    EXPECT_TRUE(store_->Resolve(claims, kNow, absl::MakeSpan(resolutions)).ok());
  }

  IdentityStore& store() { return *store_; }
  std::vector<v1::IdentityLogEntry> Log() { return *store_->ReadLog(0, 1000); }
  Resolution last;

 private:
  std::vector<std::string> KeysOf(const std::string& tokens, bool seen = true) {
    std::vector<std::string> keys;
    for (absl::string_view token : absl::StrSplit(tokens, ' ')) {
      keys.push_back(Key(token));
      if (seen) seen_.emplace(token);
    }
    return keys;
  }

  std::string Ask(const std::string& tokens, bool asserted, bool may_found, uint64_t name) {
    const std::vector<std::string> keys = KeysOf(tokens, may_found);
    IdentityClaim claim;
    claim.keys.assign(keys.begin(), keys.end());
    claim.asserted = asserted;
    claim.may_found = may_found;
    claim.name_and_company = name;
    EXPECT_TRUE(store_->Resolve({&claim, 1}, kNow, {&last, 1}).ok());
    if (last.is == Resolution::Is::kErased) return "erased";
    return {last.person_id.data(), last.person_id.size()};
  }

  std::unique_ptr<IdentityStore> store_ = MakeIdentityStoreUnderTest("a key for tests");
  std::set<std::string> seen_;
};

TEST(IdentityTest, OneIdentifierIsOnePerson) {
  World world;
  const std::string ann = world.State("e1");
  EXPECT_THAT(ann, SizeIs(36));
  EXPECT_EQ(world.State("e1"), ann);
  EXPECT_NE(world.State("e2"), ann);
  EXPECT_EQ(world.last.identity_seq, 0);
}

TEST(IdentityTest, RacingCreatorsAgree) {
  World one, other;
  other.State("e7");
  EXPECT_EQ(one.State("e1"), other.State("e1"));
  const auto another_key = MakeIdentityStoreUnderTest("another key");
  IdentityClaim claim;
  claim.keys.push_back("email:1@example.com");
  Resolution resolution;
  ASSERT_TRUE(another_key->Resolve({&claim, 1}, kNow, {&resolution, 1}).ok());
  EXPECT_NE(resolution.person_id, one.State("e1"));
}

TEST(IdentityTest, AnAssertionAttaches) {
  World world;
  const std::string ann = world.State("e1");
  EXPECT_EQ(world.Assert("r1 e1"), ann);
  EXPECT_EQ(world.Who("r1"), ann);
  EXPECT_THAT(world.Persons(), SizeIs(1));
}

TEST(IdentityTest, AnAssertionMergesIntoTheFirst) {
  World world;
  const std::string ann = world.State("e1");
  const std::string loser = world.State("r1");
  EXPECT_EQ(world.Assert("r1 e1"), ann);
  EXPECT_EQ(world.Who("r1"), ann);
  EXPECT_EQ(world.last.origin_id, loser);
  const auto log = world.Log();
  ASSERT_EQ(log.size(), 1u);
  EXPECT_EQ(log[0].seq(), 1);
  EXPECT_EQ(log[0].person_id(), loser);
  EXPECT_EQ(log[0].merged().survivor_person_id(), ann);
  EXPECT_EQ(world.last.identity_seq, 1);
  world.Assert("r1 e1");  // again: nothing more
  EXPECT_EQ(world.Log().size(), 1u);
}

TEST(IdentityTest, AStatementOnlyProposes) {
  World world;
  world.State("e1"), world.State("s1");
  world.State("e1 s1");
  EXPECT_EQ(world.Persons(), (Groups{{"e1"}, {"s1"}}));
  const auto proposals = *world.store().ListProposals(10);
  ASSERT_THAT(proposals, SizeIs(1));
  EXPECT_THAT(proposals[0].agreeing, ElementsAre(InferenceKey::kListedTogether));
}

TEST(IdentityTest, TwoAgreeingKeysJoin) {
  World world;
  world.State("g:ann.lee", 77);
  world.State("e1", 77);
  EXPECT_EQ(world.Persons(), (Groups{{"g:ann.lee"}, {"e1"}}));  // name and company alone: proposed
  world.State("g:annlee", 77);
  EXPECT_EQ(world.Persons(), (Groups{{"g:ann.lee", "g:annlee"}, {"e1"}}));
}

TEST(IdentityTest, SharedPhonesDoNotJoin) {
  World world;
  world.Assert("r1 e1 p1"), world.Assert("r2 e2 p1");
  EXPECT_EQ(world.Persons(), (Groups{{"r1", "e1", "p1"}, {"r2", "e2"}}));
  EXPECT_THAT((*world.store().ListProposals(10))[0].agreeing, ElementsAre(InferenceKey::kPhone));
}

TEST(IdentityTest, PhonesAloneFollowWhoHasOneOfThem) {
  World world;
  const std::string ann = world.State("r1");
  world.State("p1"), world.Assert("r1 p1");
  EXPECT_EQ(world.Assert("p1 p2"), ann);
  EXPECT_EQ(world.Who("p2"), ann);
}

TEST(IdentityTest, ACallerIsNamedLater) {
  World world;
  const std::string caller = world.State("p1");
  EXPECT_EQ(world.Assert("r1 p1"), caller);
  world.State("p2"), world.State("e2");
  world.Assert("r2 e2 p2");
  EXPECT_EQ(world.Persons(), (Groups{{"r1", "p1"}, {"r2", "e2", "p2"}}));
}

TEST(IdentityTest, VisitorsAttachToWhoNamesThemselves) {
  World world;
  EXPECT_EQ(world.Who("v1"), "");
  const std::string ann = world.State("e1 v1");
  EXPECT_EQ(world.Who("v1"), ann);
  world.State("e2 v1");  // a shared machine
  EXPECT_EQ(world.Who("v1"), ann);
  EXPECT_THAT(*world.store().ListProposals(10), IsEmpty());
}

TEST(IdentityTest, WhoWasSplitStaysApart) {
  World world;
  world.State("e1");
  const std::string other = world.State("r1");
  world.Assert("r1 e1");
  ASSERT_TRUE(world.store().Split({{other}}, "two people", kNow).ok());
  EXPECT_EQ(world.Who("r1"), other);
  world.Assert("r1 e1");
  EXPECT_EQ(world.Persons(), (Groups{{"e1"}, {"r1"}}));
  ASSERT_TRUE(world.store().Merge(world.Who("e1"), other, "after all", kNow).ok());
  EXPECT_EQ(world.Persons(), (Groups{{"e1", "r1"}}));
}

TEST(IdentityTest, SplitRefusesTheNamingOrigin) {
  World world;
  const std::string ann = world.State("e1");
  world.State("r1"), world.Assert("r1 e1");
  EXPECT_EQ(world.store().Split({{ann}}, "", kNow).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(world.store().Split({{"nobody"}}, "", kNow).code(), absl::StatusCode::kNotFound);
}

TEST(IdentityTest, TheErasedStayErased) {
  World world;
  const std::string ann = world.Assert("r1 e1");
  ASSERT_TRUE(world.store().Erase(ann, kNow).ok());
  EXPECT_EQ(world.State("e1"), "erased");
  EXPECT_EQ(world.Assert("r1 e2"), "erased");
  EXPECT_EQ(world.State("e2"), "erased");
  EXPECT_THAT(world.Persons(), IsEmpty());
  EXPECT_TRUE(world.Log().back().has_erased());
  EXPECT_EQ(world.store().Erase(ann, kNow).code(), absl::StatusCode::kNotFound);
}

TEST(IdentityTest, AnErasureIsToldUnderEachIdThatThePersonEverHad) {
  World world;
  const std::string ann = world.State("e1"), other = world.State("r1");
  world.Assert("r1 e1");
  ASSERT_TRUE(world.store().Erase(other, kNow).ok());
  std::vector<std::string> told;
  for (const v1::IdentityLogEntry& entry : world.Log()) {
    if (entry.has_erased()) told.push_back(entry.person_id());
  }
  EXPECT_THAT(told, ElementsAre(other, ann));  // that of the person last
}

TEST(IdentityTest, WhoIsErasedDoesNotDependOnTheOrderOfTheirRecords) {
  World before, after;
  before.Assert("r1 e1"), after.State("e1");
  for (World* world : {&before, &after}) {
    ASSERT_TRUE(world->store().Erase(world->State("e1"), kNow).ok());
  }
  EXPECT_EQ(before.Assert("r1 e1"), "erased");
  EXPECT_EQ(after.Assert("r1 e1"), "erased");
  EXPECT_EQ(before.State("r1"), "erased");
  EXPECT_EQ(after.State("r1"), "erased");
}

TEST(IdentityTest, WhoIsSomebodyElseAlreadyIsNotErasedByARecordThatListsBoth) {
  World world;
  const std::string bea = world.State("e2");
  ASSERT_TRUE(world.store().Erase(world.State("e1"), kNow).ok());
  EXPECT_EQ(world.Assert("e1 e2"), "erased");
  EXPECT_EQ(world.State("e2"), bea);
}

TEST(IdentityTest, ThePersonsAccountIsTheLastOneTold) {
  World world;
  const auto ask = [&world](std::vector<std::string> keys, const char* account) {
    IdentityClaim claim;
    claim.keys.assign(keys.begin(), keys.end());
    claim.asserted = true;
    claim.account_id = account;
    Resolution resolution;
    EXPECT_TRUE(world.store().Resolve({&claim, 1}, kNow, {&resolution, 1}).ok());
    return std::string(resolution.account_id.data(), resolution.account_id.size());
  };
  EXPECT_EQ(ask({World::Key("r1")}, ""), "");
  EXPECT_EQ(ask({World::Key("r1"), World::Key("e1")}, "domain:a.example"), "domain:a.example");
  EXPECT_EQ(ask({World::Key("r1")}, ""), "domain:a.example");
}

TEST(IdentityTest, ErasureFollowsMerges) {
  World world;
  world.State("e1");
  const std::string lost = world.State("r1");
  world.Assert("r1 e1");
  ASSERT_TRUE(world.store().Erase(lost, kNow).ok());
  EXPECT_EQ(world.State("e1"), "erased");
  for (const v1::IdentityLogEntry& entry : world.Log()) EXPECT_EQ(entry.identifiers_size(), 0);
}

TEST(IdentityTest, WhatWasComparedIsForgottenThoughTheyWereSplitSince) {
  World world;
  const std::string ann = world.State("e1"), other = world.State("r1");
  world.Assert("r1 e1");
  ASSERT_TRUE(world.store().Split({{other}}, "two people", kNow).ok());
  ASSERT_TRUE(world.store().Erase(ann, kNow).ok());
  EXPECT_EQ(world.Who("r1"), other);
  for (const v1::IdentityLogEntry& entry : world.Log()) EXPECT_EQ(entry.identifiers_size(), 0);
}

TEST(IdentityTest, AMergeTellsNobodyElsesIdentifiers) {
  World world;
  world.Assert("r2 e2 p1"), world.State("e1"), world.State("r1");
  world.Assert("r1 e1 s1 p1");
  const std::vector<v1::IdentityLogEntry> log = world.Log();
  std::vector<std::string> compared;
  for (const v1::Identifier& identifier : log.back().identifiers()) {
    compared.push_back(identifier.normalized());
  }
  EXPECT_THAT(compared, ElementsAre("1", "1@example.com", "x:1"));
}

TEST(IdentityTest, TheErasedLeaveRoomAmongTheHoldersOfAKey) {
  World world;
  const uint64_t name = 77;
  for (const char* token : {"e1", "e2", "e3", "e4", "e5", "e6"}) world.State(token, name);
  EXPECT_THAT(*world.store().ListProposals(10), SizeIs(6));  // of the first four
  for (const char* token : {"e1", "e2", "e3"}) {
    ASSERT_TRUE(world.store().Erase(world.Who(token), kNow).ok());
  }
  EXPECT_THAT(*world.store().ListProposals(10), IsEmpty());
  world.State("e6", name);
  EXPECT_THAT(*world.store().ListProposals(10), SizeIs(2));  // with the fourth and the fifth
}

TEST(IdentityTest, TheRelayPublishesEachEntryAtLeastOnce) {
  World world;
  world.State("e1"), world.State("r1"), world.Assert("r1 e1");
  std::vector<v1::PersonEvent> published;
  int failures = 1;
  IdentityLogRelay relay(world.store(), [&](absl::Span<const v1::PersonEvent> events) {
    published.insert(published.end(), events.begin(), events.end());
    return failures-- > 0 ? absl::UnavailableError("no broker") : absl::OkStatus();
  });
  EXPECT_FALSE(relay.Run().ok());
  EXPECT_EQ(*relay.Run(), 1u);
  EXPECT_EQ(*relay.Run(), 0u);
  ASSERT_EQ(published.size(), 2u);
  EXPECT_EQ(published[0].identity_seq(), 1);
  EXPECT_EQ(published[1].merged().survivor_person_id(), world.Who("e1"));
}

// --- Properties.

// One to three keys, strong ones first, as the party reader gives them.
std::string Assertion(const std::vector<std::pair<char, int>>& drawn, int count) {
  std::set<std::string> tokens;
  for (int i = 0; i < count; ++i)
    tokens.insert(absl::StrCat(std::string(1, drawn[i].first), drawn[i].second));
  std::vector<std::string> sorted(tokens.begin(), tokens.end());
  std::stable_partition(sorted.begin(), sorted.end(),
                        [](const std::string& t) { return t[0] != 'p'; });
  return absl::StrJoin(sorted, " ");
}

rc::Gen<std::vector<std::string>> Assertions() {
  const auto token = rc::gen::pair(rc::gen::element('e', 'r', 's', 'p'), rc::gen::inRange(1, 6));
  const auto tokens = rc::gen::container<std::vector<std::pair<char, int>>>(3, token);
  return rc::gen::container<std::vector<std::string>>(
      rc::gen::apply(Assertion, tokens, rc::gen::inRange(1, 4)));
}

TEST(IdentityPropertyTest, TheOrderOfAssertionsDoesNotMatter) {
  EXPECT_TRUE(rc::check("partition into persons by strong identifiers", [] {
    const std::vector<std::string> assertions = *Assertions();
    std::vector<std::string> shuffled = assertions;
    const auto seed = *rc::gen::arbitrary<uint32_t>();
    std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(seed));
    World world, other;
    for (const std::string& a : assertions) world.Assert(a);
    for (const std::string& a : shuffled) other.Assert(a);
    RC_ASSERT(world.StrongPersons() == other.StrongPersons());
  }));
}

TEST(IdentityPropertyTest, ABatchIsAsItsClaimsOneByOne) {
  EXPECT_TRUE(rc::check("persons and log", [] {
    const std::vector<std::string> assertions = *Assertions();
    World world, other;
    for (const std::string& a : assertions) world.Assert(a);
    other.AssertAll(assertions);
    RC_ASSERT(world.Persons() == other.Persons());
    RC_ASSERT(world.Log().size() == other.Log().size());
  }));
}

TEST(IdentityPropertyTest, RepeatingAssertionsChangesNothing) {
  EXPECT_TRUE(rc::check("a batch done again", [] {
    const std::vector<std::string> assertions = *Assertions();
    World world;
    for (const std::string& a : assertions) world.Assert(a);
    const Groups before = world.Persons();
    const size_t entries = world.Log().size();
    for (const std::string& a : assertions) world.Assert(a);
    RC_ASSERT(world.Persons() == before);
    RC_ASSERT(world.Log().size() == entries);
  }));
}

TEST(IdentityPropertyTest, MergeThenSplitRestores) {
  EXPECT_TRUE(rc::check("partition, person ids and origins", [] {
    World world;
    for (const std::string& a : *Assertions()) world.Assert(a);
    world.State("e8"), world.State("e9");
    const Groups before = world.Persons();
    std::map<std::string, std::vector<std::string>> origins;  // by person
    std::set<std::string> tokens;
    for (const auto& group : before) tokens.insert(group.begin(), group.end());
    for (const std::string& token : tokens) {
      const std::string person = world.Who(token);
      origins[person].push_back(std::string(world.last.origin_id));
    }
    const auto a = *rc::gen::elementOf(std::vector<std::string>(tokens.begin(), tokens.end()));
    const auto b = *rc::gen::elementOf(std::vector<std::string>(tokens.begin(), tokens.end()));
    const std::string person_a = world.Who(a), person_b = world.Who(b);
    RC_PRE(person_a != person_b);
    RC_ASSERT(world.store().Merge(person_a, person_b, "test", kNow).ok());
    const std::string loser = world.Who(a) == person_a ? person_b : person_a;
    RC_ASSERT(world.store().Split(origins[loser], "test", kNow).ok());
    RC_ASSERT(world.Persons() == before);
    RC_ASSERT(world.Who(a) == person_a);
    RC_ASSERT(world.Who(b) == person_b);
  }));
}

TEST(IdentityPropertyTest, TheLogTellsEveryChange) {
  EXPECT_TRUE(rc::check("folding the log over origins gives the persons", [] {
    World world;
    for (const std::string& a : *Assertions()) world.Assert(a);
    std::map<std::string, std::string> merged_into;
    int64_t seq = 0;
    for (const v1::IdentityLogEntry& entry : world.Log()) {
      RC_ASSERT(entry.seq() == ++seq);
      RC_ASSERT(entry.has_merged());
      merged_into[entry.person_id()] = entry.merged().survivor_person_id();
    }
    for (const auto& group : world.Persons()) {
      for (const std::string& token : group) {
        const std::string person = world.Who(token);
        std::string at(world.last.origin_id);
        while (merged_into.count(at) > 0) at = merged_into[at];
        RC_ASSERT(at == person);
      }
    }
  }));
}

}  // namespace
}  // namespace tend::enrichment
