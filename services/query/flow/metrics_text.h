// Prometheus' text format, as far as services' own pages of metrics use it.
// https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4, 2026-11)

#ifndef TEND_SERVICES_QUERY_FLOW_METRICS_TEXT_H_
#define TEND_SERVICES_QUERY_FLOW_METRICS_TEXT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tend::query {

struct MetricSample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

// A page's samples, in its order; comments are left out, and timestamps. Pure. Errors:
// INVALID_ARGUMENT naming the first line that is none of the format.
absl::StatusOr<std::vector<MetricSample>> ParseMetricsText(absl::string_view text);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_FLOW_METRICS_TEXT_H_
