// Where a part lives: docs/decisions/2026-11-25-where-a-part-lives.md.

#include "services/scoring/domain/scorer.h"

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/model/parts.h"
#include "common/model/person_key.h"
#include "common/testing/model_testing.h"
#include "gtest/gtest.h"
#include "tend/v1/person_event.pb.h"

namespace tend::scoring {
namespace {

using model::Day;
using model::kDayZero;
using model::PersonKey;
using model::Relationship;

// Persons and origins are named by one letter, a to f.
std::string IdOf(char name) {
  const auto of = [name](size_t n) { return std::string(n, name); };
  return absl::StrCat(of(8), "-", of(4), "-", of(4), "-", of(4), "-", of(12));
}

v1::PersonEvent EventFor(char person, int64_t seq) {
  v1::PersonEvent event;
  event.set_person_id(IdOf(person));
  event.set_origin_id(IdOf(person));
  event.set_identity_seq(seq);
  return event;
}

v1::PersonEvent MergeOf(char loser, char survivor, int64_t seq) {
  v1::PersonEvent event = EventFor(loser, seq);
  event.mutable_merged()->set_survivor_person_id(IdOf(survivor));
  return event;
}

v1::PersonEvent SplitOf(char origin, char from, char to, int64_t seq) {
  v1::PersonEvent event = EventFor(from, seq);
  event.set_origin_id(IdOf(origin));
  event.mutable_split()->set_origin_id(IdOf(origin));
  event.mutable_split()->set_to_person_id(IdOf(to));
  return event;
}

v1::PersonEvent ErasureOf(char person, int64_t seq) {
  v1::PersonEvent event = EventFor(person, seq);
  event.mutable_erased();
  return event;
}

// A message of theirs, resolved when `origin` was of `person`.
v1::PersonEvent MessageOf(char origin, char person, int64_t seq) {
  v1::PersonEvent event = EventFor(person, seq);
  event.set_origin_id(IdOf(origin));
  v1::Interaction& message = *event.mutable_interaction();
  message.set_id("m");
  message.mutable_occur_time()->set_seconds(kDayZero.seconds());
  message.mutable_message_sent();
  v1::Party& author = *message.add_parties();
  author.set_role(v1::PARTY_ROLE_FROM);
  author.set_side(v1::SIDE_THEIRS);
  author.set_person_id(IdOf(person));
  v1::Party& owner = *message.add_parties();
  owner.set_role(v1::PARTY_ROLE_TO);
  owner.set_side(v1::SIDE_OURS);
  owner.set_owner_id("owner");
  return event;
}

// The system of record names the owner of a person, on a day.
v1::PersonEvent OwnerOn(int day, const std::string& owner, char person = 'a') {
  v1::PersonEvent event = EventFor(person, 0);
  v1::Interaction& changed = *event.mutable_interaction();
  changed.set_id(absl::StrCat("owner on ", day));
  changed.mutable_occur_time()->set_seconds(Day(day).seconds());
  changed.mutable_owner_changed()->set_owner(owner);
  return event;
}

// A message of `a`, from an address at an account.
v1::PersonEvent MessageOn(int day, const std::string& account, const std::string& account_owner) {
  v1::PersonEvent event = MessageOf('a', 'a', 0);
  event.mutable_interaction()->set_id(absl::StrCat("message on ", day));
  event.mutable_interaction()->mutable_occur_time()->set_seconds(Day(day).seconds());
  event.set_account_id(account);
  event.set_account_owner_id(account_owner);
  return event;
}

class ScorerTest : public ::testing::Test {
 protected:
  absl::Status Fold(const v1::PersonEvent& event) {
    const auto moment = [](const v1::MomentEvent&, absl::string_view) {};
    const auto person_event = [this](const v1::PersonEvent& e) { sent_.push_back(e); };
    return scorer_.Fold(event, ++offset_, Day(0), {moment, person_event});
  }
  void Folds(const v1::PersonEvent& event) {
    const absl::Status folded = Fold(event);
    EXPECT_TRUE(folded.ok()) << folded.ToString();
  }
  // What the scorer wrote comes back in, until it writes no more.
  void DeliverAll() {
    while (!sent_.empty()) {
      const v1::PersonEvent event = sent_.front();
      sent_.pop_front();
      Folds(event);
    }
  }
  const Relationship& At(char person) {
    return scorer_.table()[scorer_.table().At(*model::ParsePersonKey(IdOf(person)))];
  }
  const model::Profile& ProfileOf(char person) {
    return scorer_.names().ProfileAt(At(person).profile);
  }
  absl::string_view CrmOwnerOf(char person) {
    return scorer_.names().OwnerId(model::CrmOwner(At(person), scorer_.names()).owner);
  }
  std::string AccountOfA() {
    const model::Profile& profile = ProfileOf('a');
    return absl::StrCat(profile.account_id, " of ", scorer_.names().OwnerId(profile.account_owner));
  }
  // Who holds how many messages of the origin: "a2", "a1 b1".
  std::string Where(char origin) {
    const PersonKey key = *model::ParsePersonKey(IdOf(origin));
    std::string where;
    for (char person = 'a'; person <= 'f'; ++person) {
      uint32_t count = 0;
      for (const model::Tie& tie : At(person).ties.all()) {
        const PersonKey& of =
            tie.origin == 0 ? At(person).person : At(person).extras->joined[tie.origin - 1].origin;
        if (of == key) count += tie.received;
      }
      if (count > 0)
        absl::StrAppend(&where, where.empty() ? "" : " ", std::string(1, person), count);
    }
    return where;
  }

