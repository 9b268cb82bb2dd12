#include "common/runtime/log.h"

#include <gtest/gtest.h>

namespace tend {
namespace {

TEST(LogTest, AJsonLineHoldsItsFieldsAndEscapesThem) {
  EXPECT_EQ(FormatLogLine(v1::LOG_FORMAT_JSON, "info", "scoring", "a", "started",
                          {{"partitions", 4}, {"said", "a \"b\"\n\\"}}),
            R"("level":"info","service":"scoring","instance":"a","event":"started",)"
            R"("partitions":4,"said":"a \"b\"\u000a\\")");
}

TEST(LogTest, ATextLineIsForPeople) {
  EXPECT_EQ(FormatLogLine(v1::LOG_FORMAT_TEXT, "warning", "scoring", "a", "waited",
                          {{"because", absl::UnavailableError("no broker")}}),
            "warning scoring/a: waited because=UNAVAILABLE: no broker");
  EXPECT_EQ(FormatLogLine(v1::LOG_FORMAT_TEXT, "info", "cli", "", "ended", {}), "info cli: ended");
}

}  // namespace
}  // namespace tend
