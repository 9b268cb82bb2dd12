#include "common/base/digest.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace tend {
namespace {

TEST(DigestTest, Sha256IsThatOfItsStandard) {
  // FIPS 180-4, the example "abc".
  EXPECT_EQ(absl::BytesToHexString(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(DigestTest, PiecesGiveTheSameSha256) {
  StreamingSha256 pieces;
  for (const char* piece : {"a", "", "bc"}) pieces.Update(piece);
  EXPECT_EQ(pieces.HexDigest(), absl::BytesToHexString(Sha256("abc")));
}

TEST(DigestTest, HmacIsThatOfItsStandardHoweverTheTextIsCut) {
  // RFC 4231, test case 2.
  const char* expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  EXPECT_EQ(absl::BytesToHexString(HmacSha256("Jefe", {"what do ya want ", "for nothing?"})),
            expected);
  EXPECT_EQ(absl::BytesToHexString(HmacSha256("Jefe", {"what do ya want for nothing?"})), expected);
}

TEST(DigestTest, OnlyTheSameBytesAreEqual) {
  EXPECT_TRUE(EqualInConstantTime("abc", "abc"));
  EXPECT_TRUE(EqualInConstantTime("", ""));
  EXPECT_FALSE(EqualInConstantTime("abc", "abd"));
  EXPECT_FALSE(EqualInConstantTime("abc", "abcd"));
}

}  // namespace
}  // namespace tend
