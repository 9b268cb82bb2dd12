// OperationsService.GetFlow: what flows through the services, looked at every few seconds, so that
// an answer costs nothing.

#ifndef TEND_SERVICES_QUERY_FLOW_FLOW_SAMPLER_H_
#define TEND_SERVICES_QUERY_FLOW_FLOW_SAMPLER_H_

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/runtime/mutex.h"
#include "common/stream/clock.h"
#include "common/stream/log.h"
#include "services/query/flow/lag_look.h"
#include "services/query/flow/stage_counts.h"
#include "tend/v1/operations_service.pb.h"
#include "tend/v1/service_config.pb.h"

namespace tend::query {

// The services in the order of the flow.
std::vector<std::string> FlowServices();

// Where a service reads on in its topics. Called on the sampler's thread. Errors: nobody knows now.
using PlacesOf = std::function<absl::StatusOr<Places>(const std::string& service,
                                                      const std::vector<std::string>& topics)>;

class FlowSampler {
 public:
  // config: its metrics_addresses. log and clock outlive this.
  FlowSampler(const v1::QueryConfig& config, stream::Log& log, PlacesOf places,
              const stream::Clock& clock);

  // Asks every instance for its metrics, and the log how far each service is behind. Whoever does
  // not answer is left out. For one thread, the log's. Ends early at a stop.
  void Look(const std::stop_token& stop);

  // As of the last look. Any thread. Errors: INVALID_ARGUMENT for a service that is none;
  // UNAVAILABLE before the first look.
  absl::StatusOr<v1::GetFlowResponse> Get(const v1::GetFlowRequest& request) const;

 private:
  struct Service {
    std::string name;
    std::vector<std::string> addresses;
    std::vector<InstanceFlow> instances;  // by address
    std::optional<LagLook> lags;          // nullopt: it reads no topic
  };
  void LookAtMetrics(Service& service);
  // Adds them to the stage. Errors: nobody knows them now.
  absl::Status AddLags(Service& service, v1::FlowStage& stage);

  const PlacesOf places_;
  const stream::Clock& clock_;
  std::vector<Service> services_;  // of the thread

  mutable Mutex mu_;
  v1::GetFlowResponse flow_ ABSL_GUARDED_BY(mu_);  // empty before the first look
};

// Looks every `every` until `stop`.
void RunFlowSampler(FlowSampler& sampler, absl::Duration every, const std::stop_token& stop);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_FLOW_FLOW_SAMPLER_H_
