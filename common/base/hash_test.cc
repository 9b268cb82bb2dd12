#include "common/base/hash.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend {
namespace {

TEST(HashTest, StableHashIsXxh3) {
  // Published XXH3 64-bit value of the empty input, seed 0 (xxhash's own sanity table).
  EXPECT_EQ(StableHash(""), 0x2d06800538d394c2ULL);
}

TEST(HashTest, StableIdTellsPartsApart) {
  EXPECT_NE(StableId({"ab", "c"}), StableId({"a", "bc"}));
  EXPECT_EQ(StableId({"ab", "c"}), StableId({"ab", "c"}));
  EXPECT_EQ(StableId({}).size(), 32u);
}

TEST(HashTest, AStreamHashesAlikeHoweverItIsCut) {
  StreamingHash whole, cut, other;
  whole.Update("ab,cd\nef");
  for (const char* piece : {"", "ab,", "cd\ne", "f"}) cut.Update(piece);
  other.Update("ab,cd\neg");
  EXPECT_EQ(whole.Digest(), cut.Digest());
  EXPECT_NE(whole.Digest(), other.Digest());
  EXPECT_EQ(whole.Digest().size(), 32u);
}

TEST(HashTest, KeyedUuidIsVersionFiveAndDependsOnTheKey) {
  const std::string id = KeyedUuid("key", "email:ann@example.com");
  EXPECT_THAT(id, testing::MatchesRegex(
                      "[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_EQ(id, KeyedUuid("key", "email:ann@example.com"));
  EXPECT_NE(id, KeyedUuid("other", "email:ann@example.com"));
}

}  // namespace
}  // namespace tend
