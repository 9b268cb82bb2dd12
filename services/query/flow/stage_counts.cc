#include "services/query/flow/stage_counts.h"

#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/runtime/metric_names.h"

namespace tend::query {
namespace {

std::string LabelOf(const MetricSample& sample, const char* name) {
  const auto found = sample.labels.find(name);
  return found == sample.labels.end() ? std::string() : found->second;
}

// UNSPECIFIED for a reason that this version does not know.
v1::RejectReason ReasonOf(const std::string& label) {
  v1::RejectReason reason = v1::REJECT_REASON_UNSPECIFIED;
  const std::string name = absl::StrCat("REJECT_REASON_", absl::AsciiStrToUpper(label));
  return v1::RejectReason_Parse(name, &reason) ? reason : v1::REJECT_REASON_UNSPECIFIED;
}

void SetSeconds(double seconds, google::protobuf::Duration* duration) {
  const int64_t nanos = std::llround(seconds * 1e9);
  duration->set_seconds(nanos / 1'000'000'000);
  duration->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
}

}  // namespace

InstanceCounts CountsOf(const std::vector<MetricSample>& samples) {
  const std::string buckets = absl::StrCat(metric::kLatency, "_bucket");
  InstanceCounts counts;
  for (const MetricSample& sample : samples) {
    const auto whole = static_cast<int64_t>(std::isfinite(sample.value) ? sample.value : 0);
    double bound = 0;
    if (sample.name == metric::kReceived) {
      counts.received += sample.value;
    } else if (sample.name == metric::kEmitted) {
      counts.emitted += sample.value;
    } else if (sample.name == metric::kRejected) {
      counts.rejects[ReasonOf(LabelOf(sample, "reason"))] += whole;
    } else if (sample.name == metric::kErrors) {
      counts.errors[LabelOf(sample, "code")] += whole;
    } else if (sample.name == buckets && absl::SimpleAtod(LabelOf(sample, "le"), &bound)) {
      counts.latencies[bound] += sample.value;
    }
  }
  return counts;
}

void InstanceFlow::See(absl::Duration at, InstanceCounts counts) {
  if (!seen_.empty() && counts.received < newest().received) seen_.clear();
  seen_.push_back({at, std::move(counts)});
  // The first one stands where the span begins, or before.
  while (seen_.size() > 2 && seen_[1].at <= at - kSpan) seen_.pop_front();
}

double InstanceFlow::receive_rate() const {
  const double seconds = absl::ToDoubleSeconds(seen_.back().at - seen_.front().at);
  if (seconds <= 0) return 0;
  return (newest().received - seen_.front().counts.received) / seconds;
}

SecondsAtMost InstanceFlow::latencies() const {
  SecondsAtMost added = newest().latencies;
  if (seen_.size() < 2) return {};
  for (const auto& [bound, count] : seen_.front().counts.latencies) added[bound] -= count;
  return added;
}

std::optional<double> Quantile(const SecondsAtMost& latencies, double q) {
  if (latencies.empty() || !(latencies.rbegin()->second > 0)) return std::nullopt;
  const double rank = q * latencies.rbegin()->second;
  double low = 0, below = 0;  // of the bucket: its lower bound, and how many are in those before
  for (const auto& [bound, count] : latencies) {
    if (std::isinf(bound)) return low;
    if (count >= rank && count > below)
      return low + (bound - low) * (rank - below) / (count - below);
    low = bound;
    below = count;
  }
  return low;
}

v1::FlowStage StageOf(absl::Span<const InstanceFlow> instances) {
  v1::FlowStage stage;
  double received = 0, emitted = 0, rate = 0;
  std::map<v1::RejectReason, int64_t> rejects;
  std::map<std::string, int64_t> errors;
  SecondsAtMost latencies;
  for (const InstanceFlow& instance : instances) {
    if (!instance.answers()) continue;
    stage.set_instances(stage.instances() + 1);
    const InstanceCounts& counts = instance.newest();
    received += counts.received;
    emitted += counts.emitted;
    rate += instance.receive_rate();
    for (const auto& [reason, count] : counts.rejects) rejects[reason] += count;
    for (const auto& [code, count] : counts.errors) errors[code] += count;
    for (const auto& [bound, count] : instance.latencies()) latencies[bound] += count;
  }
  stage.set_received(std::llround(received));
  stage.set_emitted(std::llround(emitted));
  stage.set_receive_rate(rate);
  for (const auto& [reason, count] : rejects) {
    v1::RejectCount* entry = stage.add_rejects();
    entry->set_reason(reason);
    entry->set_count(count);
  }
  for (const auto& [code, count] : errors) {
    v1::ErrorCount* entry = stage.add_errors();
    entry->set_code(code);
    entry->set_count(count);
  }
  const std::optional<double> p50 = Quantile(latencies, .5), p99 = Quantile(latencies, .99);
  if (p50.has_value()) SetSeconds(*p50, stage.mutable_latency_p50());
  if (p99.has_value()) SetSeconds(*p99, stage.mutable_latency_p99());
  return stage;
}

}  // namespace tend::query
