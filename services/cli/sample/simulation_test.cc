#include "services/cli/sample/simulation.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "services/cli/sample/person.h"

namespace tend::sample {
namespace {

SampleOptions Small(uint64_t seed, double broken_share = 0.001) {
  SampleOptions options;
  options.seed = seed;
  options.people = 300;
  options.broken_share = broken_share;
  return options;
}

std::vector<std::string> LinesOf(const SampleOptions& options) {
  std::vector<std::string> lines;
  Simulate(
      options, [&lines](absl::string_view line) { lines.emplace_back(line); }, nullptr);
  return lines;
}

bool Parses(const std::string& line, v1::Interaction* row) {
  return google::protobuf::util::JsonStringToMessage(line, row).ok();
}

// The rows of a world without broken ones, parsed once.
const std::vector<v1::Interaction>& Rows() {
  static const auto* const kRows = [] {
    auto* parsed = new std::vector<v1::Interaction>;
    for (const std::string& line : LinesOf(Small(3, 0))) {
      EXPECT_TRUE(Parses(line, &parsed->emplace_back())) << line;
    }
    return parsed;
  }();
  return *kRows;
}

std::string FactOf(const v1::Interaction& row) {
  return v1::Interaction::descriptor()->FindFieldByNumber(row.fact_case())->name();
}

// Id within its source and record: what a repeat has in common with its first.
std::string KeyOf(const v1::Interaction& row) {
  return absl::StrCat(row.source().system(), "/", row.source().record_id(), "/", row.id());
}

template <typename Predicate>
int64_t CountRows(const Predicate& predicate) {
  return std::count_if(Rows().begin(), Rows().end(), predicate);
}

int64_t CountAutomated(v1::AutomatedReason reason) {
  return CountRows([reason](const auto& row) { return row.automated() == reason; });
}

TEST(SimulationTest, TheSameOptionsGiveTheSameLines) {
  const std::vector<std::string> lines = LinesOf(Small(1));
  ASSERT_GE(lines.size(), 3'000U);
  EXPECT_EQ(lines, LinesOf(Small(1)));
  EXPECT_NE(lines, LinesOf(Small(2)));
}

TEST(SimulationTest, RowsAreInOrderOfReceiptAndBeforeTheEnd) {
  ASSERT_GE(Rows().size(), 3'000U);
  int64_t before = 0;
  for (const v1::Interaction& row : Rows()) {
    const int64_t received =
        row.has_receive_time() ? row.receive_time().seconds() : row.occur_time().seconds();
    EXPECT_LE(before, received) << row.id();
    before = received;
  }
  EXPECT_LT(before, absl::ToUnixSeconds(EndOf(Small(3))));
}

TEST(SimulationTest, EveryRowSaysWhoWhatAndWhen) {
  for (const v1::Interaction& row : Rows()) {
    EXPECT_FALSE(row.id().empty());
    EXPECT_FALSE(row.source().system().empty());
    EXPECT_FALSE(row.source().record_id().empty());
    EXPECT_GT(row.occur_time().seconds(), 0);
    EXPECT_FALSE(row.parties().empty());
    EXPECT_NE(row.fact_case(), v1::Interaction::FACT_NOT_SET) << row.id();
  }
}

TEST(SimulationTest, NearlyEveryFactHappens) {
  std::set<std::string> facts;
  for (const v1::Interaction& row : Rows()) facts.insert(FactOf(row));
  for (const char* fact :
       {"message_sent",    "message_delivered", "message_opened",   "message_bounced",
        "meeting_held",    "meeting_declined",  "call_held",        "call_missed",
        "page_visited",    "content_wanted",    "form_sent",        "event_attended",
        "connected",       "commented",         "introduced",       "referred",
        "question_asked",  "question_answered", "promise_made",     "promise_kept",
        "promise_broken",  "product_used",      "product_feedback", "purchased",
        "job_changed",     "profile_changed",   "owner_changed",    "consent_given",
        "consent_revoked", "rest_wished",       "unsubscribed"}) {
    EXPECT_TRUE(facts.count(fact)) << fact;
  }
}

TEST(SimulationTest, MachinesActToo) {
  EXPECT_GT(CountAutomated(v1::AUTOMATED_REASON_MACHINE_OPEN), 0);
  EXPECT_GT(CountAutomated(v1::AUTOMATED_REASON_BOUNCE), 0);
  EXPECT_GT(CountAutomated(v1::AUTOMATED_REASON_AUTO_REPLY), 0);
}

TEST(SimulationTest, SomeRowsComeTwiceAndSomeHoursLate) {
  std::set<std::string> keys;
  for (const v1::Interaction& row : Rows()) keys.insert(KeyOf(row));
  EXPECT_LT(keys.size(), Rows().size());
  EXPECT_GT(keys.size(), Rows().size() * 97 / 100);
  EXPECT_GT(CountRows([](const auto& row) {
              return row.receive_time().seconds() > row.occur_time().seconds() + 3600;
            }),
            0);
}

TEST(SimulationTest, RecordsAssertTwoAddressesOfOnePerson) {
  std::map<std::string, std::set<std::string>> mails;
  for (const v1::Interaction& row : Rows()) {
    if (!row.has_profile_changed()) continue;
    const v1::Party& party = row.parties(0);
    ASSERT_GE(party.identifiers_size(), 2) << row.id();
    mails[party.identifiers(0).raw()].insert(party.identifiers(1).raw());
  }
  EXPECT_GT(std::count_if(mails.begin(), mails.end(),
                          [](const auto& record) { return record.second.size() > 1; }),
            3);
}

TEST(SimulationTest, SomeRestsHaveADateAndSomeLastUntilTheyWrite) {
  const auto dated = [](const auto& row) { return row.rest_wished().rest().has_until_time(); };
  const auto open = [](const auto& row) { return row.rest_wished().rest().until_they_write(); };
  EXPECT_GT(CountRows(dated), 0);
  EXPECT_GT(CountRows(open), 0);
}

TEST(SimulationTest, SomeAnswersStandInTheirThread) {
  EXPECT_GT(CountRows([](const auto& row) {
              return row.has_message_sent() && !row.in_reply_to().empty() &&
                     !row.thread_key().empty();
            }),
            200);
}

TEST(SimulationTest, ColleaguesWriteToEachOtherToo) {
  EXPECT_GT(CountRows([](const auto& row) { return absl::StartsWith(row.id(), "in-"); }), 10);
}

TEST(SimulationTest, AddressesAreOfDomainsThatNobodyCanHave) {
  for (const v1::Interaction& row : Rows()) {
    for (const v1::Party& party : row.parties()) {
      for (const v1::Identifier& identifier : party.identifiers()) {
        if (identifier.kind() != v1::IDENTIFIER_KIND_EMAIL) continue;
        EXPECT_TRUE(absl::EndsWith(identifier.raw(), ".example")) << identifier.raw();
      }
    }
  }
}

// What protobuf's parser, which knows no field "hologramShown", and a look at the time say of a
// line.
enum Fault { kGood, kUnparsable, kTimeMissing };

Fault FaultOf(const std::string& line) {
  v1::Interaction row;
  if (!Parses(line, &row)) return kUnparsable;
  return row.has_occur_time() ? kGood : kTimeMissing;
}

TEST(SimulationTest, AsManyLinesAreBrokenAsAreCounted) {
  int64_t faults[3] = {};
  const Written written = Simulate(
      Small(4, 0.02), [&faults](absl::string_view line) { ++faults[FaultOf(absl::StrCat(line))]; },
      nullptr);
  ASSERT_GT(faults[kGood], 2'000);
  EXPECT_GT(faults[kUnparsable], 10);
  EXPECT_GT(faults[kTimeMissing], 5);
  EXPECT_LE(faults[kUnparsable] + faults[kTimeMissing], written.broken);
  EXPECT_NEAR(static_cast<double>(written.broken) / static_cast<double>(written.rows), 0.02, 0.006);
}

TEST(SimulationTest, AddressesAreUnique) {
  std::set<std::string> mails;
  for (uint32_t i = 0; i < 20'000; ++i) mails.insert(MailOf(MakePerson(1, i, 8)));
  EXPECT_EQ(mails.size(), 20'000U);
}

TEST(SimulationTest, PeopleDoNotChangeWithTheirNumber) {
  const Person few = MakePerson(1, 17, 8);
  EXPECT_EQ(MailOf(few), MailOf(MakePerson(1, 17, 8)));
  EXPECT_NE(few.key, MakePerson(2, 17, 8).key);
}

}  // namespace
}  // namespace tend::sample