  Scorer scorer_{model::ShippedModel(), model::ShippedPolicy(), "pool", "product"};
  std::deque<v1::PersonEvent> sent_;
  int64_t offset_ = 0;
};

TEST_F(ScorerTest, AMergeMovesTheHistory) {
  Folds(MessageOf('b', 'b', 0));
  Folds(MergeOf('b', 'a', 1));
  DeliverAll();
  EXPECT_EQ(Where('b'), "a1");
  EXPECT_NE(At('b').extras->merged_into, nullptr);
}

TEST_F(ScorerTest, TheCrmOwnerIsTheOneNamedLastByTheSourcesTime) {
  Folds(OwnerOn(-10, "ines"));
  EXPECT_EQ(CrmOwnerOf('a'), "ines");
  Folds(OwnerOn(-40, "jon"));  // a history that came in after going live
  EXPECT_EQ(CrmOwnerOf('a'), "ines");
  Folds(OwnerOn(-10, "kim"));  // of the same day: the one that came last
  EXPECT_EQ(CrmOwnerOf('a'), "kim");
  Folds(OwnerOn(-5, ""));
  EXPECT_EQ(CrmOwnerOf('a'), "");
  Folds(OwnerOn(-6, "jon"));
  EXPECT_EQ(CrmOwnerOf('a'), "");
}

TEST_F(ScorerTest, WhoWasNamedOwnerOfAMergedPersonOwnsTheSurvivor) {
  Folds(MessageOf('a', 'a', 0));
  Folds(OwnerOn(-10, "ines", 'b'));
  Folds(MergeOf('b', 'a', 1));
  Folds(OwnerOn(-5, "jon", 'b'));  // resolved before the merge: it is sent on
  DeliverAll();
  EXPECT_EQ(CrmOwnerOf('a'), "jon");
  Folds(OwnerOn(-7, "kim", 'a'));
  EXPECT_EQ(CrmOwnerOf('a'), "jon");
  Folds(SplitOf('b', 'a', 'b', 2));
  DeliverAll();
  EXPECT_EQ(CrmOwnerOf('a'), "kim");
  EXPECT_EQ(CrmOwnerOf('b'), "jon");
}

TEST_F(ScorerTest, TheAccountIsThatOfTheLatestInteraction) {
  Folds(MessageOn(-10, "", ""));
  Folds(MessageOn(-30, "old.example", "ines"));  // late, but the only one known
  EXPECT_EQ(AccountOfA(), "old.example of ines");
  Folds(MessageOn(-5, "new.example", ""));
  EXPECT_EQ(AccountOfA(), "new.example of ");
  Folds(MessageOn(-20, "old.example", "ines"));
  EXPECT_EQ(AccountOfA(), "new.example of ");
}

TEST_F(ScorerTest, AnEntryWithABadIdChangesNothing) {
  Folds(MessageOf('b', 'b', 0));
  const int64_t offset = At('b').input_offset;
  v1::PersonEvent merge = MergeOf('b', 'a', 1), split = SplitOf('a', 'b', 'a', 1);
  merge.mutable_merged()->set_survivor_person_id("nobody");
  split.mutable_split()->set_to_person_id("nobody");
  for (const v1::PersonEvent& bad :
       {merge, split, MergeOf('b', 'b', 1), MergeOf('b', 'a', 0), MergeOf('b', 'a', -1)}) {
    EXPECT_EQ(Fold(bad).code(), absl::StatusCode::kInvalidArgument) << bad.ShortDebugString();
  }
  EXPECT_EQ(At('b').input_offset, offset);
  EXPECT_EQ(At('b').version, 1u);
  EXPECT_EQ(Where('b'), "b1");
  EXPECT_TRUE(sent_.empty());
}

TEST_F(ScorerTest, AForwardedMessageIsStillTheirs) {
  Folds(MergeOf('b', 'a', 1));
  Folds(MessageOf('b', 'b', 0));
  DeliverAll();
  EXPECT_EQ(Where('b'), "a1");
}

TEST_F(ScorerTest, WhatWasResolvedAfterTheSplitStaysHome) {
  Folds(MergeOf('b', 'a', 1));
  Folds(MessageOf('b', 'b', 2));
  EXPECT_EQ(Where('b'), "b1");
  EXPECT_EQ(At('b').extras->merged_into, nullptr);
}

TEST_F(ScorerTest, APartThatItsSplitOvertookGoesHome) {
  Folds(MessageOf('b', 'b', 0));
  Folds(MergeOf('b', 'a', 1));
  Folds(SplitOf('b', 'a', 'b', 2));  // before the part came
  DeliverAll();
  EXPECT_EQ(Where('b'), "b1");
  EXPECT_EQ(At('b').extras->merged_into, nullptr);
}

TEST_F(ScorerTest, ARepeatedMergeDoesNotTakeAwayWhatCameHome) {
  Folds(MessageOf('b', 'b', 0));
  Folds(MergeOf('b', 'a', 1));
  DeliverAll();
  Folds(SplitOf('b', 'a', 'b', 2));
  DeliverAll();
  const uint32_t version = At('b').version;
  Folds(MergeOf('b', 'a', 1));
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(At('b').version, version);
  EXPECT_EQ(Where('b'), "b1");
}

TEST_F(ScorerTest, ALateMergeLeavesAPartThatCameAfterIt) {
  Folds(MessageOf('b', 'b', 0));
  Folds(MessageOf('c', 'b', 3));  // 1: b into a; 2: b leaves a again; 3: c into b
  Folds(MergeOf('b', 'a', 1));
  Folds(SplitOf('b', 'a', 'b', 2));
  DeliverAll();
  EXPECT_EQ(Where('b'), "b1");
  EXPECT_EQ(Where('c'), "b1");
}

TEST_F(ScorerTest, AMessageFollowsTheMergeThatTookItsOriginNotALaterOne) {
  Folds(MergeOf('b', 'a', 2));  // 1: c into b
  Folds(SplitOf('b', 'a', 'b', 3));
  Folds(MergeOf('b', 'd', 4));
  Folds(MessageOf('c', 'b', 1));
  DeliverAll();
  EXPECT_EQ(Where('c'), "a1");
}

TEST_F(ScorerTest, ErasureTakesWhatIsOnItsWayButNotWhoLeftBefore) {
  Folds(MessageOf('b', 'b', 0));
  Folds(MessageOf('c', 'c', 0));
  Folds(MergeOf('b', 'a', 1));
  Folds(MergeOf('c', 'a', 2));
  Folds(SplitOf('c', 'a', 'c', 3));
  Folds(ErasureOf('a', 4));
  for (const v1::PersonEvent& again : {SplitOf('c', 'a', 'c', 3), ErasureOf('a', 4)}) Folds(again);
  DeliverAll();
  EXPECT_EQ(Where('b'), "");
  EXPECT_EQ(Where('c'), "c1");
  EXPECT_EQ(Fold(MessageOf('a', 'a', 4)).code(), absl::StatusCode::kNotFound);
}

TEST_F(ScorerTest, WhatAMergeLeftBehindIsErasedButTheWayOn) {
  v1::PersonEvent message = MessageOf('b', 'b', 0);
  message.set_account_id("domain:b.example");
  message.set_time_zone("Europe/Berlin");
  Folds(message);
  Folds(MergeOf('b', 'a', 1));
  sent_.clear();
  EXPECT_EQ(ProfileOf('b').account_id, "domain:b.example");
  Folds(ErasureOf('b', 2));
  EXPECT_TRUE(At('b').erased);
  EXPECT_EQ(ProfileOf('b').account_id, "");
  EXPECT_EQ(ProfileOf('b').time_zone, "");
  Folds(message);  // late: it goes after its person
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_EQ(sent_.front().person_id(), IdOf('a'));
}

TEST_F(ScorerTest, AMergeTakenBackIsForgotten) {
  Folds(MessageOf('b', 'b', 0));
  scorer_.table().Commit();
  Folds(MergeOf('b', 'a', 1));
  scorer_.table().Rollback();
  sent_.clear();
  Folds(MessageOf('b', 'b', 0));
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(Where('b'), "b2");
  Folds(MergeOf('b', 'a', 1));
  DeliverAll();
  EXPECT_EQ(Where('b'), "a2");
}

// Six persons whom a random log merges and splits. Each person's entries come in order, again now
// and then; messages, parts and whatever is forwarded come whenever they like.
class PartsOnTheMove : public ScorerTest {
 protected:
  void Decide() {
    const char person = Letter();
    if (random_() % 2 == 0) {
      const char loser = owners_[person], survivor = owners_[Letter()];
      if (loser == survivor) return;
      for (auto& [origin, owner] : owners_) owner = owner == loser ? survivor : owner;
      return Log(MergeOf(loser, survivor, Seq() + 1));
    }
    const char from = owners_[person];
    std::string leaving;
    for (const auto& [origin, owner] : owners_) {
      if (owner == from && origin != from && (origin == person || random_() % 2 == 0))
        leaving += origin;
    }
    for (const char origin : leaving) {
      owners_[origin] = leaving[0];
      Log(SplitOf(origin, from, leaving[0], Seq() + 1));
    }
  }
  void Speak() {
    const char origin = Letter();
    sent_.push_back(MessageOf(origin, owners_[origin], Seq()));
    ++messages_[origin];
  }
  // The relay tells the next entry, or begins again a little before.
  void Relay(bool faults) {
    if (faults && random_() % 4 == 0) relayed_ -= std::min<size_t>(relayed_, random_() % 4);
    if (relayed_ < log_.size()) {
      const v1::PersonEvent& entry = log_[relayed_++];
      entries_[entry.person_id()].push_back(entry);
    }
  }
  bool Deliver() {
    for (auto& [person, queue] : entries_) {
      if (queue.empty() || random_() % 6 != 0) continue;
      Folds(queue.front());
      queue.pop_front();
    }
    if (sent_.empty()) return AllTold();
    std::swap(sent_[random_() % sent_.size()], sent_.back());
    const v1::PersonEvent event = sent_.back();
    sent_.pop_back();
    Folds(event);
    return false;
  }
  bool AllTold() const {
    return relayed_ == log_.size() && std::all_of(entries_.begin(), entries_.end(),
                                                  [](const auto& e) { return e.second.empty(); });
  }

