#include "services/cli/usage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"

namespace tend::cli {
namespace {

using ::testing::HasSubstr;

enum class Fruit : int { kApple = 1, kPear = 2 };
const std::map<std::string, Fruit> kFruits = {{"apple", Fruit::kApple}, {"pear", Fruit::kPear}};

// "tend ready --limit N --owner O" and "tend import list FRUIT".
class UsageTest : public ::testing::Test {
 protected:
  UsageTest() {
    app_.require_subcommand(1);
    CLI::App* ready = app_.add_subcommand("ready", "");
    ready->add_option("--limit", limit_, "")->check(CLI::Range(1, 9));
    ready->add_option("--owner", owner_, "");
    CLI::App* import = app_.add_subcommand("import", "");
    import->require_subcommand(1);
    CLI::App* list = import->add_subcommand("list", "");
    list->add_option("FRUIT", fruit_, "")->transform(OneOf(kFruits))->required();
    import->add_subcommand("owners", "");
  }

  // What is said about a line; "" when it is understood.
  std::string Say(const std::string& line) {
    std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    try {
      app_.parse(std::vector<std::string>(words.rbegin(), words.rend()));
      return "";
    } catch (const CLI::ParseError& error) {
      return UsageText(&app_, error);
    }
  }

  CLI::App app_{"test", "tend"};
  int limit_ = 0;
  std::string owner_;
  Fruit fruit_ = Fruit::kApple;
};

TEST_F(UsageTest, AnUnknownCommandIsNamedWithTheNearest) {
  EXPECT_EQ(Say("redy"),
            "tend: there is no command 'redy'; did you mean 'ready'?\n"
            "tend: 'tend --help' lists the commands\n");
  EXPECT_THAT(Say("bogus"), HasSubstr("there is no command 'bogus'\n"));
  EXPECT_THAT(Say("bogus ready"), HasSubstr("tend: there is no command 'bogus'\n"));
  EXPECT_EQ(Say("import lst apple"),
            "tend import: there is no command 'lst'; did you mean 'list'?\n"
            "tend import: 'tend import --help' lists the commands\n");
}

TEST_F(UsageTest, AMissingCommandIsAskedFor) {
  EXPECT_THAT(Say(""), HasSubstr("tend: say which: "));
  EXPECT_THAT(Say("import"), HasSubstr("tend import: say which: list, owners\n"));
}

TEST_F(UsageTest, AnUnknownOptionIsNamedWithTheNearest) {
  EXPECT_THAT(Say("ready --onwer eve"),
              HasSubstr("tend ready: there is no option '--onwer'; did you mean '--owner'?\n"));
  EXPECT_THAT(Say("ready eve"), HasSubstr("'eve' is one word too many\n"));
}

TEST_F(UsageTest, AWordThatIsNoChoiceIsToldTheChoices) {
  EXPECT_EQ(Say("import list pear"), "");
  EXPECT_EQ(fruit_, Fruit::kPear);
  EXPECT_THAT(Say("import list plum"), HasSubstr("FRUIT: plum is none of apple, pear\n"));
  EXPECT_THAT(Say("import list 2"), HasSubstr("FRUIT: 2 is none of apple, pear\n"));
}

TEST_F(UsageTest, AValueThatIsMissingOrWrongIsSaid) {
  EXPECT_THAT(Say("ready --limit"), HasSubstr("tend ready: --limit needs a value\n"));
  EXPECT_THAT(Say("ready --limit 10"), HasSubstr("--limit: Value 10 not in range 1 to 9\n"));
  EXPECT_THAT(Say("import list"), HasSubstr("tend import list: FRUIT is required\n"));
}

}  // namespace
}  // namespace tend::cli
