#include "services/notification/domain/nudge_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace tend::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Nudge Nudge(const std::string& id, int created, v1::Feedback feedback = {}) {
  v1::Nudge nudge;
  nudge.set_nudge_id(id);
  nudge.mutable_create_time()->set_seconds(created);
  nudge.set_feedback(feedback);
  return nudge;
}

std::vector<std::string> Ids(const NudgeList& list) {
  std::vector<std::string> ids;
  ids.reserve(static_cast<size_t>(list.size()));
  for (int i = 0; i < list.size(); ++i) ids.push_back(list[i].nudge_id());
  return ids;
}

std::vector<std::string> Changes(const NudgeList& before, const NudgeList& after) {
  std::vector<std::string> changes;
  after.ForEachChangeSince(before, [&](const std::string& id, const v1::Nudge* nudge) {
    changes.push_back(absl::StrCat(nudge == nullptr ? "-" : "+", id));
  });
  return changes;
}

NudgeList ThreeNudges() {
  NudgeList list;
  list.Add(Nudge("c", 20));
  list.Add(Nudge("b", 10));
  list.Add(Nudge("a", 20));
  return list;
}

TEST(NudgeListTest, TheOldestComesFirstInWhateverOrderTheyAreAdded) {
  EXPECT_THAT(Ids(ThreeNudges()), ElementsAre("b", "a", "c"));
  EXPECT_EQ(ThreeNudges().IndexOf("c"), 2);
  EXPECT_EQ(ThreeNudges().IndexOf("d"), -1);
}

TEST(NudgeListTest, ACopyKeepsWhatItHeldAndDiffersByWhatChanged) {
  const NudgeList before = ThreeNudges();
  NudgeList after = before;
  EXPECT_THAT(Changes(before, after), IsEmpty());
  after.Replace(1, Nudge("a", 20, v1::FEEDBACK_TOO_EARLY));
  after.Remove(0);
  after.Add(Nudge("d", 15));
  EXPECT_THAT(Changes(before, after), ElementsAre("-b", "+d", "+a"));
  EXPECT_THAT(Changes(after, before), ElementsAre("+b", "-d", "+a"));
  EXPECT_EQ(before[1].feedback(), v1::FEEDBACK_UNSPECIFIED);
  EXPECT_THAT(Changes(before, NudgeList()), ElementsAre("-b", "-a", "-c"));
}

}  // namespace
}  // namespace tend::notification
