#include "services/cli/remote/status_report.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <string>

namespace tend::cli {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1'000'004);

StatusReport Report(const std::string& stages) {
  StatusReport report;
  report.services = {{"ingest", "127.0.0.1:1", "serving"}, {"scoring", "127.0.0.1:2", "serving"}};
  v1::GetFlowResponse flow;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "as_of_time { seconds: 1000000 } stages { service: 'ingest' instances: 1 }" + stages, &flow));
  report.flow = flow;
  return report;
}

std::string TextOf(const StatusReport& report) { return StatusText(report, kNow, {}); }

constexpr char kRead[] = R"(
  stages { service: 'scoring' instances: 2 received: 12345 receive_rate: 12.34
           rejects { reason: REJECT_REASON_TIME_INVALID count: 3 }
           errors { code: 'UNAVAILABLE' count: 4 }
           lags { topic: 't' next_offset: 9 end_offset: 9 }
           latency_p50 { nanos: 48000000 } latency_p99 { seconds: 1 nanos: 250000000 } })";
constexpr char kBehind[] = R"(
  stages { service: 'scoring'
           lags { topic: 't' next_offset: 9 end_offset: 12 oldest_unread_time { seconds: 999980 } }
           lags { topic: 't' partition: 1 next_offset: 0 end_offset: 5
                  oldest_unread_time { seconds: 999940 } } })";
constexpr char kUntold[] = "stages { service: 'scoring' instances: 1 received: 5 }";

TEST(StatusReportTest, EachServiceHasALineWithWhatFlows) {
  const StatusReport report = Report(kRead);
  const std::string text = TextOf(report);
  EXPECT_THAT(text, ContainsRegex("scoring +serving \\(2\\) +12.3 +12,345 +3 +0 +- +48 ms +1.2 s"));
  EXPECT_THAT(text, HasSubstr("everything is read (as of 4.0 s ago)"));
  EXPECT_THAT(text, HasSubstr("Rejects of scoring since its start: 3 time invalid.\n"
                              "Errors of scoring since its start: 4 UNAVAILABLE.\n"));
  EXPECT_TRUE(IsWell(report, kNow));
}

TEST(StatusReportTest, FreshnessIsTheAgeOfTheOldestUnreadRecordOfAll) {
  const StatusReport report = Report(kBehind);
  EXPECT_THAT(TextOf(report), ContainsRegex("scoring +serving +- +- +- +8 +1 min 0 s +- +-"));
  EXPECT_THAT(TextOf(report), HasSubstr("Freshness: 1 min 0 s; so long has the oldest unread "
                                        "record waited for scoring"));
  EXPECT_TRUE(IsWell(report, kNow)) << "work that waits is no fault";
}

TEST(StatusReportTest, WhatNobodyTellsIsNotCalledRead) {
  const StatusReport report = Report(kUntold);
  EXPECT_THAT(TextOf(report), AllOf(HasSubstr("unknown; Kafka does not tell how far scoring is"),
                                    Not(HasSubstr("everything is read"))));
  EXPECT_FALSE(IsWell(report, kNow));
  EXPECT_THAT(TextOf(Report("stages { service: 'query' instances: 1 }")),
              HasSubstr("unknown; PostgreSQL does not tell how far query is"));
}

TEST(StatusReportTest, AnOldLookIsCalledStaleAndIsNotWell) {
  const StatusReport report = Report(kRead);
  EXPECT_TRUE(IsWell(report, kNow + absl::Seconds(11)));
  const absl::Time later = kNow + absl::Seconds(16);
  EXPECT_FALSE(IsWell(report, later));
  EXPECT_THAT(StatusText(report, later, {}),
              AllOf(HasSubstr("STALE; all of this is as of 20 s ago"), Not(HasSubstr("is read"))));
  EXPECT_THAT(StatusJson(report, later),
              HasSubstr(R"("freshness": {"state": "stale", "service": null, )"
                        R"("oldestUnreadSeconds": null, "lookedSecondsAgo": 20})"));
}

TEST(StatusReportTest, WithoutQueryKafkaTells) {
  StatusReport report = Report("");
  report.flow = absl::UnavailableError("nobody there");
  report.hops = std::vector<HopLag>{{"scoring", "tend.person-events.v1", 1234, 7}};
  EXPECT_THAT(TextOf(report), ContainsRegex("scoring +tend.person-events.v1 +1,234 +7"));
  EXPECT_FALSE(IsWell(report, kNow)) << "query was asked, wherever it should be, and is not there";
  report.direct = true;
  EXPECT_TRUE(IsWell(report, kNow));
  report.services[1].state = "down";
  EXPECT_FALSE(IsWell(report, kNow));
  report.services[1].state = "serving";
  report.hops = absl::UnavailableError("nobody there either");
  EXPECT_FALSE(IsWell(report, kNow));
}

TEST(StatusReportTest, JsonIsOneObject) {
  for (const char* stages : {kRead, kBehind, kUntold}) {
    google::protobuf::Struct object;
    const std::string json = StatusJson(Report(stages), kNow);
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, &object).ok()) << json;
    EXPECT_EQ(object.fields().at("services").list_value().values_size(), 2);
    EXPECT_TRUE(object.fields().at("flow").has_struct_value());
    EXPECT_TRUE(object.fields().at("hops").has_null_value());
  }
  StatusReport report = Report(kBehind);
  EXPECT_THAT(StatusJson(report, kNow),
              HasSubstr(R"("freshness": {"state": "behind", "service": )"
                        R"("scoring", "oldestUnreadSeconds": 60, "lookedSecondsAgo": 4})"));
  report.flow = absl::UnavailableError("nobody there");
  report.hops = std::vector<HopLag>{{"scoring", "a", 5, 2}, {"scoring", "b", 5, 2}};
  google::protobuf::Struct object;
  const std::string json = StatusJson(report, kNow);
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, &object).ok()) << json;
  EXPECT_EQ(object.fields().at("hops").list_value().values_size(), 2);
  EXPECT_TRUE(object.fields().at("flow").has_null_value());
}

}  // namespace
}  // namespace tend::cli
