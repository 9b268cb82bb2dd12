#include "services/ingest/wiring.h"

#include <pthread.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/latency_histogram.h"
#include "common/base/status_macros.h"
#include "common/kafka/kafka_log.h"
#include "common/rpc/access.h"
#include "common/rpc/http/connect.h"
#include "common/rpc/http/server.h"
#include "common/rpc/server.h"
#include "common/runtime/log.h"
#include "common/runtime/metric_names.h"
#include "common/runtime/metrics.h"
#include "common/runtime/pause.h"
#include "common/stream/system_clock.h"
#include "services/ingest/grpc/inbox_service.h"
#include "services/ingest/grpc/ingest_service.h"
#include "services/ingest/import_ledger.h"
#include "services/ingest/inbox_reader.h"
#include "services/ingest/publisher.h"
#include "services/ingest/web/source_door.h"

namespace tend::ingest {
namespace {

// A stop of the service is seen this late by the inbox.
constexpr absl::Duration kInboxPoll = absl::Milliseconds(200);
constexpr absl::Duration kInboxPause = absl::Seconds(1);
constexpr absl::Duration kTellEvery = absl::Milliseconds(200);
// Somebody waits for the answer: when Kafka is away, they are to hear so soon.
constexpr absl::Duration kAnswerWithin = absl::Seconds(3);
// A look finds nobody so soon, and a stop waits for the look it is at.
constexpr absl::Duration kLookWithin = absl::Seconds(1);

int64_t Total(const RejectCounts& rejects) {
  int64_t total = 0;
  for (const auto& [reason, count] : rejects) total += count;
  return total;
}

// Carries what the publisher knows to health, metrics and log until told to stop: everything that
// comes in goes through it.
void TellUntil(const std::stop_token& stop, Publisher& publisher, rpc::Server& server,
               Metrics& metrics) {
  PublisherCounts told;
  bool waits = false;
  publisher.Check().IgnoreError();  // there is nothing to tell before the first look
  while (!stop.stop_requested()) {
    const absl::Status log = publisher.log_status();
    if (!log.ok() && !waits) LogWarning("waiting", {{"because", log}});
    waits = !log.ok();
    server.SetServing(log.ok());
    metrics.Set(metric::kUp, log.ok() ? 1 : 0);
    const PublisherCounts now = publisher.counts();
    const int64_t rejects = Total(now.rejects) - Total(told.rejects);
    const int64_t written = now.written - told.written;
    metrics.Add(metric::kReceived, static_cast<double>(written));
    metrics.Add(metric::kEmitted, static_cast<double>(written - rejects));
    metrics.AddRejects(told.rejects, now.rejects);
    metrics.Add(metric::kErrors, static_cast<double>(now.failures - told.failures),
                {{"code", absl::StatusCodeToString(absl::StatusCode::kUnavailable)}});
    LatencyHistogram latencies = now.latencies;
    metrics.Observe(metric::kLatency, latencies -= told.latencies);
    told = now;
    Pause(kTellEvery, stop);
  }
}

// For a path, without anything to escape.
bool IsPlainName(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  });
}

// Null where no address is configured.
absl::StatusOr<std::unique_ptr<rpc::HttpServer>> StartHttp(const v1::RuntimeConfig& runtime,
                                                           rpc::Server& server,
                                                           const rpc::Access& access,
                                                           const std::vector<SourceDoor>& doors) {
  if (runtime.http_address().empty()) return nullptr;
  std::vector<rpc::HttpRoute> routes =
      rpc::ConnectRoutes(server, access, {"tend.v1.InboxService", "tend.v1.IngestService"});
  for (const SourceDoor& door : doors) routes.push_back(door.Route());
  return rpc::HttpServer::Start(runtime, std::move(routes));
}

// Reads the inbox on a thread of its own for as long as it lives.
class InboxThread {
 public:
  InboxThread(stream::Log& log, Publisher& publisher, const stream::Clock& clock, Source source,
              const std::string& member, Metrics& metrics)
      : source_(std::move(source)),
        reader_(log, publisher, clock, source_, member),
        metrics_(metrics),
        thread_([this](const std::stop_token& stop) {
          pthread_setname_np(pthread_self(), "inbox");
          Run(stop);
        }) {}

