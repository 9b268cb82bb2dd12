#include "services/ingest/wiring.h"

#include <condition_variable>
#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/kafka/kafka_log.h"
#include "common/rpc/access.h"
#include "common/rpc/http/connect.h"
#include "common/rpc/http/server.h"
#include "common/rpc/server.h"
#include "common/runtime/log.h"
#include "common/runtime/metric_names.h"
#include "common/runtime/metrics.h"
#include "common/stream/system_clock.h"
#include "services/ingest/grpc/inbox_service.h"
#include "services/ingest/grpc/ingest_service.h"
#include "services/ingest/publisher.h"

namespace tend::ingest {
namespace {

void WaitFor(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait(lock, stop, [] { return false; });
}

}  // namespace

void CheckConfig(const v1::IngestConfig& /*config*/, ConfigFaults& /*faults*/) {}

absl::Status Run(const v1::IngestConfig& config, const std::stop_token& stop) {
  const v1::RuntimeConfig& runtime = config.runtime();
  Metrics metrics("ingest");
  int metrics_port = 0;
  if (!runtime.metrics_address().empty()) {
    TEND_ASSIGN_OR_RETURN(metrics_port, metrics.Serve(runtime.metrics_address()));
  }
  kafka::KafkaOptions kafka;
  kafka.bootstrap_servers = runtime.kafka_bootstrap_servers();
  kafka.client_id = absl::StrCat("tend.ingest.", runtime.instance());
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<kafka::KafkaLog> log, kafka::KafkaLog::Make(kafka));
  const stream::SystemClock clock;
  Publisher publisher(*log);
  IngestServiceHandler ingest(publisher, clock);
  InboxServiceHandler inbox(publisher, clock);
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<rpc::Server> server,
                        rpc::Server::Start(runtime, {&ingest, &inbox}));
  const rpc::Access access(runtime);
  std::unique_ptr<rpc::HttpServer> http;
  if (!runtime.http_address().empty()) {
    TEND_ASSIGN_OR_RETURN(
        http, rpc::HttpServer::Start(
                  runtime, rpc::ConnectRoutes(*server, access,
                                              {"tend.v1.InboxService", "tend.v1.IngestService"})));
  }
  server->SetServing(true);
  metrics.Set(metric::kUp, 1);
  LogInfo("started", {{"kafka", runtime.kafka_bootstrap_servers()},
                      {"rpc_port", server->port()},
                      {"http_port", http == nullptr ? 0 : http->port()},
                      {"metrics_port", metrics_port}});
  WaitFor(stop);
  server->SetServing(false);
  return absl::OkStatus();
}

}  // namespace tend::ingest
