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

TEST(HashTest, AKeyedUuidIsVersionFiveAndDependsOnTheKey) {
  const KeyedUuids ids("key");
  const std::string ann = ids.Of("email:ann@example.com");
  EXPECT_EQ(ann, "fdf6d444-76ce-5bd5-91b6-c22a894317bc");  // for ever: persons are known by it
  EXPECT_NE(ids.Of("email:bob@example.com"), ann);
  EXPECT_EQ(ids.Of("email:ann@example.com"), ann);
  EXPECT_NE(KeyedUuids("other").Of("email:ann@example.com"), ann);
}

TEST(HashTest, StableIdsAreTheSameForEver) {
  EXPECT_EQ(StableId({"a", "bc"}), "a53e1eaf0f0ad33aebb4c8a56e875744");
}

}  // namespace
}  // namespace tend