  void Run(uint64_t seed) {
    random_.seed(seed);
    for (char name = 'a'; name <= 'f'; ++name) owners_[name] = name;
    for (int step = 0; step < 300; ++step) {
      const size_t dice = random_() % 8;
      if (dice == 0) Decide();
      if (dice == 1 || dice == 2) Speak();
      if (dice == 3) Relay(true);
      if (dice > 3) Deliver();
    }
    do {
      Relay(false);
    } while (!Deliver());
    for (const auto& [origin, owner] : owners_) {
      const int count = messages_[origin];
      EXPECT_EQ(Where(origin), count == 0 ? "" : absl::StrCat(std::string(1, owner), count));
      const Relationship& r = At(origin);
      const bool stub = r.extras != nullptr && r.extras->merged_into != nullptr;
      EXPECT_EQ(stub, owner != origin) << origin;
    }
  }

  char Letter() { return static_cast<char>('a' + random_() % 6); }
  int64_t Seq() const { return static_cast<int64_t>(log_.size()); }
  void Log(const v1::PersonEvent& entry) { log_.push_back(entry); }

  std::mt19937_64 random_;
  std::map<char, char> owners_;   // by origin
  std::map<char, int> messages_;  // by origin
  std::vector<v1::PersonEvent> log_;
  size_t relayed_ = 0;
  std::map<std::string, std::deque<v1::PersonEvent>> entries_;  // by person
};

class PartsOnTheMoveTest : public PartsOnTheMove, public ::testing::WithParamInterface<int> {};

TEST_P(PartsOnTheMoveTest, EachHistoryEndsWholeWhereTheLogSays) {
  Run(static_cast<uint64_t>(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, PartsOnTheMoveTest, ::testing::Range(1, 301));

}  // namespace
}  // namespace tend::scoring
