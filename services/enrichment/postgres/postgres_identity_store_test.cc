// The suite of identity_test.cc over PostgreSQL, and what only a shared store can do wrong.

#include "services/enrichment/postgres/postgres_identity_store.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/postgres/connection.h"
#include "common/testing/postgres_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/enrichment/domain/identity_under_test.h"
#include "services/enrichment/postgres/schema.h"

namespace tend::enrichment {
namespace {

using postgres::Batch;
using postgres::Connection;
using ::testing::SizeIs;

constexpr const char* kEmpty = R"sql(
    DO $$ BEGIN
      IF to_regclass('identity_log') IS NOT NULL THEN
        DELETE FROM identity_identifier; DELETE FROM identity_origin; DELETE FROM identity_erased;
        DELETE FROM identity_holder; DELETE FROM identity_pair; DELETE FROM identity_log;
        DELETE FROM identity_change; UPDATE identity_relay SET seq = 0;
      END IF;
    END $$)sql";

PostgresIdentityOptions OptionsFor(const std::string& conninfo, absl::string_view hmac_key) {
  PostgresIdentityOptions options;
  options.connection.conninfo = conninfo;
  options.hmac_key = std::string(hmac_key.data(), hmac_key.size());
  return options;
}

// A few databases in turn, emptied: making one takes longer than most tests.
std::string EmptyDatabase() {
  static std::vector<std::string> databases;
  static size_t next = 0;
  if (databases.size() < 3) {
    databases.push_back(PostgresServer::Get().NewDatabase());
    return databases.back();
  }
  const std::string& conninfo = databases[next++ % databases.size()];
  EXPECT_TRUE(Connection({conninfo}).RunScript(kEmpty).ok());
  return conninfo;
}

}  // namespace

std::unique_ptr<IdentityStore> MakeIdentityStoreUnderTest(absl::string_view hmac_key) {
  return std::make_unique<PostgresIdentityStore>(OptionsFor(EmptyDatabase(), hmac_key));
}

namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

// Two instances over one database. Ask(store, "record:x|1 email:a@b.example").
class InstancesTest : public ::testing::Test {
 protected:
  std::unique_ptr<PostgresIdentityStore> Start(size_t cached = 1000) {
    PostgresIdentityOptions options = OptionsFor(conninfo_, "key");
    options.cached_identifiers = cached;
    return std::make_unique<PostgresIdentityStore>(options);
  }

  absl::Status Try(IdentityStore& store, const std::vector<absl::string_view>& keys) {
    IdentityClaim claim;
    claim.keys.assign(keys.begin(), keys.end());
    claim.asserted = true;
    claim.account_id = account_;
    return store.Resolve({&claim, 1}, kNow, {&last_, 1});
  }
  std::string Ask(IdentityStore& store, const std::vector<absl::string_view>& keys) {
    EXPECT_EQ(Try(store, keys), absl::OkStatus());
    return last_.is == Resolution::Is::kErased
               ? "erased"
               : std::string(last_.person_id.data(), last_.person_id.size());
  }

  const std::string conninfo_ = EmptyDatabase();
  const std::unique_ptr<PostgresIdentityStore> one_ = Start(), other_ = Start();
  std::string account_ = "domain:example.com";
  Resolution last_;
};

constexpr const char* kMail = "email:a@example.com";
constexpr const char* kRecord = "record:x|1";

TEST_F(InstancesTest, AMergeByAnotherInstanceIsSeenAtOnce) {
  const std::string first = Ask(*one_, {kMail});
  const std::string second = Ask(*one_, {kRecord});
  EXPECT_EQ(Ask(*other_, {kRecord, kMail}), first);
  EXPECT_EQ(Ask(*one_, {kRecord}), first);
  EXPECT_EQ(last_.origin_id, second);
  EXPECT_EQ(last_.identity_seq, 1);
}

