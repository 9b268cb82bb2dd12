#include "common/runtime/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <exception>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "common/runtime/metric_names.h"
#include "common/runtime/runtime_config.h"

namespace tend {

struct Metrics::Parts {
  std::string service;
  // Shared with the exposer, which keeps weak pointers to what it shows.
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::unique_ptr<prometheus::Exposer> exposer;
};

Metrics::Metrics(absl::string_view service) : parts_(std::make_unique<Parts>()) {
  parts_->service = std::string(service.data(), service.size());
}

Metrics::~Metrics() = default;

absl::StatusOr<int> Metrics::Serve(const std::string& address) {
  try {
    parts_->exposer = std::make_unique<prometheus::Exposer>(address, /*num_threads=*/1);
  } catch (const std::exception&) {  // civetweb says it so, and not why
    return CannotListen("runtime.metrics_address", address);
  }
  parts_->exposer->RegisterCollectable(parts_->registry);
  return parts_->exposer->GetListeningPorts().front();
}

void Metrics::Add(const char* name, double amount, const MetricLabels& labels) {
  if (amount <= 0) return;
  prometheus::BuildCounter()
      .Name(name)
      .Labels({{"service", parts_->service}})
      .Register(*parts_->registry)
      .Add(labels)
      .Increment(amount);
}

void Metrics::AddRejects(const RejectCounts& before, const RejectCounts& now) {
  for (const auto& [reason, count] : now) {
    const auto told = before.find(reason);
    const int64_t more = count - (told == before.end() ? 0 : told->second);
    absl::string_view name = v1::RejectReason_Name(reason);
    absl::ConsumePrefix(&name, "REJECT_REASON_");
    Add(metric::kRejected, static_cast<double>(more), {{"reason", absl::AsciiStrToLower(name)}});
  }
}

void Metrics::Set(const char* name, double value, const MetricLabels& labels) {
  prometheus::BuildGauge()
      .Name(name)
      .Labels({{"service", parts_->service}})
      .Register(*parts_->registry)
      .Add(labels)
      .Set(value);
}

void Metrics::Forget(const char* name, const MetricLabels& labels) {
  auto& family = prometheus::BuildGauge()
                     .Name(name)
                     .Labels({{"service", parts_->service}})
                     .Register(*parts_->registry);
  family.Remove(&family.Add(labels));
}

void Metrics::Observe(const char* name, const LatencyHistogram& latencies) {
  prometheus::Histogram::BucketBoundaries seconds;
  for (const int64_t ms : LatencyHistogram::kBounds) {
    seconds.push_back(static_cast<double>(ms) / 1'000);
  }
  prometheus::BuildHistogram()
      .Name(name)
      .Labels({{"service", parts_->service}})
      .Register(*parts_->registry)
      .Add({}, seconds)
      .ObserveMultiple({latencies.counts.begin(), latencies.counts.end()}, latencies.sum_seconds);
}

}  // namespace tend
