#include "common/service/stream_service.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/kafka/kafka_log.h"
#include "common/rpc/server.h"
#include "common/runtime/log.h"
#include "common/runtime/metric_names.h"
#include "common/runtime/metrics.h"
#include "common/service/lag_watch.h"
#include "common/service/up.h"
#include "common/stream/system_clock.h"
#include "common/stream/worker_loop.h"

namespace tend::service {
namespace {

// How long a step waits for a record: a stop is seen this late.
constexpr absl::Duration kPollWait = absl::Milliseconds(100);
// Of one step, under load: what a processor asks outside, it asks once a partition and step.
constexpr int kPollRecords = 5000;
constexpr int64_t kPollBytes = 4 << 20;
// Two requests a partition each time.
constexpr absl::Duration kLookEvery = absl::Seconds(5);
// A stop waits for the look it is at.
constexpr absl::Duration kLookWithin = absl::Seconds(1);
// A batch takes well under a second, and a fetch that waits for a broker two at most.
constexpr absl::Duration kStallAfter = absl::Seconds(30);

// Carries what the loop tells to metrics, health and log.
class Teller final : public stream::WorkerLoopObserver {
 public:
  // looked_at: the lag watch's own. look: as RunStreamService's.
  Teller(Metrics& metrics, rpc::Server& server, std::unique_ptr<stream::Log> looked_at,
         const std::function<absl::Status()>& look)
      : metrics_(metrics),
        look_(look),
        up_(metrics, server),
        lag_(std::move(looked_at), metrics, kLookEvery, kStallAfter,
             [this](const absl::Status& status) { Looked(status); }) {}

  absl::Status Observe(const stream::WorkerLoopView& view) override {
    const stream::WorkerStats& totals = view.totals;
    metrics_.Add(metric::kReceived, static_cast<double>(totals.records - told_.records));
    metrics_.AddRejects(told_.rejects, totals.rejects);
    metrics_.Add(metric::kEmitted, static_cast<double>(totals.emitted - told_.emitted));
    metrics_.Add(metric::kTransactions,
                 static_cast<double>(totals.transactions - told_.transactions));
    metrics_.Add(metric::kAborts, static_cast<double>(totals.aborts - told_.aborts));
    LatencyHistogram latencies = totals.latencies;
    metrics_.Observe(metric::kLatency, latencies -= told_.latencies);
    metrics_.Set(metric::kPartitions, view.running_tasks);
    if (view.running_tasks != tasks_) {
      LogInfo("partitions changed", {{"served", view.running_tasks}});
    }
    if (view.running_tasks > 0 && !view.in_trouble) up_.SetWorks(true);
    told_ = totals;
    tasks_ = view.running_tasks;
    return lag_.Tell(view.positions, view.waiting);
  }

  void Trouble(const absl::Status& status) override {
    metrics_.Add(metric::kErrors, 1, {{"code", absl::StatusCodeToString(status.code())}});
    LogWarning("waiting", {{"because", status}});
    up_.SetWorks(false);
  }

 private:
  // On the lag watch's thread.
  void Looked(const absl::Status& status) { up_.Looked(status.ok() && look_ ? look_() : status); }

  Metrics& metrics_;
  const std::function<absl::Status()>& look_;
  stream::WorkerStats told_;
  int tasks_ = 0;
  Up up_;
  LagWatch lag_;  // the first to go
};

}  // namespace

absl::Status RunStreamService(const v1::RuntimeConfig& config, absl::string_view service,
                              const stream::ProcessorSpec& spec, std::stop_token stop,
                              const std::function<absl::Status()>& look) {
  Metrics metrics(service);
  int metrics_port = 0;
  if (!config.metrics_address().empty()) {
    TEND_ASSIGN_OR_RETURN(metrics_port, metrics.Serve(config.metrics_address()));
  }
  kafka::KafkaOptions kafka;
  kafka.bootstrap_servers = config.kafka_bootstrap_servers();
  kafka.client_id = absl::StrCat(spec.name, ".", config.instance());
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<kafka::KafkaLog> log, kafka::KafkaLog::Make(kafka));
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<rpc::Server> server, rpc::Server::Start(config));
  LogInfo("started", {{"kafka", config.kafka_bootstrap_servers()},
                      {"rpc_port", server->port()},
                      {"metrics_port", metrics_port}});
  kafka.client_id += ".lag";
  kafka.call_timeout = kLookWithin;
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<kafka::KafkaLog> looked_at, kafka::KafkaLog::Make(kafka));
  Teller teller(metrics, *server, std::move(looked_at), look);
  const stream::SystemClock clock;
  stream::WorkerLoopOptions options;
  options.worker.member = config.instance();
  options.worker.limits = {kPollRecords, kPollBytes, kPollWait};
  return stream::RunWorker(*log, spec, clock, options, std::move(stop), teller);
}

}  // namespace tend::service
