#include "services/query/flow/stage_counts.h"

#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::query {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::Pair;

InstanceCounts Page(const std::string& text) {
  const auto samples = ParseMetricsText({text.data(), text.size()});
  EXPECT_TRUE(samples.ok()) << samples.status();
  return CountsOf(*samples);
}

InstanceCounts Received(double received) {
  InstanceCounts counts;
  counts.received = received;
  return counts;
}

constexpr absl::Duration At(int second) { return absl::Seconds(second); }

TEST(StageCountsTest, APageBecomesCounts) {
  const InstanceCounts counts = Page(R"(
tend_received_total{service="scoring"} 12
tend_emitted_total{service="scoring"} 30
tend_rejected_total{service="scoring",reason="time_invalid"} 2
tend_rejected_total{service="scoring",reason="of a later version"} 1
tend_errors_total{service="scoring",code="UNAVAILABLE"} 3
tend_latency_seconds_bucket{service="scoring",le="0.1"} 4
tend_latency_seconds_bucket{service="scoring",le="+Inf"} 5
other_total 99
)");
  EXPECT_EQ(counts.received, 12);
  EXPECT_EQ(counts.emitted, 30);
  EXPECT_THAT(counts.rejects, ElementsAre(Pair(v1::REJECT_REASON_UNSPECIFIED, 1),
                                          Pair(v1::REJECT_REASON_TIME_INVALID, 2)));
  EXPECT_THAT(counts.errors, ElementsAre(Pair("UNAVAILABLE", 3)));
  EXPECT_THAT(counts.latencies, ElementsAre(Pair(.1, 4), Pair(INFINITY, 5)));
}

TEST(StageCountsTest, ARateIsOfTheLastMinute) {
  InstanceFlow flow;
  flow.See(At(0), Received(100));
  EXPECT_EQ(flow.receive_rate(), 0);
  flow.See(At(10), Received(200));
  EXPECT_EQ(flow.receive_rate(), 10);
  for (int second = 20; second <= 70; second += 10) flow.See(At(second), Received(200));
  EXPECT_EQ(flow.receive_rate(), 0) << "what came before the minute counts no more";
}

TEST(StageCountsTest, AnInstanceThatStartedAnewBeginsAtNothing) {
  InstanceFlow flow;
  flow.See(At(0), Received(1000));
  flow.See(At(10), Received(7));
  EXPECT_EQ(flow.receive_rate(), 0);
  flow.See(At(20), Received(27));
  EXPECT_EQ(flow.receive_rate(), 2);
}

TEST(StageCountsTest, OneThatDoesNotAnswerIsAnInstanceLess) {
  std::vector<InstanceFlow> flows(3);
  flows[0].See(At(0), Received(5));
  flows[1].See(At(0), Received(7));
  v1::FlowStage stage = StageOf(flows);
  EXPECT_EQ(stage.instances(), 2);
  EXPECT_EQ(stage.received(), 12);
  flows[1].Lose();
  stage = StageOf(flows);
  EXPECT_EQ(stage.instances(), 1);
  EXPECT_EQ(stage.received(), 5);
}

TEST(StageCountsTest, ReasonsAndCodesAddUpOverInstances) {
  const std::string page =
      "tend_rejected_total{reason=\"malformed\"} 2\ntend_errors_total{code=\"INTERNAL\"} 1\n";
  std::vector<InstanceFlow> flows(2);
  for (InstanceFlow& flow : flows) flow.See(At(0), Page(page));
  const v1::FlowStage stage = StageOf(flows);
  ASSERT_EQ(stage.rejects_size(), 1);
  EXPECT_EQ(stage.rejects(0).reason(), v1::REJECT_REASON_MALFORMED);
  EXPECT_EQ(stage.rejects(0).count(), 4);
  ASSERT_EQ(stage.errors_size(), 1);
  EXPECT_EQ(stage.errors(0).code(), "INTERNAL");
  EXPECT_EQ(stage.errors(0).count(), 2);
}

TEST(StageCountsTest, LatenciesAreThoseThatCameWithinTheMinute) {
  InstanceCounts before, now;
  before.latencies = {{.1, 100}, {1, 100}, {INFINITY, 100}};
  now.latencies = {{.1, 100}, {1, 150}, {INFINITY, 150}};
  std::vector<InstanceFlow> flows(1);
  flows[0].See(At(0), before);
  EXPECT_FALSE(StageOf(flows).has_latency_p50()) << "of what came before, nobody knows when";
  flows[0].See(At(10), now);
  const v1::FlowStage stage = StageOf(flows);
  EXPECT_EQ(stage.latency_p50().nanos(), 550'000'000) << "half way between .1 and 1";
  EXPECT_EQ(stage.latency_p99().nanos(), 991'000'000);
}

TEST(StageCountsTest, AQuantileLiesStraightBetweenTwoBounds) {
  const SecondsAtMost latencies = {{.1, 50}, {.5, 90}, {1, 90}, {INFINITY, 100}};
  EXPECT_THAT(Quantile(latencies, .25), Optional(DoubleEq(.05)));
  EXPECT_THAT(Quantile(latencies, .5), Optional(DoubleEq(.1)));
  EXPECT_THAT(Quantile(latencies, .7), Optional(DoubleEq(.3)));
  EXPECT_THAT(Quantile(latencies, .99), Optional(DoubleEq(1))) << "beyond the last bound";
  EXPECT_EQ(Quantile({{.1, 0}, {INFINITY, 0}}, .5), std::nullopt);
  EXPECT_EQ(Quantile({}, .5), std::nullopt);
}

}  // namespace
}  // namespace tend::query
