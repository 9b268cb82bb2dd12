#include "common/stream/journaled_map.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <typename Map>
std::vector<std::string> Changes(const Map& map) {
  std::vector<std::string> changes;
  map.ForEachChanged([&changes](const std::string& key, const int*, const int* value) {
    changes.push_back(value == nullptr ? absl::StrCat("-", key) : absl::StrCat(key, "=", *value));
  });
  return changes;
}

template <typename Map>
std::map<std::string, int> Content(const Map& map) {
  std::map<std::string, int> content;
  map.ForEach([&content](const std::string& key, int value) { content[key] = value; });
  return content;
}

template <typename Map>
class JournaledMapTest : public testing::Test {
 protected:
  Map map_;
};
using Kinds = testing::Types<JournaledMap<std::string, int>, JournaledFlatMap<std::string, int>>;
TYPED_TEST_SUITE(JournaledMapTest, Kinds);

TYPED_TEST(JournaledMapTest, ReadsSeeChangesAtOnce) {
  this->map_.Mutable("a") = 1;
  ASSERT_NE(this->map_.Find("a"), nullptr);
  EXPECT_EQ(*this->map_.Find("a"), 1);
  EXPECT_TRUE(this->map_.Erase("a"));
  EXPECT_EQ(this->map_.Find("a"), nullptr);
}

TYPED_TEST(JournaledMapTest, AKeyChangedTwiceIsWrittenOnce) {
  this->map_.Mutable("a") = 1;
  this->map_.Mutable("b") = 2;
  this->map_.Mutable("a") = 3;
  EXPECT_THAT(Changes(this->map_), ElementsAre("a=3", "b=2"));
}

TYPED_TEST(JournaledMapTest, CommitForgetsTheChangesAndKeepsTheValues) {
  this->map_.Mutable("a") = 1;
  this->map_.Commit();
  EXPECT_THAT(Changes(this->map_), IsEmpty());
  this->map_.Rollback();
  EXPECT_EQ(*this->map_.Find("a"), 1);
}

TYPED_TEST(JournaledMapTest, RollbackRestoresChangedErasedAndMadeKeys) {
  this->map_.Mutable("changed") = 1;
  this->map_.Mutable("erased") = 2;
  this->map_.Commit();
  this->map_.Mutable("changed") = 10;
  this->map_.Erase("erased");
  this->map_.Mutable("made") = 3;
  this->map_.Rollback();
  EXPECT_EQ(Content(this->map_), (std::map<std::string, int>{{"changed", 1}, {"erased", 2}}));
  EXPECT_EQ(this->map_.size(), 2u);
}

TYPED_TEST(JournaledMapTest, AnErasedKeyIsWrittenAsGone) {
  this->map_.Mutable("a") = 1;
  this->map_.Commit();
  this->map_.Erase("a");
  EXPECT_THAT(Changes(this->map_), ElementsAre("-a"));
}

TYPED_TEST(JournaledMapTest, AKeyMadeAndErasedInOneBatchIsNotWritten) {
  this->map_.Mutable("a") = 1;
  this->map_.Erase("a");
  EXPECT_THAT(Changes(this->map_), IsEmpty());
}

TYPED_TEST(JournaledMapTest, AKeyErasedAndMadeAgainStartsFromTheDefault) {
  this->map_.Mutable("a") = 1;
  this->map_.Commit();
  this->map_.Erase("a");
  EXPECT_EQ(this->map_.Mutable("a"), 0);
  EXPECT_THAT(Changes(this->map_), ElementsAre("a=0"));
  this->map_.Rollback();
  EXPECT_EQ(*this->map_.Find("a"), 1);
}

TYPED_TEST(JournaledMapTest, RollbackTellsWhatItUndid) {
  this->map_.Mutable("old") = 1;
  this->map_.Commit();
  this->map_.Mutable("old") = 2;
  this->map_.Mutable("new") = 3;
  std::vector<std::string> undone;
  this->map_.Rollback([&undone](const std::string& key, const int* value) {
    undone.push_back(value == nullptr ? absl::StrCat("-", key) : absl::StrCat(key, "=", *value));
  });
  EXPECT_THAT(undone, ElementsAre("old=1", "-new"));
}

TYPED_TEST(JournaledMapTest, LoadingIsNoChange) {
  this->map_.Load("a") = 1;
  this->map_.Load("b") = 2;
  this->map_.Unload("b");
  EXPECT_THAT(Changes(this->map_), IsEmpty());
  EXPECT_EQ(Content(this->map_), (std::map<std::string, int>{{"a", 1}}));
}

// Invariant: the map equals a plain map that is copied at each Commit and put back at each
// Rollback, and the changes turn the one before the batch into the one after.
TYPED_TEST(JournaledMapTest, EqualsACopiedMapUnderRandomChanges) {
  std::mt19937 random(20261124);
  std::map<std::string, int> committed, now;
  for (int step = 0; step < 20'000; ++step) {
    const std::string key = absl::StrCat("k", random() % 30);
    switch (random() % 20) {
      case 0:
        this->map_.Rollback();
        now = committed;
        break;
      case 1: {
        std::map<std::string, int> written = committed;
        this->map_.ForEachChanged(
            [&written](const std::string& changed, const int*, const int* value) {
              if (value != nullptr) {
                written[changed] = *value;
              } else {
                EXPECT_EQ(written.erase(changed), 1u);
              }
            });
        ASSERT_EQ(written, now);
        this->map_.Commit();
        committed = now;
        break;
      }
      case 2:
      case 3:
      case 4:
        EXPECT_EQ(this->map_.Erase(key), now.erase(key) == 1);
        break;
      default:
        this->map_.Mutable(key) += step;
        now[key] += step;
    }
    ASSERT_EQ(this->map_.size(), now.size());
  }
  EXPECT_EQ(Content(this->map_), now);
}

TEST(StableJournaledMapTest, AValueKeepsItsPlaceWhileTheMapGrows) {
  JournaledMap<int, int> map;
  const int* first = &map.Mutable(0);
  for (int key = 1; key < 10'000; ++key) map.Mutable(key) = key;
  map.Commit();
  EXPECT_EQ(map.Find(0), first);
}

}  // namespace
}  // namespace tend::stream