TEST_F(InstancesTest, ASplitByAnotherInstanceIsSeenAtOnce) {
  Ask(*one_, {kMail});
  const std::string second = Ask(*one_, {kRecord});
  Ask(*one_, {kRecord, kMail});
  ASSERT_EQ(other_->Split({{second}}, "two people", kNow), absl::OkStatus());
  EXPECT_EQ(Ask(*one_, {kRecord}), second);
  EXPECT_NE(Ask(*one_, {kRecord, kMail}), Ask(*one_, {kMail}));  // kept apart
}

TEST_F(InstancesTest, AnErasureByAnotherInstanceIsSeenAtOnce) {
  const std::string person = Ask(*one_, {kMail});
  ASSERT_EQ(other_->Erase(person, kNow), absl::OkStatus());
  EXPECT_EQ(Ask(*one_, {kMail}), "erased");
  const auto rows = Connection({conninfo_}).Run(Batch().Add("SELECT FROM identity_identifier"));
  EXPECT_EQ((*rows)[0].size(), 0);
}

TEST_F(InstancesTest, AnAccountToldToAnotherInstanceIsSeenAtOnce) {
  account_ = "";
  Ask(*one_, {kRecord});
  EXPECT_EQ(last_.account_id, "");
  account_ = "domain:example.com";
  Ask(*other_, {kRecord, kMail});
  account_ = "";
  Ask(*one_, {kRecord});
  EXPECT_EQ(last_.account_id, "domain:example.com");
}

TEST_F(InstancesTest, ChangesThatAreNoLongerKeptEmptyTheCache) {
  Ask(*one_, {kMail});
  Ask(*one_, {kRecord});
  const std::string first = Ask(*other_, {kRecord, kMail});
  ASSERT_TRUE(Connection({conninfo_})
                  .Run(Batch().Add("DELETE FROM identity_change WHERE version = 1"))
                  .ok());
  EXPECT_EQ(Ask(*one_, {kRecord}), first);
}

TEST_F(InstancesTest, ASmallCacheGivesTheSameAnswers) {
  const auto small = Start(8);
  for (int i = 0; i < 100; ++i) {
    const std::string mail = absl::StrCat("email:", i % 20, "@example.com");
    EXPECT_EQ(Ask(*small, {mail}), Ask(*one_, {mail}));
  }
}

TEST_F(InstancesTest, AKeyOfAnyBytesAndLengthIsKept) {
  const std::string strange =
      absl::StrCat("record:x|", absl::string_view("\0\xff", 2), std::string(100'000, 'y'));
  EXPECT_EQ(Ask(*one_, {strange}), Ask(*other_, {strange}));
  EXPECT_EQ(Ask(*one_, {strange, kMail}), Ask(*other_, {strange}));
}

// Letters of two bytes: one of the keys is cut within a letter.
TEST_F(InstancesTest, AMergeOverKeysThatWereCutCanBeRead) {
  std::string letters;
  for (int i = 0; i < 1000; ++i) letters += "\xc3\xa9";
  const std::string even = absl::StrCat("social:ab:", letters);
  const std::string odd = absl::StrCat("social:abc:", letters);
  Ask(*one_, {even}), Ask(*one_, {odd}), Ask(*one_, {even, odd});
  const auto log = other_->ReadLog(0, 10);
  ASSERT_EQ(log.status(), absl::OkStatus());
  ASSERT_THAT(*log, SizeIs(1));
  EXPECT_EQ((*log)[0].identifiers_size(), 2);
}

TEST_F(InstancesTest, WhatWasComparedAndCannotBeReadHoldsUpNobody) {
  const std::string first = Ask(*one_, {kMail});
  Ask(*one_, {kRecord}), Ask(*one_, {kRecord, kMail});
  // identifiers { normalized: "\xe9" }
  ASSERT_TRUE(Connection({conninfo_})
                  .Run(Batch().Add("UPDATE identity_log SET compared = '\\x32032201e9'"))
                  .ok());
  const auto log = one_->ReadLog(0, 10);
  ASSERT_EQ(log.status(), absl::OkStatus());
  ASSERT_THAT(*log, SizeIs(1));
  EXPECT_EQ((*log)[0].merged().survivor_person_id(), first);
  EXPECT_EQ((*log)[0].identifiers_size(), 0);
}

TEST_F(InstancesTest, AwayIsUnavailableAtOnceAndItComesBackByItself) {
  const std::string person = Ask(*one_, {kMail});
  PostgresServer::Get().Stop();
  const absl::Time start = absl::Now();
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Try(*one_, {kMail}).code(), absl::StatusCode::kUnavailable);  // though it is cached
    EXPECT_EQ(Try(*one_, {kRecord, kMail}).code(), absl::StatusCode::kUnavailable);
  }
  EXPECT_EQ(one_->Merge(person, person, "", kNow).code(), absl::StatusCode::kUnavailable);
  EXPECT_LT(absl::Now() - start, absl::Seconds(1));
  PostgresServer::Get().Start();
  absl::Status status = Try(*one_, {kMail});
  while (absl::IsUnavailable(status)) status = Try(*one_, {kMail});
  EXPECT_EQ(Ask(*one_, {kMail}), person);
  EXPECT_EQ(Ask(*one_, {kRecord, kMail}), person);
}

