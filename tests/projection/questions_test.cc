// What query answers of what the services wrote: the same numbers as scoring's, lists that are
// exact.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/model/readiness.h"
#include "common/postgres/connection.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/query/postgres/erased_persons.h"
#include "services/query/postgres/relationship_questions.h"
#include "tests/projection/pipeline.h"
#include "tests/projection/projected.h"

namespace tend::query {
namespace {

using ::testing::Gt;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr char kStory[] = R"(
2026-02-02T09:00 ann sends-form
2026-02-03T10:00 eve writes ann thread=T1
2026-02-04T10:00 ann writes eve thread=T1
2026-02-05T09:00 bob opens-mail machine=yes
2026-02-06T09:00 cy reads-content
2026-02-07T09:00 cy writes tom
2026-02-08T09:00 tom writes cy
2026-02-12T09:00 ann asks
2026-02-12T10:00 tom writes bob
)";

class QuestionsTest : public ProjectedTest {
 protected:
  v1::RelationshipView Get(const std::string& name) {
    v1::GetRelationshipRequest request;
    request.set_person_id(pipeline_.PersonId(name));
    const auto response = questions_.Get(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->relationship() : v1::RelationshipView();
  }
  v1::Explanation Explain(const std::string& name, const std::string& owner,
                          std::optional<absl::Time> at = std::nullopt) {
    v1::ExplainRelationshipRequest request;
    request.set_person_id(pipeline_.PersonId(name));
    request.set_owner_id(owner);
    if (at.has_value()) request.mutable_at_time()->set_seconds(absl::ToUnixSeconds(*at));
    const auto response = questions_.Explain(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->explanation() : v1::Explanation();
  }
  // All pages of a list.
  std::vector<v1::RelationshipView> List(v1::ListRelationshipsRequest request) {
    std::vector<v1::RelationshipView> all;
    do {
      const auto response = questions_.List(request);
      EXPECT_TRUE(response.ok()) << response.status();
      if (!response.ok()) return all;
      all.insert(all.end(), response->relationships().begin(), response->relationships().end());
      request.set_page_token(response->next_page_token());
    } while (!request.page_token().empty());
    return all;
  }

  RelationshipQuestions questions_{
      tables_, pipeline_.clock(), {ShippedModel(), ShippedPolicy()}, 25};
};

double SumOf(const v1::Explanation& explanation) {
  double sum = 0;
  for (const v1::Evidence& row : explanation.evidence()) sum += row.contribution();
  return sum;
}

TEST_F(QuestionsTest, SomebodyIsShownWithNameTiesAndWhatHolds) {
  Tell(kStory);
  const v1::RelationshipView ann = Get("ann");
  EXPECT_EQ(ann.person().display_name(), "ann");
  ASSERT_THAT(ann.person().identifiers(), SizeIs(1));
  EXPECT_EQ(ann.person().identifiers(0).normalized(), "ann@ann.example");
  ASSERT_THAT(ann.ties(), SizeIs(1));
  EXPECT_EQ(ann.ties(0).owner_id(), "eve");
  EXPECT_EQ(ann.ties(0).status(), v1::TIE_STATUS_MUTUAL);
  EXPECT_THAT(ann.readiness(), Gt(.5));
}

TEST_F(QuestionsTest, TheFoldedHistoryGivesScoringsNumbers) {
  Tell(kStory);
  pipeline_.AdvanceTo(pipeline_.now() + absl::Hours(30));
  Project();
  for (const char* name : {"ann", "bob", "cy"}) {
    for (const char* owner : {"", "eve", "tom"}) {
      const v1::Explanation now = Explain(name, owner);
      const v1::Explanation folded = Explain(name, owner, pipeline_.now());
      EXPECT_NEAR(now.z(), folded.z(), 1e-9) << name << " for " << owner;
      EXPECT_NEAR(SumOf(now), now.z(), 1e-9);
      EXPECT_EQ(now.evidence_size(), folded.evidence_size()) << "nothing is missing";
      if (*owner == 0) {
        EXPECT_NEAR(now.readiness(), Get(name).readiness(), 1e-9);
      }
    }
  }
}

TEST_F(QuestionsTest, ATimePastIsExplainedAsItWas) {
  Tell(kStory);
  const absl::Time then = pipeline_.now();
  const v1::Explanation before = Explain("ann", "eve");
  Tell("2026-02-20T09:00 ann writes eve\n2026-02-20T10:00 ann reads-pricing\n");
  const v1::Explanation after = Explain("ann", "eve", then);
  EXPECT_NEAR(after.z(), before.z(), 1e-9);
  EXPECT_THAT(Explain("ann", "eve").z(), Gt(after.z()));
}

TEST_F(QuestionsTest, FactsThatCountNothingAreNamed) {
  Tell(kStory);
  const v1::Explanation bob = Explain("bob", "");
  ASSERT_THAT(bob.uncounted(), SizeIs(1));
  EXPECT_EQ(bob.uncounted(0).fact(), "message_opened");
}

TEST_F(QuestionsTest, BeyondTheHistoryNothingIsGuessed) {
  Tell(kStory);
  v1::ExplainRelationshipRequest request;
  request.set_person_id(pipeline_.PersonId("ann"));
  request.mutable_at_time()->set_seconds(
      absl::ToUnixSeconds(pipeline_.now() - absl::Hours(24 * 800)));
  EXPECT_EQ(questions_.Explain(request).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(QuestionsTest, ListsAreExactPageByPage) {
  std::string story;
  for (int i = 0; i < 40; ++i) {
    const std::string who = absl::StrCat("p", i);
    const std::string day = absl::StrCat("2026-02-", i / 4 + 10, "T0", i % 4, ":00 ");
    if (i % 2 == 0) absl::StrAppend(&story, day, who, " reads-content\n");
    absl::StrAppend(&story, day, who, i % 3 == 0 ? " writes eve\n" : " opens-mail\n");
    if (i % 5 == 0) absl::StrAppend(&story, day, "eve writes ", who, "\n");
    if (i % 7 == 0) absl::StrAppend(&story, day, who, " asks\n");
  }
  Tell(story);
  pipeline_.AdvanceTo(pipeline_.now() + absl::Hours(24 * 9));  // bounds are no values any more
  Project();
  std::vector<std::pair<double, std::string>> expected, expected_for_eve;
  for (int i = 0; i < 40; ++i) {
    const v1::RelationshipView view = Get(absl::StrCat("p", i));
    expected.emplace_back(-view.readiness(), view.person().person_id());
    for (const v1::TieView& tie : view.ties()) {
      if (tie.owner_id() == "eve")
        expected_for_eve.emplace_back(-tie.readiness(), view.person().person_id());
    }
  }
  std::sort(expected.begin(), expected.end());
  std::sort(expected_for_eve.begin(), expected_for_eve.end());
  v1::ListRelationshipsRequest request;
  request.set_page_size(7);
  const auto all = List(request);
  ASSERT_EQ(all.size(), expected.size());
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].readiness(), -expected[i].first) << i;
  }
  request.set_owner_id("eve");
  const auto of_eve = List(request);
  ASSERT_EQ(of_eve.size(), expected_for_eve.size());
  for (size_t i = 0; i < of_eve.size(); ++i) {
    ASSERT_THAT(of_eve[i].ties(), SizeIs(1));
    EXPECT_EQ(of_eve[i].ties(0).readiness(), -expected_for_eve[i].first) << i;
  }
}

TEST_F(QuestionsTest, AMergedPersonAnswersAsTheSurvivorAndAnErasedOneNot) {
  Tell(kStory);
  const std::string cy = pipeline_.PersonId("cy"), ann = pipeline_.PersonId("ann");
  pipeline_.Merge("ann", "cy");
  Project();
  v1::GetRelationshipRequest request;
  request.set_person_id(cy);
  auto merged = questions_.Get(request);
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_EQ(merged->relationship().person().person_id(), ann);
  EXPECT_THAT(merged->relationship().person().identifiers(), SizeIs(2));
  EXPECT_NEAR(Explain("ann", "tom").z(), Explain("ann", "tom", pipeline_.now()).z(), 1e-9);
  pipeline_.Erase("ann");
  Project();
  EXPECT_TRUE(absl::IsNotFound(questions_.Get(request).status()));
  request.set_person_id(ann);
  EXPECT_TRUE(absl::IsNotFound(questions_.Get(request).status()));
}

TEST_F(QuestionsTest, WhoWasErasedIsKnownByAllTheirIds) {
  Tell(kStory);
  const std::string ann = pipeline_.PersonId("ann"), bob = pipeline_.PersonId("bob"),
                    cy = pipeline_.PersonId("cy");
  pipeline_.Merge("ann", "cy");
  pipeline_.Erase("ann");
  Project();
  postgres::Connection connection({database_.conninfo()});
  const auto erased = ReadErased(connection, {ann, bob, cy, "nobody"});
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_THAT(*erased, UnorderedElementsAre(ann, cy));
}

TEST_F(QuestionsTest, ATimelineIsTheSameByPages) {
  Tell(kStory);
  v1::GetTimelineRequest request;
  request.set_person_id(pipeline_.PersonId("ann"));
  request.set_page_size(1000);
  const auto whole = questions_.Timeline(request);
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_GE(whole->entries_size(), 6);  // four interactions, a stage, a nudge at least
  request.set_page_size(1);
  std::string one_by_one, at_once;
  for (const v1::TimelineEntry& entry : whole->entries()) at_once += entry.DebugString();
  do {
    const auto page = questions_.Timeline(request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::TimelineEntry& entry : page->entries()) one_by_one += entry.DebugString();
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(one_by_one, at_once);
}

TEST_F(QuestionsTest, PeopleAreFoundByAddressAndByName) {
  Tell(kStory);
  for (const char* query : {"Ann@ann.example", "An"}) {
    v1::SearchRelationshipsRequest request;
    request.set_query(query);
    const auto found = questions_.Search(request);
    ASSERT_TRUE(found.ok()) << found.status();
    ASSERT_THAT(found->relationships(), SizeIs(1)) << query;
    EXPECT_EQ(found->relationships(0).person().display_name(), "ann");
  }
}

TEST_F(QuestionsTest, AProfileIsFoundByWhicheverAddressItHas) {
  v1::Interaction interaction = Record(
      "crm", "7",
      {Identifier(v1::IDENTIFIER_KIND_SOCIAL, "https://www.linkedin.com/in/Dee-Fox", "linkedin")});
  interaction.mutable_product_used();
  pipeline_.Happens(std::move(interaction));
  Project();
  for (const char* query :
       {"https://www.linkedin.com/in/Dee-Fox", "linkedin.com/in/dee-fox/?trk=people",
        "linkedin:in:dee-fox", "https://de.linkedin.com/pub/dee-fox"}) {
    v1::SearchRelationshipsRequest request;
    request.set_query(query);
    const auto found = questions_.Search(request);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_THAT(found->relationships(), SizeIs(1)) << query;
  }
  v1::SearchRelationshipsRequest request;
  request.set_query("https://www.linkedin.com/company/dee-fox");
  EXPECT_THAT(questions_.Search(request)->relationships(), SizeIs(0));
}

TEST_F(QuestionsTest, ARecordsIdIsFoundWithItsCapitals) {
  v1::Interaction interaction =
      Record("crm", "Lead-42A", {Identifier(v1::IDENTIFIER_KIND_RECORD, "Lead-42A", "crm")});
  interaction.mutable_product_used();
  pipeline_.Happens(std::move(interaction));
  Project();
  v1::SearchRelationshipsRequest request;
  request.set_query("Lead-42A");
  const auto found = questions_.Search(request);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(found->relationships(), SizeIs(1));
}

TEST_F(QuestionsTest, AReadWaitsForItsPosition) {
  Tell(kStory);
  v1::GetRelationshipRequest request;
  request.set_person_id(pipeline_.PersonId("ann"));
  *request.mutable_min_position() = last_;
  EXPECT_TRUE(questions_.Get(request).ok());
  *request.mutable_min_position() = pipeline_.Tell("2026-02-13T09:00 ann asks\n");
  EXPECT_TRUE(absl::IsDeadlineExceeded(questions_.Get(request).status()));
  Project();
  EXPECT_TRUE(questions_.Get(request).ok());
}

TEST_F(QuestionsTest, ARecordThatLeavesNothingIsVisibleOnceAllBeforeItIs) {
  Tell(kStory);
  v1::GetRelationshipRequest request;
  request.set_person_id(pipeline_.PersonId("ann"));
  pipeline_.Tell("2026-02-13T09:00 ann asks\n");
  *request.mutable_min_position() = pipeline_.TellAgain();
  EXPECT_TRUE(absl::IsDeadlineExceeded(questions_.Get(request).status()))
      << "nobody looked whether it was read";
  ASSERT_EQ(passed_.Look(), absl::OkStatus());
  EXPECT_TRUE(absl::IsDeadlineExceeded(questions_.Get(request).status()));
  Project();
  EXPECT_TRUE(questions_.Get(request).ok());
}

TEST_F(QuestionsTest, ARecordThatScoringHasYetToReadIsNotTakenForOneThatLeavesNothing) {
  Tell(kStory);
  v1::GetRelationshipRequest request;
  request.set_person_id(pipeline_.PersonId("ann"));
  *request.mutable_min_position() = last_;
  database_.Run("UPDATE scored_offset SET next_offset = 0");
  EXPECT_TRUE(absl::IsDeadlineExceeded(questions_.Get(request).status()));
  ASSERT_EQ(passed_.Look(), absl::OkStatus());
  EXPECT_TRUE(absl::IsDeadlineExceeded(questions_.Get(request).status()));
}

}  // namespace
}  // namespace tend::query
