#include "services/query/flow/flow_sampler.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/model/proto_time.h"
#include "common/rpc/http/get.h"
#include "common/runtime/pause.h"

namespace tend::query {
namespace {

// A page is made in a millisecond; whoever takes longer is not well.
constexpr absl::Duration kPageWithin = absl::Seconds(1);

struct Hop {
  const char* service;
  std::vector<std::string> topics;  // sorted
};

// In the order of the flow.
std::vector<Hop> Hops() {
  return {
      {"ingest", {}},
      {"enrichment", {"tend.interactions.v1"}},
      {"scoring", {"tend.person-events.v1"}},
      {"notification", {"tend.moments.v1", "tend.owner-events.v1"}},
      {"query",
       {"tend.nudges.v1", "tend.person-events.v1", "tend.rejects.v1", "tend.relationships.v1"}}};
}

absl::StatusOr<InstanceCounts> AskForCounts(const std::string& address) {
  TEND_ASSIGN_OR_RETURN(const std::string page, rpc::HttpGet(address, "/metrics", kPageWithin));
  TEND_ASSIGN_OR_RETURN(const std::vector<MetricSample> samples, ParseMetricsText(page));
  return CountsOf(samples);
}

}  // namespace

std::vector<std::string> FlowServices() {
  std::vector<std::string> names;
  for (const Hop& hop : Hops()) names.emplace_back(hop.service);
  return names;
}

FlowSampler::FlowSampler(const v1::QueryConfig& config, stream::Log& log, PlacesOf places,
                         const stream::Clock& clock)
    : places_(std::move(places)), clock_(clock) {
  for (Hop& hop : Hops()) {
    const auto found = config.metrics_addresses().find(hop.service);
    Service& service = services_.emplace_back();
    service.name = hop.service;
    if (found != config.metrics_addresses().end()) {
      service.addresses = absl::StrSplit(found->second, ',');
      service.instances.resize(service.addresses.size());
    }
    if (!hop.topics.empty()) service.lags.emplace(log, std::move(hop.topics));
  }
}

void FlowSampler::LookAtMetrics(Service& service) {
  for (size_t i = 0; i < service.addresses.size(); ++i) {
    absl::StatusOr<InstanceCounts> counts = AskForCounts(service.addresses[i]);
    if (counts.ok()) {
      service.instances[i].See(clock_.Elapsed(), *std::move(counts));
    } else {
      service.instances[i].Lose();
    }
  }
}

absl::Status FlowSampler::AddLags(Service& service, v1::FlowStage& stage) {
  if (!service.lags.has_value()) return absl::OkStatus();
  TEND_ASSIGN_OR_RETURN(const Places places, places_(service.name, service.lags->topics()));
  TEND_ASSIGN_OR_RETURN(const std::vector<v1::PartitionLag> lags, service.lags->Look(places));
  stage.mutable_lags()->Add(lags.begin(), lags.end());
  return absl::OkStatus();
}

void FlowSampler::Look(const std::stop_token& stop) {
  v1::GetFlowResponse flow;
  // What comes while it looks, for seconds where a server hangs, it may not see.
  *flow.mutable_as_of_time() = model::ToStamp(clock_.Now());
  bool log_answers = true;
  for (Service& service : services_) {
    if (stop.stop_requested()) return;
    LookAtMetrics(service);
    v1::FlowStage& stage = *flow.add_stages();
    stage = StageOf(service.instances);
    stage.set_service(service.name);
    // Each call to a log that is away waits for its time limit: one is enough.
    if (log_answers) log_answers = !absl::IsUnavailable(AddLags(service, stage));
  }
  const MutexLock lock(mu_);
  flow_ = std::move(flow);
}

absl::StatusOr<v1::GetFlowResponse> FlowSampler::Get(const v1::GetFlowRequest& request) const {
  const std::vector<std::string> known = FlowServices();
  for (const std::string& name : request.services()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("services: is none of ", absl::StrJoin(known, ", ")));
    }
  }
  const MutexLock lock(mu_);
  if (!flow_.has_as_of_time()) {
    return absl::UnavailableError("the flow has not been looked at yet, try again in a moment");
  }
  v1::GetFlowResponse response;
  *response.mutable_as_of_time() = flow_.as_of_time();
  for (const v1::FlowStage& stage : flow_.stages()) {
    const auto& asked = request.services();
    if (asked.empty() || std::find(asked.begin(), asked.end(), stage.service()) != asked.end()) {
      *response.add_stages() = stage;
    }
  }
  return response;
}

void RunFlowSampler(FlowSampler& sampler, absl::Duration every, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    sampler.Look(stop);
    Pause(every, stop);
  }
}

}  // namespace tend::query