TEST_F(InstancesTest, AnInstanceMayStartWhileTheServerIsAway) {
  PostgresServer::Get().Stop();
  const auto early = Start();
  EXPECT_EQ(Try(*early, {kMail}).code(), absl::StatusCode::kUnavailable);
  PostgresServer::Get().Start();
  while (absl::IsUnavailable(Try(*early, {kMail}))) {
  }
  EXPECT_EQ(Ask(*early, {kMail}), Ask(*one_, {kMail}));
}

// What an earlier version left of one whom it erased, beside one who was split off before.
constexpr const char* kLeft = R"sql(
    INSERT INTO identity_origin (origin_id, person_id, account, strong, erased) VALUES
      ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000a',
       'domain:annberger.example', true, true),
      ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000b',
       'domain:example.com', true, false),
      ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-00000000000c',
       'domain:example.com', true, false);
    INSERT INTO identity_holder VALUES
      (7, '00000000-0000-0000-0000-00000000000a'), (7, '00000000-0000-0000-0000-00000000000b');
    INSERT INTO identity_pair VALUES
      ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b', 1, true),
      ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000c', 1, true);
    INSERT INTO identity_log VALUES
      (1, '00000000-0000-0000-0000-00000000000b', '', 'both'),
      (2, '00000000-0000-0000-0000-00000000000c', '', 'others');)sql";

TEST(IdentityMigrationTest, OfTheErasedGoesWhatEarlierVersionsKept) {
  const std::string conninfo = PostgresServer::Get().NewDatabase();
  Connection connection({conninfo});
  ASSERT_EQ(postgres::Migrate(connection, "enrichment", IdentityMigrations().first(1)),
            absl::OkStatus());
  ASSERT_EQ(connection.RunScript(kLeft), absl::OkStatus());
  ASSERT_EQ(PostgresIdentityStore(OptionsFor(conninfo, "key")).RelayedSeq().status(),
            absl::OkStatus());
  const auto rows = *connection.Run(
      Batch()
          .Add("SELECT coalesce(account, ''), strong FROM identity_origin ORDER BY number")
          .Add("SELECT origin_id FROM identity_holder")
          .Add("SELECT a FROM identity_pair")
          .Add("SELECT seq FROM identity_log WHERE compared IS NOT NULL"));
  ASSERT_EQ(rows[0].size(), 3);
  EXPECT_EQ(rows[0].Text(0, 0), "");
  EXPECT_FALSE(rows[0].Bool(0, 1));
  EXPECT_EQ(rows[0].Text(1, 0), "domain:example.com");
  EXPECT_TRUE(rows[0].Bool(1, 1));
  ASSERT_EQ(rows[1].size(), 1);
  EXPECT_EQ(rows[1].Uuid(0, 0).back(), 'b');
  ASSERT_EQ(rows[2].size(), 1);
  EXPECT_EQ(rows[2].Uuid(0, 0).back(), 'b');
  ASSERT_EQ(rows[3].size(), 1);
  EXPECT_EQ(rows[3].Int(0, 0), 2);
}