 private:
  // A trouble is told once for each spell.
  void Run(const std::stop_token& stop) {
    bool troubled = false;
    while (!stop.stop_requested()) {
      const absl::Status status = reader_.Step(kInboxPoll);
      if (!status.ok()) {
        metrics_.Add(metric::kErrors, 1, {{"code", absl::StatusCodeToString(status.code())}});
        if (!troubled) LogWarning("the inbox waits", {{"because", status}});
        Pause(kInboxPause, stop);
      }
      troubled = !status.ok();
    }
  }

  const Source source_;
  InboxReader reader_;
  Metrics& metrics_;
  std::jthread thread_;  // last: it uses all of the above
};

// One for each thread that uses it, or lock.
absl::StatusOr<std::unique_ptr<kafka::KafkaLog>> OpenLog(const v1::RuntimeConfig& runtime,
                                                         absl::Duration call_timeout) {
  kafka::KafkaOptions options;
  options.call_timeout = call_timeout;
  options.delivery_timeout = kAnswerWithin;
  options.bootstrap_servers = runtime.kafka_bootstrap_servers();
  options.client_id = absl::StrCat("tend.ingest.", runtime.instance());
  return kafka::KafkaLog::Make(options);
}

}  // namespace

Settings ReadSettings(const v1::IngestConfig& config, ConfigFaults& faults) {
  Settings settings;
  settings.config = config;
  std::set<std::string> names;
  for (int i = 0; i < config.sources_size(); ++i) {
    const v1::SourceConfig& source = config.sources(i);
    const std::string key = absl::StrCat("sources[", i, "].");
    if (!IsPlainName(source.name()) || !names.insert(source.name()).second) {
      faults.Add(absl::StrCat(key, "name"), source.name(),
                 "letters, digits, \"-\", \"_\" and \".\", and each name once");
    }
    settings.sources.push_back(ReadSource(source, key, faults));
  }
  if (config.has_inbox()) settings.inbox = ReadInbox(config.inbox(), faults);
  if (!names.empty()) {
    faults.RequireSet("runtime.http_address", config.runtime().http_address());
  }
  return settings;
}

absl::Status Run(const Settings& settings, const std::stop_token& stop) {
  const v1::RuntimeConfig& runtime = settings.config.runtime();
  Metrics metrics("ingest");
  int metrics_port = 0;
  if (!runtime.metrics_address().empty()) {
    TEND_ASSIGN_OR_RETURN(metrics_port, metrics.Serve(runtime.metrics_address()));
  }
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<kafka::KafkaLog> publisher_log,
                        OpenLog(runtime, kLookWithin));
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<kafka::KafkaLog> ledger_log,
                        OpenLog(runtime, kAnswerWithin));
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<kafka::KafkaLog> inbox_log,
                        OpenLog(runtime, kAnswerWithin));
  const stream::SystemClock clock;
  Publisher publisher(*publisher_log);
  const rpc::Access access(runtime);
  std::vector<SourceDoor> doors;
  doors.reserve(settings.sources.size());
  for (const Source& source : settings.sources) {
    doors.emplace_back(source, access, publisher, clock);
  }
  ImportLedger ledger(*ledger_log, publisher);
  IngestServiceHandler ingest(publisher, ledger, clock);
  InboxServiceHandler inbox(publisher, clock);
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<rpc::Server> server,
                        rpc::Server::Start(runtime, {&ingest, &inbox}));
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<rpc::HttpServer> http,
                        StartHttp(runtime, *server, access, doors));
  std::unique_ptr<InboxThread> inbox_thread;
  if (settings.inbox.has_value()) {
    inbox_thread = std::make_unique<InboxThread>(*inbox_log, publisher, clock, *settings.inbox,
                                                 runtime.instance(), metrics);
  }
  LogInfo("started", {{"kafka", runtime.kafka_bootstrap_servers()},
                      {"rpc_port", server->port()},
                      {"http_port", http == nullptr ? 0 : http->port()},
                      {"metrics_port", metrics_port}});
  TellUntil(stop, publisher, *server, metrics);
  server->SetServing(false);
  return absl::OkStatus();
}

}  // namespace tend::ingest
