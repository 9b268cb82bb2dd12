#include "services/cli/table.h"

#include "gmock/gmock.h"

namespace tend::cli {
namespace {

TEST(TableTest, ColumnsAreAsWideAsTheirWidestCell) {
  Table table({{"person"}, {"stage"}, {"readiness", true}});
  table.AddRow({"Ann", "READY", ".655"});
  table.AddRow({"Bob Castell", "SEED", ".25"});
  EXPECT_EQ(table.Format({}),
            "person       stage  readiness\n"
            "Ann          READY       .655\n"
            "Bob Castell  SEED         .25\n");
}

TEST(TableTest, TheWidestColumnThatMayGivesWayFirst) {
  Table table({{"who"}, {"because", false, 6}, {"rows", true}});
  table.AddRow({"Ann", "she asked a question", "12"});
  EXPECT_EQ(table.Format({20, false, false}),
            "who  because    rows\n"
            "Ann  she aske\xE2\x80\xA6    12\n");
}

TEST(TableTest, NoColumnGetsNarrowerThanItsLeast) {
  Table table({{"who"}, {"why", false, 6}});
  table.AddRow({"Maximilian", "she asked"});
  EXPECT_EQ(table.Format({12, false, false}), "who         why\nMaximilian  she a\xE2\x80\xA6\n");
}

TEST(TableTest, ColourStandsAroundTheTextAndTakesNoWidth) {
  Table table({{"a"}, {"b"}});
  table.AddRow({{"x", Tone::kGood}, "y"});
  EXPECT_EQ(table.Format({0, true, true}),
            "\x1b[1ma\x1b[0m  \x1b[1mb\x1b[0m\n"
            "\x1b[32mx\x1b[0m  y\n");
}

TEST(TableTest, EmptyTablesAndTrailingEmptyCellsShowNothing) {
  Table table({{"a"}, {"b"}});
  EXPECT_EQ(table.Format({}), "");
  table.AddRow({"x"});
  table.AddRow({"y", ""});
  EXPECT_EQ(table.Format({}), "a  b\nx\ny\n");
}

TEST(TableTest, LineEndsInDataStayInTheirRow) {
  Table table({{"a"}});
  table.AddRow({"x\ny"});
  EXPECT_EQ(table.Format({}), "a\nx y\n");
}

TEST(TableTest, NumbersHaveCommas) {
  EXPECT_EQ(WithCommas(0), "0");
  EXPECT_EQ(WithCommas(999), "999");
  EXPECT_EQ(WithCommas(1'000), "1,000");
  EXPECT_EQ(WithCommas(-1'234'567), "-1,234,567");
}

}  // namespace
}  // namespace tend::cli
