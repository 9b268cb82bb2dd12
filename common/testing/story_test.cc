#include "common/testing/story.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kStory[] =
    "owners eve tom\n"
    "2026-02-02T09:00 ann sends-form\n"
    "2026-02-03T10:00 eve writes ann purpose=give thread=T1\n"
    "2026-02-03T10:01 expect ann stage=CONVERSING\n";

std::string FaultOf(absl::string_view text) {
  const auto story = ParseStory(text);
  return story.ok() ? ""
                    : std::string(story.status().message().data(), story.status().message().size());
}

TEST(StoryTest, PrintingIsTheWayBackFromParsing) {
  EXPECT_EQ(PrintStory(*ParseStory(kStory)), kStory);
}

TEST(StoryTest, AnEventTellsItsPartiesAndKeys) {
  const Story story = *ParseStory(kStory);
  const v1::Interaction touch = InteractionOf(story, story.lines[1]);
  EXPECT_TRUE(touch.has_message_sent());
  EXPECT_EQ(touch.thread_key(), "T1");
  EXPECT_EQ(touch.purpose(), v1::TOUCH_PURPOSE_GIVE);
  ASSERT_EQ(touch.parties_size(), 2);
  EXPECT_EQ(touch.parties(0).identifiers(0).raw(), "eve@us.example");
  EXPECT_EQ(touch.parties(1).identifiers(0).raw(), "ann@ann.example");
}

TEST(StoryTest, AFaultNamesItsLineAndWhatIsKnown) {
  EXPECT_THAT(FaultOf("owners eve\n2026-02-02T09:00 ann sings\n"),
              HasSubstr("line 2: \"sings\" is no verb; known: allows"));
  EXPECT_THAT(FaultOf("tomorrow ann asks\n"), HasSubstr("line 1: tomorrow is no time"));
  EXPECT_THAT(FaultOf("2026-02-02T09:00 ann asks eve now\n"), HasSubstr("\"now\" is no key=value"));
}

TEST(StoryTest, LinesStandInOrderOfReceipt) {
  EXPECT_THAT(FaultOf("2026-02-02T09:00 ann asks\n2026-02-01T09:00 ann asks\n"),
              HasSubstr("line 2: is before"));
  EXPECT_EQ(
      FaultOf("2026-02-02T09:00 ann asks\n2026-02-01T09:00 ann asks received=2026-02-03T09:00\n"),
      "");
}

}  // namespace
}  // namespace tend::testing