// --- The same as in memory.

using Held = std::vector<std::string>;

std::string LogLine(const v1::IdentityLogEntry& entry) { return entry.ShortDebugString(); }

// All that a store holds, a line a fact.
Held HeldBy(const MemoryIdentityStore& store) {
  const IdentityTables tables = store.Tables();
  const auto id = [&tables](uint32_t origin) { return tables.origins[origin].id; };
  Held held;
  for (const IdentityTables::Origin& o : tables.origins) {
    held.push_back(absl::StrJoin(
        std::make_tuple("origin", o.id, id(o.person), o.account, o.strong, o.erased), " "));
  }
  Held others;
  for (const auto& [key, origin] : tables.identifiers) {
    others.push_back(absl::StrCat("identifier ", key, " ", id(origin)));
  }
  for (const std::string& hash : tables.erased) others.push_back(absl::StrCat("erased ", hash));
  for (const auto& [hash, holders] : tables.holders) {
    for (const uint32_t origin : holders) {
      others.push_back(absl::StrCat("holder ", static_cast<int64_t>(hash), " ", id(origin)));
    }
  }
  for (const auto& [pair, bits] : tables.agreeing) {
    others.push_back(absl::StrCat("agreeing ", id(pair.first), id(pair.second), " ", bits));
  }
  for (const auto& pair : tables.apart) {
    others.push_back(absl::StrCat("apart ", id(pair.first), id(pair.second)));
  }
  std::sort(others.begin(), others.end());
  held.insert(held.end(), others.begin(), others.end());
  for (const v1::IdentityLogEntry& entry : tables.log) held.push_back(LogLine(entry));
  return held;
}

constexpr const char* kHeldOrigins = R"sql(
    SELECT concat_ws(' ', 'origin', origin_id, person_id, coalesce(account, ''), strong::int,
                     erased::int)
    FROM identity_origin ORDER BY number)sql";
constexpr const char* kHeldOthers = R"sql(
    SELECT fact FROM (
      SELECT 'identifier ' || convert_from(key, 'UTF8') || ' ' || origin_id FROM identity_identifier
      UNION ALL SELECT 'erased ' || hash FROM identity_erased
      UNION ALL SELECT 'holder ' || hash || ' ' || origin_id FROM identity_holder
      UNION ALL
      SELECT 'agreeing ' || a || b || ' ' || agreeing FROM identity_pair WHERE agreeing <> 0
      UNION ALL SELECT 'apart ' || a || b FROM identity_pair WHERE apart) held(fact)
    ORDER BY fact COLLATE "C")sql";

Held HeldBy(PostgresIdentityStore& store, const std::string& conninfo) {
  const auto log = *store.ReadLog(0, 1000);
  const auto rows = *Connection({conninfo}).Run(Batch().Add(kHeldOrigins).Add(kHeldOthers));
  Held held;
  for (const auto& statement : rows) {
    for (int i = 0; i < statement.size(); ++i) held.emplace_back(statement.Text(i, 0));
  }
  for (const v1::IdentityLogEntry& entry : log) held.push_back(LogLine(entry));
  return held;
}

// Of the whole range from the first test on: rapidcheck's own ranges begin small.
size_t Below(size_t end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<size_t>(0, end));
}

// One to three identifiers of few, as the party reader gives them, and of few names.
IdentityClaim AnyClaim() {
  const std::vector<absl::string_view> keys = {
      "record:x|1",          "record:x|2",        "record:x|3",           "email:a@example.com",
      "email:b@example.com", "email:c@a.example", "email:a.b@gmail.com",  "email:ab@gmail.com",
      "email:ba@gmail.com",  "social:x:a",        "social:linkedin:in:a", "phone:+491",
      "phone:+492",          "visitor:web|1"};
  std::set<size_t> places;
  const auto size = *rc::gen::weightedElement<size_t>({{4, 1}, {2, 2}, {1, 3}});
  while (places.size() < size) places.insert(Below(keys.size()));
  IdentityClaim claim;
  for (const size_t place : places) {
    claim.keys.push_back(keys[place]);
    if (keys[place].back() == 'e') claim.account_id = "domain:example.com";
  }
  claim.may_found = keys[*places.begin()] != "visitor:web|1";
  claim.asserted = *rc::gen::arbitrary<bool>();
  claim.name_and_company = Below(3);
  return claim;
}

