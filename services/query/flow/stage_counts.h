// What instances of a service say of themselves, over a minute: the counts, rates and latencies of
// a FlowStage. Pure.

#ifndef TEND_SERVICES_QUERY_FLOW_STAGE_COUNTS_H_
#define TEND_SERVICES_QUERY_FLOW_STAGE_COUNTS_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/query/flow/metrics_text.h"
#include "tend/v1/flow.pb.h"
#include "tend/v1/reason.pb.h"

namespace tend::query {

// A histogram: how many were at most so many seconds, by that bound; the last bound is infinite.
using SecondsAtMost = std::map<double, double>;

// Of one page of metrics (common/runtime/metric_names.h). What the page does not have is 0.
struct InstanceCounts {
  double received = 0, emitted = 0;
  std::map<v1::RejectReason, int64_t> rejects;
  std::map<std::string, int64_t> errors;  // by code
  SecondsAtMost latencies;
};
InstanceCounts CountsOf(const std::vector<MetricSample>& samples);

// One instance, as seen over the last minute.
class InstanceFlow {
 public:
  static constexpr absl::Duration kSpan = absl::Minutes(1);

  // It answered at `at`, on any monotonic scale. One that counts less than before has been started
  // anew: what was seen before is forgotten.
  void See(absl::Duration at, InstanceCounts counts);
  // It did not answer.
  void Lose() { seen_.clear(); }

  bool answers() const { return !seen_.empty(); }
  // REQUIRES: answers().
  const InstanceCounts& newest() const { return seen_.back().counts; }
  // Records per second; 0 until it was seen twice.
  double receive_rate() const;
  // What was added within the span.
  SecondsAtMost latencies() const;

 private:
  struct Seen {
    absl::Duration at;
    InstanceCounts counts;
  };
  std::deque<Seen> seen_;  // from about kSpan ago until now
};

// The seconds that the share q of all stays below, straight between two bounds; what is above the
// last finite bound counts as that. nullopt for none at all.
std::optional<double> Quantile(const SecondsAtMost& latencies, double q);

// All that instances tell: what a stage has but its name and lags.
v1::FlowStage StageOf(absl::Span<const InstanceFlow> instances);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_FLOW_STAGE_COUNTS_H_
