// What query says of nudges that notification really opened: one, and lists.

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/query/postgres/nudge_questions.h"
#include "tests/projection/projected.h"

namespace tend::query {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Each of them writes and waits for an answer: a nudge each.
constexpr char kStory[] = R"(
2026-02-02T09:00 eve writes ann thread=T1
2026-02-03T10:00 ann writes eve thread=T1
2026-02-03T11:00 cy writes tom
2026-02-03T12:00 bob writes eve
2026-02-03T13:00 dee writes eve
)";

absl::Time At(const char* time) {
  absl::Time at;
  EXPECT_TRUE(absl::ParseTime("%Y-%m-%dT%H:%M", time, &at, nullptr)) << time;
  return at;
}

v1::OwnerEvent Answered(const v1::Nudge& nudge) {
  v1::OwnerEvent event;
  event.set_event_id(absl::StrCat("answer-", nudge.nudge_id()));
  event.set_owner_id(nudge.owner_id());
  *event.mutable_occur_time() = nudge.create_time();
  event.mutable_nudge_answered()->set_nudge_id(nudge.nudge_id());
  event.mutable_nudge_answered()->set_feedback(v1::FEEDBACK_RIGHT_TIME);
  return event;
}

class NudgesTest : public ProjectedTest {
 protected:
  // All pages.
  std::vector<v1::Nudge> List(v1::ListNudgesRequest request) {
    std::vector<v1::Nudge> all;
    do {
      const auto page = questions_.List(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return all;
      all.insert(all.end(), page->nudges().begin(), page->nudges().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return all;
  }
  std::vector<v1::Nudge> ListAll() {
    v1::ListNudgesRequest request;
    request.set_include_held(true);
    return List(request);
  }
  // After the story, late enough that all are nudges.
  void LetThemWait() {
    Tell(kStory);
    pipeline_.AdvanceTo(At("2026-02-05T20:00"));
    Project();
  }

  NudgeQuestions questions_{tables_, pipeline_.clock()};
};

TEST_F(NudgesTest, OneIsShownAsNotificationOpenedIt) {
  LetThemWait();
  const std::vector<v1::Nudge> all = ListAll();
  ASSERT_THAT(all, SizeIs(4));
  for (const v1::Nudge& listed : all) {
    v1::GetNudgeRequest request;
    request.set_nudge_id(listed.nudge_id());
    const auto got = questions_.Get(request);
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_EQ(got->nudge().SerializeAsString(), listed.SerializeAsString());
    EXPECT_EQ(listed.moment().kind(), v1::MOMENT_KIND_WAITS_FOR_US);
    EXPECT_EQ(listed.state(), v1::NUDGE_STATE_OPEN);
  }
  v1::GetNudgeRequest request;
  EXPECT_TRUE(absl::IsInvalidArgument(questions_.Get(request).status()));
  request.set_nudge_id("never was");
  EXPECT_TRUE(absl::IsNotFound(questions_.Get(request).status()));
}

TEST_F(NudgesTest, PagesHoldEachOnceNewestFirst) {
  LetThemWait();
  const std::vector<v1::Nudge> whole = ListAll();
  v1::ListNudgesRequest request;
  request.set_include_held(true);
  request.set_page_size(1);
  const std::vector<v1::Nudge> by_one = List(request);
  ASSERT_THAT(by_one, SizeIs(whole.size()));
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(by_one[i].nudge_id(), whole[i].nudge_id());
    if (i == 0) continue;
    EXPECT_GE(whole[i - 1].create_time().seconds(), whole[i].create_time().seconds());
  }
  request.set_owner_id("eve");  // another question
  request.set_page_token(questions_.List(request)->next_page_token());
  request.set_owner_id("tom");
  EXPECT_TRUE(absl::IsInvalidArgument(questions_.List(request).status()));
}

TEST_F(NudgesTest, OpenOnesAreFoundAmongManyThatAreClosed) {
  LetThemWait();
  database_.Run(absl::StrCat(
      "INSERT INTO nudge SELECT 'closed ' || i, gen_random_uuid(), now(), now(), i, 0, 1, ",
      v1::NUDGE_STATE_WITHDRAWN, ", 'eve', '', '' FROM generate_series(1, 10000) i"));
  database_.Run("ANALYZE nudge");
  v1::ListNudgesRequest request;
  request.set_include_held(true);
  request.add_states(v1::NUDGE_STATE_OPEN);
  EXPECT_THAT(List(request), SizeIs(4));
  request.set_states(0, v1::NUDGE_STATE_SNOOZED);
  EXPECT_THAT(List(request), SizeIs(0));
  ASSERT_TRUE(
      (*pool_.Borrow())->Run(postgres::Batch().Add("SELECT pg_stat_force_next_flush()")).ok());
  EXPECT_EQ(database_.Count("pg_stat_user_indexes WHERE indexrelname = 'nudge_open' AND "
                            "idx_scan = 2 AND idx_tup_read = 8"),
            1);
}

TEST_F(NudgesTest, AnOwnerWhoIsNobodyIsNotEverybody) {
  LetThemWait();
  v1::ListNudgesRequest request;
  request.set_include_held(true);
  request.set_owner_id(std::string(1, '\0'));
  EXPECT_THAT(List(request), SizeIs(0));
}

TEST_F(NudgesTest, AListIsOfAnOwnerAPersonAStateAsAsked) {
  LetThemWait();
  v1::ListNudgesRequest request;
  request.set_include_held(true);
  request.set_owner_id("eve");
  const std::vector<v1::Nudge> eves = List(request);
  ASSERT_THAT(eves, SizeIs(3));
  for (const v1::Nudge& nudge : eves) EXPECT_EQ(nudge.owner_id(), "eve");

  pipeline_.OwnerSays(Answered(eves[0]));
  Project();
  request.add_states(v1::NUDGE_STATE_ANSWERED);
  const std::vector<v1::Nudge> answered = List(request);
  ASSERT_THAT(answered, SizeIs(1));
  EXPECT_EQ(answered[0].nudge_id(), eves[0].nudge_id());
  EXPECT_EQ(answered[0].feedback(), v1::FEEDBACK_RIGHT_TIME);

  v1::ListNudgesRequest about;
  about.set_include_held(true);
  about.set_person_id(pipeline_.PersonId("cy"));
  ASSERT_THAT(List(about), SizeIs(1));
  EXPECT_EQ(List(about)[0].owner_id(), "tom");
  about.set_owner_id("eve");
  EXPECT_THAT(List(about), IsEmpty());
}

TEST_F(NudgesTest, WhoWasMergedKeepsTheNudgesOfBoth) {
  LetThemWait();
  pipeline_.Merge("ann", "bob");
  Project();
  v1::ListNudgesRequest request;
  request.set_include_held(true);
  for (const char* name : {"ann", "bob"}) {
    request.set_person_id(pipeline_.PersonId(name));
    EXPECT_THAT(List(request), SizeIs(2)) << name;
  }
}

TEST_F(NudgesTest, WhatIsHeldShowsWhenItsTimeHasCome) {
  Tell("2026-02-03T22:30 fay writes eve\n");
  pipeline_.AdvanceTo(At("2026-02-04T23:00"));  // in quiet hours
  Project();
  const std::vector<v1::Nudge> all = ListAll();
  std::set<int64_t> deliveries;
  for (const v1::Nudge& nudge : all) deliveries.insert(nudge.deliver_not_before_time().seconds());
  const absl::Time last = absl::FromUnixSeconds(*deliveries.rbegin());
  ASSERT_GT(last, pipeline_.now()) << "nothing is held, so this would show nothing";
  const v1::ListNudgesRequest told;
  EXPECT_THAT(List(told), IsEmpty());
  pipeline_.AdvanceTo(last);
  Project();
  EXPECT_THAT(List(told), SizeIs(1));
}

}  // namespace
}  // namespace tend::query