// Does the same to a store in memory and to two instances over one database, in turn.
class Twins {
 public:
  explicit Twins(std::string conninfo) : conninfo_(std::move(conninfo)) {}

  void Ask(const IdentityClaim& claim) {
    Resolution expected, told;
    RC_ASSERT(memory_.Resolve({&claim, 1}, kNow, {&expected, 1}).ok());
    RC_ASSERT(Shared().Resolve({&claim, 1}, kNow, {&told, 1}).ok());
    RC_ASSERT(told.is == expected.is);
    RC_ASSERT(told.person_id == expected.person_id);
    RC_ASSERT(told.origin_id == expected.origin_id);
    RC_ASSERT(told.account_id == expected.account_id);
    RC_ASSERT(told.identity_seq == expected.identity_seq);
  }
  template <typename Change>
  void Decide(const Change& change) {
    RC_ASSERT(change(static_cast<IdentityStore&>(memory_)) == change(Shared()));
  }
  std::string AnyOrigin() const {
    const IdentityTables tables = memory_.Tables();
    if (tables.origins.empty()) return "nobody";
    return tables.origins[Below(tables.origins.size())].id;
  }
  void Compare() { RC_ASSERT(HeldBy(one_, conninfo_) == HeldBy(memory_)); }

 private:
  IdentityStore& Shared() { return ++turn_ % 2 == 0 ? one_ : other_; }

  const std::string conninfo_;
  MemoryIdentityStore memory_{"key"};
  PostgresIdentityStore one_{OptionsFor(conninfo_, "key")}, other_{OptionsFor(conninfo_, "key")};
  int turn_ = 0;
};

TEST(SameAsInMemoryTest, WhateverIsAskedAndDecidedTheStoresHoldTheSame) {
  EXPECT_TRUE(rc::check("answers and tables, erasures among them", [] {
    Twins twins(EmptyDatabase());
    for (size_t steps = 20 + Below(60); steps > 0; --steps) {
      const size_t step = Below(10);
      const std::string a = twins.AnyOrigin(), b = twins.AnyOrigin();
      if (step == 0) {
        twins.Decide([&](IdentityStore& store) { return store.Merge(a, b, "", kNow); });
      } else if (step == 1) {
        twins.Decide([&](IdentityStore& store) { return store.Split({{a}}, "", kNow); });
      } else if (step == 2) {
        twins.Decide([&](IdentityStore& store) { return store.Erase(a, kNow); });
        twins.Compare();
      } else {
        twins.Ask(AnyClaim());
      }
    }
    twins.Compare();
  }));
}

// --- Writers that race.

int64_t RacingIdentifiers() {
  const char* given = std::getenv("TEND_RACING_IDENTIFIERS");
  int64_t identifiers = 100'000;
  if (given != nullptr && !absl::SimpleAtoi(given, &identifiers)) ADD_FAILURE() << given;
  return identifiers;
}

