#include "services/notification/domain/nudge_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tend::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Nudge ANudge(const std::string& id, int created) {
  auto moment = std::make_shared<v1::MomentOpened>();
  moment->set_moment_id(id);
  return Nudge(std::move(moment), absl::FromUnixSeconds(created));
}

std::vector<std::string> Ids(const NudgeList& list) {
  std::vector<std::string> ids;
  ids.reserve(static_cast<size_t>(list.size()));
  for (int i = 0; i < list.size(); ++i) ids.push_back(list[i].id());
  return ids;
}

std::vector<std::string> Changes(const NudgeList& before, const NudgeList& after) {
  std::vector<std::string> changes;
  after.ForEachChangeSince(before, [&](const std::string& id, const Nudge* nudge) {
    changes.push_back(absl::StrCat(nudge == nullptr ? "-" : "+", id));
  });
  return changes;
}

NudgeList ThreeNudges() {
  NudgeList list;
  list.Add(ANudge("c", 20));
  list.Add(ANudge("b", 10));
  list.Add(ANudge("a", 20));
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
  Nudge snoozed = after[1];
  snoozed.state = v1::NUDGE_STATE_SNOOZED;
  after.Replace(1, std::move(snoozed));
  after.Remove(0);
  after.Add(ANudge("d", 15));
  EXPECT_THAT(Changes(before, after), ElementsAre("-b", "+d", "+a"));
  EXPECT_THAT(Changes(after, before), ElementsAre("+b", "-d", "+a"));
  EXPECT_EQ(before[1].state, v1::NUDGE_STATE_OPEN);
  EXPECT_THAT(Changes(before, NudgeList()), ElementsAre("-b", "-a", "-c"));
}

}  // namespace
}  // namespace tend::notification
