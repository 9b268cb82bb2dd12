#include "services/ingest/connectors/time_text.h"

#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace tend::ingest {
namespace {

using testing::Eq;
using testing::Optional;

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

TimeParser Parser(const std::string& rule) {
  v1::TimeRule parsed;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(rule, &parsed));
  absl::StatusOr<TimeParser> parser = TimeParser::Make(parsed);
  EXPECT_TRUE(parser.ok()) << parser.status();
  return *std::move(parser);
}

TEST(ParseRfc3339Test, AgreesWithAbseil) {
  for (const char* text :
       {"2026-03-02T09:00:00Z", "2026-03-02T09:00:00.5+01:00", "1970-01-01T00:00:00Z",
        "2024-02-29T23:59:59.123456789-11:30", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
        "1900-02-28T12:00:00z"}) {
    EXPECT_THAT(ParseRfc3339(text), Optional(Eq(At(text)))) << text;
  }
  EXPECT_EQ(ParseRfc3339("2016-12-31T23:59:60Z"), At("2017-01-01T00:00:00Z"));
}

TEST(ParseRfc3339Test, RefusesEverythingElse) {
  for (const char* text :
       {"", "2026", "2026-03-02", "2026-03-02T09:00:00", "2026-02-30T09:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-03-02T24:00:00Z",
        "2026-03-02T09:60:00Z", "2026-03-02T09:00:00Zx", "2026-03-02T09:00:00.Z",
        "0000-01-01T00:00:00Z", "+026-03-02T09:00:00Z", "2026-03-02T09:00:00+0100"}) {
    EXPECT_EQ(ParseRfc3339(text), std::nullopt) << text;
  }
}

TEST(ParseSecondsTest, ReadsProtobufsSpans) {
  EXPECT_EQ(ParseSeconds("0s"), absl::ZeroDuration());
  EXPECT_EQ(ParseSeconds("-1.5s"), absl::Seconds(-1.5));
  EXPECT_EQ(ParseSeconds("0.000000001s"), absl::Nanoseconds(1));
  for (const char* text : {"", "s", "1", "1.s", ".5s", "1m", "--1s", "1 s", "999999999999999s"}) {
    EXPECT_EQ(ParseSeconds(text), std::nullopt) << text;
  }
}

TEST(TimeParserTest, TakesTheFirstFormatThatFits) {
  TimeParser times = Parser(R"(formats: "unix_seconds" formats: "%d %b %Y" formats: "rfc3339")");
  EXPECT_EQ(times.Parse("1772442000"), At("2026-03-02T09:00:00Z"));
  EXPECT_EQ(times.Parse("12 Mar 2026"), At("2026-03-12T00:00:00Z"));
  EXPECT_EQ(times.Parse("2026-03-02T09:00:00Z"), At("2026-03-02T09:00:00Z"));
  EXPECT_EQ(times.Parse("soon"), std::nullopt);
  EXPECT_EQ(times.Parse("infinite-future"), std::nullopt);
}

TEST(TimeParserTest, TimesWithoutAZoneAreInTheMappings) {
  TimeParser times = Parser(R"(zone: "Europe/Berlin" formats: "%Y-%m-%d %H:%M")");
  EXPECT_EQ(times.Parse("2026-03-02 10:00"), At("2026-03-02T09:00:00Z"));
  EXPECT_EQ(times.Parse("2026-07-02 11:00"), At("2026-07-02T09:00:00Z"));
}

TEST(TimeParserTest, TheFirstTimeIsMovedAndAllOthersByTheSame) {
  TimeParser times = Parser(R"(formats: "unix_millis")");
  times.ShiftTo(At("2026-03-02T09:00:00Z"));
  EXPECT_EQ(times.Parse("nothing"), std::nullopt);
  EXPECT_EQ(times.Parse("1000"), At("2026-03-02T09:00:00Z"));
  EXPECT_EQ(times.Parse("3500"), At("2026-03-02T09:00:02.5Z"));
  EXPECT_EQ(times.Parse("3500"), At("2026-03-02T09:00:02.5Z"));
  EXPECT_EQ(times.Parse("0"), At("2026-03-02T08:59:59Z"));
}

TEST(TimeParserTest, UnknownZonesAndFormatsAreErrors) {
  v1::TimeRule rule;
  rule.set_zone("Europe/Atlantis");
  EXPECT_EQ(TimeParser::Make(rule).status().code(), absl::StatusCode::kInvalidArgument);
  rule.set_zone("");
  rule.add_formats("excel");
  EXPECT_EQ(TimeParser::Make(rule).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tend::ingest
