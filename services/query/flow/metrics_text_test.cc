#include "services/query/flow/metrics_text.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::query {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// "name{label=value}=number" each.
std::vector<std::string> Parsed(const std::string& text) {
  const auto samples = ParseMetricsText({text.data(), text.size()});
  EXPECT_TRUE(samples.ok()) << samples.status();
  std::vector<std::string> out;
  if (!samples.ok()) return out;
  for (const MetricSample& sample : *samples) {
    std::string& line = out.emplace_back(sample.name);
    for (const auto& [name, value] : sample.labels) {
      absl::StrAppend(&line, "{", name, "=", value, "}");
    }
    absl::StrAppend(&line, "=", sample.value);
  }
  return out;
}

TEST(MetricsTextTest, ALineIsASample) {
  EXPECT_THAT(Parsed("# HELP a_total what\n# TYPE a_total counter\n"
                     "a_total{service=\"scoring\",code=\"UNAVAILABLE\"} 7\n\nb 1.5e3\n"),
              ElementsAre("a_total{code=UNAVAILABLE}{service=scoring}=7", "b=1500"));
}

TEST(MetricsTextTest, TimestampsBlanksAndEmptyLabelsAreOfNoMatter) {
  EXPECT_THAT(Parsed("  a { x = \"1\" , }\t2 1395066363000\r\nb{} 3\n"),
              ElementsAre("a{x=1}=2", "b=3"));
  EXPECT_THAT(Parsed(""), IsEmpty());
}

TEST(MetricsTextTest, EscapedValuesAreRead) {
  EXPECT_THAT(Parsed(R"(a{x="C:\\D \"q\" } , \n"} 1)"), ElementsAre("a{x=C:\\D \"q\" } , \n}=1"));
}

TEST(MetricsTextTest, WhatIsNoFiniteNumberIsReadToo) {
  const auto samples = ParseMetricsText("a +Inf\nb -Inf\nc NaN\n");
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_TRUE(std::isinf((*samples)[0].value));
  EXPECT_LT((*samples)[1].value, 0);
  EXPECT_TRUE(std::isnan((*samples)[2].value));
}

TEST(MetricsTextTest, TheLineAtFaultIsNamed) {
  for (const char* bad : {"a", "a x", "{x=\"1\"} 2", "a{x=1} 2", "a{x=\"1\" y=\"2\"} 3",
                          "a{x=\"1\"", "a{x=\"1\\", "<html>"}) {
    const absl::Status status = ParseMetricsText(absl::StrCat("ok 1\n", bad, "\n")).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << bad;
    EXPECT_THAT(status.message(), HasSubstr("line 2")) << bad;
  }
}

}  // namespace
}  // namespace tend::query
