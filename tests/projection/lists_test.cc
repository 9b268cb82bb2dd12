// What query says of a list whose rows went through all services.

#include <cstdint>
#include <future>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/query/postgres/list_questions.h"
#include "tests/projection/projected.h"

namespace tend::query {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class ListsTest : public ProjectedTest {
 protected:
  // A row about somebody of the story; handle: on a social network.
  void Enter(int64_t row, const std::string& name, const std::string& handle = "",
             bool unsubscribed = false) {
    std::vector<v1::Identifier> identifiers = {
        Identifier(v1::IDENTIFIER_KIND_EMAIL, absl::StrCat(name, "@", name, ".example"))};
    if (!handle.empty()) {
      identifiers.push_back(Identifier(v1::IDENTIFIER_KIND_SOCIAL, handle, "linkedin"));
    }
    v1::Interaction interaction = Record("list", absl::StrCat("row-", row), identifiers);
    v1::ListRowEntered& entered = *interaction.mutable_list_row_entered();
    entered.set_list_id("spring.csv");
    entered.set_row(row);
    entered.set_name(name);
    entered.set_company(absl::StrCat(name, " Ltd"));
    entered.set_unsubscribed(unsubscribed);
    pipeline_.Happens(std::move(interaction));
  }
  // Ann has acted, bob is a name, cy can be followed, dee wants nothing, ann stands there twice.
  void EnterAll() {
    Tell("2026-02-02T09:00 ann sends-form\n");
    Enter(1, "ann");
    Enter(2, "bob");
    Enter(3, "cy", "https://www.linkedin.com/in/cy");
    Enter(4, "dee", "", true);
    Enter(5, "ann");
    Project();
  }
  // Lines of a file that is imported now could not be used. Time goes on after it.
  void Reject(const std::vector<int64_t>& lines, bool of_list = true) {
    v1::Reject reject;
    reject.set_reason(v1::REJECT_REASON_PARTY_UNKNOWN);
    reject.set_service("ingest");
    reject.mutable_reject_time()->set_seconds(absl::ToUnixSeconds(pipeline_.now()));
    reject.mutable_file()->set_file("spring.csv");
    reject.mutable_file()->set_of_list(of_list);
    for (const int64_t line : lines) {
      reject.mutable_file()->set_line(line);
      Write(kRejectsTopic, "ingest", reject.SerializeAsString());
    }
  }
  v1::ListReport Report() {
    v1::GetListReportRequest request;
    request.set_list_id("spring.csv");
    const auto report = questions_.Report(request);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? report->report() : v1::ListReport();
  }
  // All pages.
  std::vector<v1::ListRow> Rows(v1::ListListRowsRequest request) {
    request.set_list_id("spring.csv");
    std::vector<v1::ListRow> all;
    do {
      const auto page = questions_.Rows(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return all;
      all.insert(all.end(), page->rows().begin(), page->rows().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return all;
  }
  static std::vector<std::pair<int64_t, v1::ListOutcome>> Outcomes(
      const std::vector<v1::ListRow>& rows) {
    std::vector<std::pair<int64_t, v1::ListOutcome>> outcomes;
    outcomes.reserve(rows.size());
    for (const v1::ListRow& row : rows) outcomes.emplace_back(row.row(), row.outcome());
    return outcomes;
  }

  ListQuestions questions_{tables_, pipeline_.clock(), {ShippedModel(), ShippedPolicy()}, 1};
};

TEST_F(ListsTest, EachRowLeavesWithAnOutcome) {
  EnterAll();
  const std::vector<v1::ListRow> rows = Rows({});
  EXPECT_THAT(Outcomes(rows),
              ElementsAre(Pair(1, v1::LIST_OUTCOME_KNOWN), Pair(2, v1::LIST_OUTCOME_SEED),
                          Pair(3, v1::LIST_OUTCOME_SOCIAL_HANDLE),
                          Pair(4, v1::LIST_OUTCOME_LEAVE_ALONE), Pair(5, v1::LIST_OUTCOME_KNOWN)));
  ASSERT_THAT(rows, SizeIs(5));
  EXPECT_EQ(rows[0].display_name(), "ann");
  EXPECT_EQ(rows[0].company(), "ann Ltd");
  EXPECT_EQ(rows[0].person_id(), pipeline_.PersonId("ann"));
  ASSERT_THAT(rows[2].social_handles(), SizeIs(1));
  EXPECT_EQ(rows[2].social_handles(0).raw(), "https://www.linkedin.com/in/cy");
  EXPECT_EQ(rows[3].guard().reason(), v1::GUARD_REASON_SUPPRESSED);
}

TEST_F(ListsTest, TheReportCountsThem) {
  EnterAll();
  const v1::ListReport report = Report();
  EXPECT_EQ(report.rows(), 5);
  EXPECT_EQ(report.rejected_rows(), 0);
  EXPECT_EQ(report.repeated_rows(), 1);
  EXPECT_EQ(report.create_time().seconds(), absl::ToUnixSeconds(pipeline_.now()));
  std::map<v1::ListOutcome, int64_t> outcomes;
  for (const v1::ListOutcomeCount& count : report.outcomes()) {
    outcomes[count.outcome()] = count.rows();
  }
  EXPECT_THAT(outcomes,
              UnorderedElementsAre(Pair(v1::LIST_OUTCOME_KNOWN, 2), Pair(v1::LIST_OUTCOME_SEED, 1),
                                   Pair(v1::LIST_OUTCOME_SOCIAL_HANDLE, 1),
                                   Pair(v1::LIST_OUTCOME_LEAVE_ALONE, 1)));
}

TEST_F(ListsTest, ALineThatIsRejectedTwiceCountsOnce) {
  EnterAll();
  Reject({7, 8, 7, 8});
  Project();
  EXPECT_EQ(Report().rejected_rows(), 2);
  EXPECT_EQ(Report().rows(), 7);
}

TEST_F(ListsTest, ALineThatWasMendedIsRejectedNoMore) {
  Enter(1, "ann");
  Reject({3});
  Project();
  EXPECT_EQ(Report().rejected_rows(), 1);
  EXPECT_EQ(Report().rows(), 2);
  Enter(2, "bob");
  Project();
  EXPECT_EQ(Report().rejected_rows(), 0);
  EXPECT_EQ(Report().rows(), 2);
}

TEST_F(ListsTest, OnlyRejectsOfTheLatestImportCount) {
  Enter(1, "ann");
  Reject({3, 4});
  Project();
  Reject({4});  // all else was there already
  Project();
  EXPECT_EQ(Report().rejected_rows(), 1);
  EXPECT_EQ(Report().rows(), 2);
}

TEST_F(ListsTest, AFileOfEventsIsNoList) {
  Reject({7}, /*of_list=*/false);
  Project();
  v1::GetListReportRequest request;
  request.set_list_id("spring.csv");
  EXPECT_TRUE(absl::IsNotFound(questions_.Report(request).status()));
}

TEST_F(ListsTest, AListOfWhichNothingCouldBeUsedIsThere) {
  Reject({2});
  Project();
  EXPECT_EQ(Report().rejected_rows(), 1);
  EXPECT_THAT(Rows({}), SizeIs(0));
}

TEST_F(ListsTest, OneReportTooManyIsRefusedUntilAnotherIsDone) {
  EnterAll();
  database_.Run("BEGIN");
  database_.Run("LOCK TABLE list_row");  // the first report waits for it
  v1::GetListReportRequest request;
  request.set_list_id("spring.csv");
  auto first = std::async(std::launch::async, [&] { return questions_.Report(request).status(); });
  while (database_.Count("pg_locks WHERE NOT granted") == 0) {
  }
  EXPECT_TRUE(absl::IsResourceExhausted(questions_.Report(request).status()));
  database_.Run("ROLLBACK");
  EXPECT_EQ(first.get(), absl::OkStatus());
  EXPECT_EQ(questions_.Report(request).status(), absl::OkStatus());
}

TEST_F(ListsTest, AnOutcomeFollowsWhatIsKnownNow) {
  EnterAll();
  Tell("2026-02-03T09:00 bob asks\n");
  EXPECT_EQ(Rows({})[1].outcome(), v1::LIST_OUTCOME_KNOWN);
}

TEST_F(ListsTest, PagesHoldEachRowOnceAlsoOfOneOutcome) {
  EnterAll();
  v1::ListListRowsRequest request;
  request.set_page_size(1);
  EXPECT_THAT(Rows(request), SizeIs(5));
  request.add_outcomes(v1::LIST_OUTCOME_KNOWN);
  EXPECT_THAT(Outcomes(Rows(request)),
              ElementsAre(Pair(1, v1::LIST_OUTCOME_KNOWN), Pair(5, v1::LIST_OUTCOME_KNOWN)));
}

TEST_F(ListsTest, WhoWasErasedKeepsARowWithoutThem) {
  EnterAll();
  pipeline_.Erase("cy");
  Project();
  const v1::ListRow row = Rows({})[2];
  EXPECT_EQ(row.outcome(), v1::LIST_OUTCOME_LEAVE_ALONE);
  EXPECT_EQ(row.guard().reason(), v1::GUARD_REASON_ERASED);
  EXPECT_EQ(row.person_id() + row.display_name() + row.company(), "");
  EXPECT_THAT(row.social_handles(), SizeIs(0));
}

TEST_F(ListsTest, TwoRowsOfPeopleWhoWereMergedAreARepeat) {
  EnterAll();
  pipeline_.Merge("bob", "cy");
  Project();
  EXPECT_EQ(Report().repeated_rows(), 2);
  EXPECT_EQ(Rows({})[1].person_id(), Rows({})[2].person_id());
}

TEST_F(ListsTest, AListThatNobodySentIsNotFound) {
  v1::GetListReportRequest report;
  EXPECT_TRUE(absl::IsInvalidArgument(questions_.Report(report).status()));
  report.set_list_id(std::string(1, '\0'));
  EXPECT_TRUE(absl::IsInvalidArgument(questions_.Report(report).status()));
  report.set_list_id("autumn.csv");
  EXPECT_TRUE(absl::IsNotFound(questions_.Report(report).status()));
  v1::ListListRowsRequest rows;
  rows.set_list_id("autumn.csv");
  EXPECT_TRUE(absl::IsNotFound(questions_.Rows(rows).status()));
}

}  // namespace
}  // namespace tend::query
