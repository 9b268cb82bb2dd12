#include "services/cli/sample/five_people.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"

namespace tend::sample {
namespace {

using ::testing::ElementsAre;

// "form_sent 02-02 09:00", and so on, of one person's rows.
std::vector<std::string> StoryOf(absl::string_view name) {
  std::vector<std::string> story;
  for (const v1::Interaction& row : FivePeople()) {
    if (!absl::StartsWith(row.id(), name)) continue;
    const absl::Time time = absl::FromUnixSeconds(row.occur_time().seconds());
    story.push_back(v1::Interaction::descriptor()->FindFieldByNumber(row.fact_case())->name() +
                    absl::FormatTime(" %m-%d %H:%M", time, absl::UTCTimeZone()));
  }
  return story;
}

TEST(FivePeopleTest, AnnComesFourTimesAndNamesNobody) {
  EXPECT_THAT(StoryOf("ann"),
              ElementsAre("form_sent 02-02 09:00", "page_visited 02-05 09:00",
                          "page_visited 02-09 09:00", "question_asked 02-12 09:00"));
  for (const v1::Interaction& row : FivePeople()) {
    if (absl::StartsWith(row.id(), "ann")) {
      EXPECT_EQ(row.parties_size(), 1);
      EXPECT_EQ(row.channel(), v1::CHANNEL_WEB);
    }
  }
}

TEST(FivePeopleTest, BobsMailProgramOpensTwentyTimes) {
  int opens = 0;
  for (const v1::Interaction& row : FivePeople()) {
    if (!absl::StartsWith(row.id(), "bob")) continue;
    ++opens;
    EXPECT_TRUE(row.has_message_opened());
    EXPECT_EQ(row.automated(), v1::AUTOMATED_REASON_MACHINE_OPEN);
  }
  EXPECT_EQ(opens, 20);
}

TEST(FivePeopleTest, CyIsTouchedThreeTimesThenComesWithinAWeek) {
  const std::vector<std::string> story = StoryOf("cy");
  ASSERT_EQ(story.size(), 14U);
  EXPECT_EQ(story[0], "message_sent 01-05 08:00");
  EXPECT_EQ(story[1], "message_sent 01-20 08:00");
  EXPECT_EQ(story[2], "message_sent 02-05 08:00");
  EXPECT_EQ(std::count_if(story.begin(), story.end(),
                          [](const auto& row) { return absl::StartsWith(row, "page_visited"); }),
            10);
  EXPECT_EQ(story[13], "event_attended 02-12 15:00");
}

TEST(FivePeopleTest, DiWritesInHerRestAndIsAnsweredMoreThanADayLater) {
  EXPECT_THAT(StoryOf("di"), ElementsAre("rest_wished 01-12 10:00", "message_sent 02-10 09:00",
                                         "message_sent 02-12 10:00"));
}

TEST(FivePeopleTest, EdIsUnsubscribed) { EXPECT_TRUE(absl::EndsWith(EdsRow(), ",true")); }

TEST(FivePeopleTest, RowsAreInOrder) {
  int64_t before = 0;
  for (const v1::Interaction& row : FivePeople()) {
    EXPECT_LE(before, row.occur_time().seconds());
    before = row.occur_time().seconds();
  }
}

}  // namespace
}  // namespace tend::sample
