// Over real pages of metrics on loopback, and the log in memory.

#include "services/query/flow/flow_sampler.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/http/server.h"
#include "common/runtime/metric_names.h"
#include "common/runtime/metrics.h"
#include "common/stream/memory_log.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::query {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FlowSamplerTest : public ::testing::Test {
 protected:
  FlowSamplerTest() {
    for (const char* topic :
         {"tend.interactions.v1", "tend.person-events.v1", "tend.moments.v1",
          "tend.owner-events.v1", "tend.nudges.v1", "tend.rejects.v1", "tend.relationships.v1"}) {
      EXPECT_TRUE(log_.CreateTopic({topic, 1, stream::Cleanup::kDelete}).ok());
    }
  }

  // An instance that answers with this page; its address is added to the service's.
  void Serve(const std::string& service, std::string& page) {
    v1::RuntimeConfig config;
    config.set_http_address("127.0.0.1:0");
    rpc::HttpRoute route;
    route.prefix = "/metrics";
    route.answer = [&page](const rpc::HttpRequest& /*request*/) {
      rpc::HttpResponse response;
      response.body = page;
      return response;
    };
    served_.push_back(*rpc::HttpServer::Start(config, {route}));
    AddAddress(service, served_.back()->port());
  }
  void AddAddress(const std::string& service, int port) {
    std::string& addresses = (*config_.mutable_metrics_addresses())[service];
    absl::StrAppend(&addresses, addresses.empty() ? "" : ",", "127.0.0.1:", port);
  }
  FlowSampler& Sampler() {
    if (sampler_ == nullptr) {
      const auto places = [this](const std::string& service,
                                 const auto& /*topics*/) -> absl::StatusOr<Places> {
        clock_.Advance(ask_takes_);
        if (!log_answers_) return absl::UnavailableError("away");
        return places_[service];
      };
      sampler_ = std::make_unique<FlowSampler>(config_, log_, places, clock_);
    }
    return *sampler_;
  }
  v1::FlowStage LookAt(const std::string& service) {
    Sampler().Look({});
    v1::GetFlowRequest request;
    request.add_services(service);
    const auto flow = Sampler().Get(request);
    EXPECT_TRUE(flow.ok()) << flow.status();
    EXPECT_EQ(flow->as_of_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
    EXPECT_THAT(flow->stages(), SizeIs(1));
    return flow->stages(0);
  }

  stream::ManualClock clock_{absl::FromUnixSeconds(1'000)};
  stream::MemoryLog log_{clock_};
  v1::QueryConfig config_;
  std::map<std::string, Places> places_;
  bool log_answers_ = true;
  absl::Duration ask_takes_;
  std::vector<std::unique_ptr<rpc::HttpServer>> served_;
  std::unique_ptr<FlowSampler> sampler_;
};

TEST_F(FlowSamplerTest, StagesComeInTheOrderOfTheFlow) {
  EXPECT_TRUE(absl::IsUnavailable(Sampler().Get({}).status())) << "nobody has looked yet";
  Sampler().Look({});
  const auto flow = Sampler().Get({});
  ASSERT_TRUE(flow.ok()) << flow.status();
  std::vector<std::string> names;
  for (const v1::FlowStage& stage : flow->stages()) names.push_back(stage.service());
  EXPECT_THAT(names, ElementsAre("ingest", "enrichment", "scoring", "notification", "query"));
}

TEST_F(FlowSamplerTest, WhatAServiceCountsIsSeen) {
  Metrics metrics("scoring");
  AddAddress("scoring", *metrics.Serve("127.0.0.1:0"));
  metrics.Add(metric::kReceived, 160);
  metrics.Add(metric::kEmitted, 40);
  metrics.AddRejects({}, {{v1::REJECT_REASON_MALFORMED, 3}});
  LatencyHistogram latencies;
  EXPECT_EQ(LookAt("scoring").instances(), 1);
  clock_.Advance(absl::Seconds(10));
  latencies.Add(absl::Milliseconds(80), 100);
  metrics.Observe(metric::kLatency, latencies);
  const v1::FlowStage stage = LookAt("scoring");
  EXPECT_EQ(stage.received(), 160);
  EXPECT_EQ(stage.emitted(), 40);
  ASSERT_THAT(stage.rejects(), SizeIs(1));
  EXPECT_EQ(stage.rejects(0).reason(), v1::REJECT_REASON_MALFORMED);
  EXPECT_EQ(stage.rejects(0).count(), 3);
  EXPECT_GE(stage.latency_p50().nanos(), 75'000'000);
  EXPECT_LE(stage.latency_p99().nanos(), 100'000'000);
}

TEST_F(FlowSamplerTest, InstancesCountTogether) {
  std::string first = "tend_received_total 10\n", second = "";
  Serve("scoring", first);
  Serve("scoring", second);
  EXPECT_EQ(LookAt("scoring").instances(), 2);
  clock_.Advance(absl::Seconds(10));
  first = "tend_received_total 110\n";
  second = "tend_received_total 50\n";
  EXPECT_EQ(LookAt("scoring").received(), 160);
  EXPECT_EQ(LookAt("scoring").receive_rate(), 15);
}

TEST_F(FlowSamplerTest, APageThatIsNoneIsNoInstance) {
  std::string page = "<html>somebody else</html>";
  Serve("scoring", page);
  EXPECT_EQ(LookAt("scoring").instances(), 0);
}

TEST_F(FlowSamplerTest, ADeadInstanceIsOneLessAndItsServiceIsStillBehind) {
  std::string page;
  Serve("scoring", page);
  stream::NewRecord record;
  record.topic = "tend.person-events.v1";
  std::vector<stream::Written> written;
  ASSERT_TRUE((*log_.NewProducer())->Send({record}, written).ok());
  EXPECT_EQ(LookAt("scoring").instances(), 1);
  served_.clear();
  clock_.Advance(absl::Seconds(30));
  const v1::FlowStage stage = LookAt("scoring");
  EXPECT_EQ(stage.instances(), 0);
  ASSERT_THAT(stage.lags(), SizeIs(1));
  EXPECT_EQ(stage.lags(0).end_offset(), 1);
  EXPECT_EQ(stage.lags(0).oldest_unread_time().seconds(), 1'000);
}

TEST_F(FlowSamplerTest, WhatTheLogDoesNotTellIsLeftOut) {
  std::string page;
  Serve("query", page);
  EXPECT_THAT(LookAt("query").lags(), SizeIs(4)) << "query is a hop too";
  EXPECT_THAT(LookAt("ingest").lags(), IsEmpty());
  log_answers_ = false;
  const v1::FlowStage stage = LookAt("query");
  EXPECT_THAT(stage.lags(), IsEmpty());
  EXPECT_EQ(stage.instances(), 1);
}

TEST_F(FlowSamplerTest, ALookIsAsOfItsBegin) {
  ask_takes_ = absl::Seconds(2);
  const absl::Time begin = clock_.Now();
  Sampler().Look({});
  EXPECT_GT(clock_.Now(), begin);
  EXPECT_EQ(Sampler().Get({})->as_of_time().seconds(), absl::ToUnixSeconds(begin));
}

TEST_F(FlowSamplerTest, AServiceThatIsNoneIsSaid) {
  Sampler().Look({});
  v1::GetFlowRequest request;
  request.add_services("scorign");
  EXPECT_TRUE(absl::IsInvalidArgument(Sampler().Get(request).status()));
}

}  // namespace
}  // namespace tend::query
