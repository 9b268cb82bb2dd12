#include "services/cli/text_width.h"

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"

namespace tend::cli {
namespace {

using ::testing::ElementsAre;

TEST(TextWidthTest, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth("Ann"), 3);
  EXPECT_EQ(DisplayWidth("Zo\xC3\xAB"), 3);                // e with diaeresis, one code point
  EXPECT_EQ(DisplayWidth("Zoe\xCC\x88"), 3);               // e and a combining diaeresis
  EXPECT_EQ(DisplayWidth("\xE7\x94\xB0\xE4\xB8\xAD"), 4);  // two CJK characters
  EXPECT_EQ(DisplayWidth("\xF0\x9F\x8C\xB1"), 2);          // a seedling
  EXPECT_EQ(DisplayWidth("\xFF\xFE"), 2);                  // no UTF-8: a column each
}

TEST(TextWidthTest, CutsWithAnEllipsisAndNeverInsideACharacter) {
  EXPECT_EQ(CutToWidth("orchard", 7), "orchard");
  EXPECT_EQ(CutToWidth("orchards", 7), "orchar\xE2\x80\xA6");
  EXPECT_EQ(CutToWidth("to do so", 4), "to\xE2\x80\xA6");
  EXPECT_EQ(CutToWidth("\xE7\x94\xB0\xE4\xB8\xAD", 3), "\xE7\x94\xB0\xE2\x80\xA6");
  EXPECT_EQ(CutToWidth("ab", 1), "\xE2\x80\xA6");
}

TEST(TextWidthTest, EscapeSequencesOfDataNeverReachTheTerminal) {
  EXPECT_EQ(Printable("a\x1b[31mb\nc\x7f"), "a [31mb c ");
  EXPECT_EQ(Printable("\xC2\x9B"), " ");  // CSI as one C1 character
  EXPECT_EQ(Printable("a\xFF"), "a\xEF\xBF\xBD");
  EXPECT_EQ(Printable("\xC0\x9B"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // an overlong form
}

TEST(TextWidthTest, WhatTurnsOrHidesOthersIsMadeVisible) {
  // U+202E and U+202C, U+2066 and U+2069, U+200B, U+FEFF, U+2028, U+E0041.
  for (const char* text : {"\xE2\x80\xAE", "\xE2\x80\xAC", "\xE2\x81\xA6", "\xE2\x81\xA9",
                           "\xE2\x80\x8B", "\xEF\xBB\xBF", "\xE2\x80\xA8", "\xF3\xA0\x81\x81"}) {
    EXPECT_EQ(Printable(text), "\xEF\xBF\xBD") << absl::CHexEscape(text);
  }
  const char kJoined[] =
      "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB";  // two emoji as one, by U+200D
  EXPECT_EQ(Printable(kJoined), kJoined);
  EXPECT_EQ(PrintableLines("a\tb\n\x1b"), "a b\n ");
}

TEST(TextWidthTest, WrapsAtWords) {
  EXPECT_THAT(WrapToWidth("she asked about delivery times", 12),
              ElementsAre("she asked", "about", "delivery", "times"));
  EXPECT_THAT(WrapToWidth("extraordinarily long", 6), ElementsAre("extraordinarily", "long"));
  EXPECT_THAT(WrapToWidth("", 6), ElementsAre(""));
}

}  // namespace
}  // namespace tend::cli