// Each writer asks for all identifiers, in an order of its own, in batches, in claims that `make`
// makes of a number. Returns each writer's person of each number.
template <typename MakeClaim>
std::vector<std::vector<std::string>> Race(const std::string& conninfo, int64_t count,
                                           const MakeClaim& make) {
  constexpr size_t kWriters = 4, kBatch = 1000;
  std::vector<std::vector<std::string>> persons(kWriters);
  std::vector<std::jthread> writers;
  writers.reserve(kWriters);
  for (size_t w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      PostgresIdentityStore store(OptionsFor(conninfo, "key"));
      std::vector<int64_t> order(static_cast<size_t>(count));
      for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
      std::shuffle(order.begin(), order.end(), std::mt19937_64(w));
      persons[w].resize(order.size());
      for (size_t at = 0; at < order.size(); at += kBatch) {
        const size_t size = std::min(kBatch, order.size() - at);
        std::vector<std::vector<std::string>> keys;
        std::vector<IdentityClaim> claims(size);
        for (size_t i = 0; i < size; ++i) keys.push_back(make(order[at + i], claims[i]));
        for (size_t i = 0; i < size; ++i) claims[i].keys.assign(keys[i].begin(), keys[i].end());
        std::vector<Resolution> resolutions(size);
        ASSERT_EQ(store.Resolve(claims, kNow, absl::MakeSpan(resolutions)), absl::OkStatus());
        for (size_t i = 0; i < size; ++i) {
          const absl::string_view person = resolutions[i].person_id;
          persons[w][static_cast<size_t>(order[at + i])].assign(person.data(), person.size());
        }
      }
    });
  }
  writers.clear();
  return persons;
}

TEST_F(InstancesTest, RacingFoundersAgree) {
  const int64_t count = RacingIdentifiers();
  const absl::Time start = absl::Now();
  const auto persons = Race(conninfo_, count, [](int64_t i, IdentityClaim& claim) {
    claim.account_id = "domain:example.com";
    return std::vector<std::string>{absl::StrCat("email:p", i, "@example.com")};
  });
  std::cout << "4 writers x " << count << " identifiers: " << absl::Now() - start << std::endl;
  for (const auto& writer : persons) EXPECT_TRUE(writer == persons[0]);
  const std::set<std::string> distinct(persons[0].begin(), persons[0].end());
  EXPECT_THAT(distinct, SizeIs(count));
  const auto rows =
      Connection({conninfo_})
          .Run(Batch()
                   .Add("SELECT count(*), count(DISTINCT person_id) FROM identity_origin")
                   .Add("SELECT count(*), count(DISTINCT origin_id) FROM identity_identifier"));
  for (const int statement : {0, 1}) {
    EXPECT_EQ((*rows)[static_cast<size_t>(statement)].Int(0, 0), count);
    EXPECT_EQ((*rows)[static_cast<size_t>(statement)].Int(0, 1), count);
  }
}

// Records of a CRM with an e-mail each, while others found the same e-mails alone.
TEST_F(InstancesTest, RacingAssertionsAndFoundersAgree) {
  const int64_t count = RacingIdentifiers() / 10;
  const absl::Time start = absl::Now();
  Race(conninfo_, count * 3, [](int64_t i, IdentityClaim& claim) {
    const std::string mail = absl::StrCat("email:p", i / 3, "@example.com");
    const std::string record = absl::StrCat("record:x|", i / 3);
    claim.account_id = "domain:example.com";
    claim.asserted = true;
    if (i % 3 == 0) return std::vector<std::string>{mail};
    if (i % 3 == 1) return std::vector<std::string>{record};
    return std::vector<std::string>{record, mail};
  });
  std::cout << "4 writers x " << count << " records: " << absl::Now() - start << std::endl;
  const auto rows = Connection({conninfo_})
                        .Run(Batch()
                                 .Add("SELECT count(DISTINCT person_id) FROM identity_origin")
                                 .Add("SELECT count(*) FROM identity_identifier")
                                 .Add("SELECT count(*), max(seq) FROM identity_log"));
  EXPECT_EQ((*rows)[0].Int(0, 0), count);
  EXPECT_EQ((*rows)[1].Int(0, 0), 2 * count);
  EXPECT_EQ((*rows)[2].Int(0, 0), (*rows)[2].Int(0, 1));
  const auto again = Race(conninfo_, count, [](int64_t i, IdentityClaim&) {
    return std::vector<std::string>{absl::StrCat("email:p", i, "@example.com")};
  });
  for (const auto& writer : again) EXPECT_TRUE(writer == again[0]);
}

}  // namespace
}  // namespace tend::enrichment
