// A process's metrics, and the port where Prometheus finds them.

#ifndef TEND_COMMON_RUNTIME_METRICS_H_
#define TEND_COMMON_RUNTIME_METRICS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/latency_histogram.h"
#include "tend/v1/reason.pb.h"

namespace tend {

using MetricLabels = std::map<std::string, std::string>;
using RejectCounts = std::map<v1::RejectReason, int64_t>;

// All methods from any thread. Names are those of metric_names.h.
class Metrics {
 public:
  // service: the label of the same name on every metric.
  explicit Metrics(absl::string_view service);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Answers GET /metrics at host:port from now on; port 0: any free one. Returns the port. Call
  // once. Errors: UNAVAILABLE when the port is taken.
  absl::StatusOr<int> Serve(const std::string& address);

  void Add(const char* name, double amount, const MetricLabels& labels = {});
  void Set(const char* name, double value, const MetricLabels& labels = {});
  // Takes a gauge away that Set has made.
  void Forget(const char* name, const MetricLabels& labels);
  // Adds what came to be rejected since `before`, by reason.
  void AddRejects(const RejectCounts& before, const RejectCounts& now);
  // Adds to a histogram.
  void Observe(const char* name, const LatencyHistogram& latencies);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tend

#endif  // TEND_COMMON_RUNTIME_METRICS_H_
