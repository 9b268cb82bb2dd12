#include "services/query/wiring.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/kafka/kafka_log.h"
#include "common/model/scoring_model.h"
#include "common/postgres/connection.h"
#include "common/postgres/pool.h"
#include "common/rpc/access.h"
#include "common/rpc/http/connect.h"
#include "common/rpc/http/server.h"
#include "common/rpc/server.h"
#include "common/runtime/log.h"
#include "common/runtime/metric_names.h"
#include "common/runtime/metrics.h"
#include "common/service/lag_watch.h"
#include "common/service/up.h"
#include "common/stream/system_clock.h"
#include "services/query/flow/flow_sampler.h"
#include "services/query/grpc/list_service.h"
#include "services/query/grpc/nudge_service.h"
#include "services/query/grpc/operations_service.h"
#include "services/query/grpc/relationship_service.h"
#include "services/query/position/passed_inputs.h"
#include "services/query/postgres/erased_persons.h"
#include "services/query/postgres/list_questions.h"
#include "services/query/postgres/nudge_questions.h"
#include "services/query/postgres/position_watch.h"
#include "services/query/postgres/projected_offsets.h"
#include "services/query/postgres/projection_writer.h"
#include "services/query/postgres/reject_questions.h"
#include "services/query/postgres/relationship_questions.h"
#include "services/query/postgres/tables.h"
#include "services/query/projector.h"
#include "services/query/watch/nudge_feed.h"
#include "services/query/watch/nudge_tail.h"
#include "services/query/watch/older_changes.h"
#include "tend/v1/policy.pb.h"
#include "tend/v1/scoring_model.pb.h"

namespace tend::query {
namespace {

constexpr int kReadConnections = 4, kHistoryMonths = 25;
constexpr int kMostReadConnections = 64, kMostHistoryMonths = 1200;
// Two requests a partition each time.
constexpr absl::Duration kLookEvery = absl::Seconds(5);
// A stop waits for what is on its way; librdkafka tries a question about offsets three times.
constexpr absl::Duration kCallWithin = absl::Seconds(3), kLookWithin = absl::Seconds(1);
// Of a trouble that lasts.
constexpr absl::Duration kTellEvery = absl::Minutes(1);
// Callers of ours wait 10 s: they are to hear before that the tables do not answer.
constexpr absl::Duration kAnswerWithin = absl::Seconds(5);
// A page of each instance and two requests a partition each time; rates are over a minute.
constexpr absl::Duration kFlowEvery = absl::Seconds(10);
// A batch takes well under a second, and one that moves a month's rows a minute at most.
constexpr absl::Duration kStallAfter = absl::Seconds(90);
// While somebody waits for a record that leaves nothing: a request, and two a partition.
constexpr absl::Duration kPassedEvery = absl::Milliseconds(100);
// Some ten thousand changes: a day of some thousand owners. What is older is read from the topic.
constexpr int64_t kFeedBytes = 64 << 20;

int64_t Total(const RejectCounts& rejects) {
  int64_t total = 0;
  for (const auto& [reason, count] : rejects) total += count;
  return total;
}

// Carries what the projector tells to metrics, health, log, and to whom waits for a position.
class Teller final : public ProjectorObserver {
 public:
  // looked_at: the lag watch's own.
  Teller(const v1::QueryConfig& config, Metrics& metrics, rpc::Server& server, PositionWatch& watch,
         const stream::Clock& clock, std::unique_ptr<stream::Log> looked_at)
      : metrics_(metrics),
        watch_(watch),
        clock_(clock),
        up_(metrics, server),
        looks_({.conninfo = config.postgres(), .answer_timeout = kLookWithin}),
        // Without Kafka what is known is still told.
        lag_(std::move(looked_at), metrics, kLookEvery, kStallAfter,
             [this](const absl::Status& /*kafka*/) { up_.Looked(looks_.Look()); }) {}

  void Leading() override {
    LogInfo("projecting");
    SetWorks();
  }
  // It answers all the same, from what the other instance projects.
  void Standby() override {
    if (!standby_) LogInfo("standing by: another instance projects");
    SetWorks();
    standby_ = true;
  }
  absl::Status Projected(const ProjectorReport& report) override {
    metrics_.Add(metric::kReceived, static_cast<double>(report.records));
    metrics_.AddRejects({}, report.rejects);
    if (!report.rejects.empty()) {  // a line a batch: tend.rejects.v1 has them all
      LogWarning("records of no use",
                 {{"records", Total(report.rejects)}, {"first", report.first_reject}});
    }
    if (report.records > 0) {
      metrics_.Add(metric::kTransactions, 1);
      metrics_.Observe(metric::kLatency, report.latencies);
      watch_.Moved();
    }
    return lag_.Tell(report.positions, false);
  }
  void Trouble(const absl::Status& status) override {
    metrics_.Add(metric::kErrors, 1, {{"code", absl::StatusCodeToString(status.code())}});
    if (clock_.Elapsed() - told_ >= kTellEvery) {
      LogWarning("waiting", {{"because", status}});
      told_ = clock_.Elapsed();
    }
    standby_ = false;
    up_.SetWorks(false);
  }

 private:
  void SetWorks() {
    standby_ = false;
    told_ = -absl::InfiniteDuration();
    up_.SetWorks(true);
  }

  Metrics& metrics_;
  PositionWatch& watch_;
  const stream::Clock& clock_;
  bool standby_ = false;
  absl::Duration told_ = -absl::InfiniteDuration();  // of this trouble
  service::Up up_;
  postgres::Connection looks_;  // of the lag watch's thread
  service::LagWatch lag_;       // the first to go
};

absl::StatusOr<std::unique_ptr<kafka::KafkaLog>> MakeLog(const v1::RuntimeConfig& runtime,
                                                         absl::string_view what,
                                                         absl::Duration call_timeout) {
  kafka::KafkaOptions kafka;
  kafka.bootstrap_servers = runtime.kafka_bootstrap_servers();
  kafka.client_id = absl::StrCat("tend.query.", runtime.instance(), what);
  kafka.call_timeout = call_timeout;
  return kafka::KafkaLog::Make(kafka);
}

// The stream of nudges: its feed, and the thread that fills it.
class Stream {
 public:
  Stream(const v1::QueryConfig& config, std::unique_ptr<kafka::KafkaLog> tailed,
         std::unique_ptr<kafka::KafkaLog> looked_up, const stream::Clock& clock)
      : options_{.instance = config.runtime().instance()},
        log_(std::move(tailed)),
        looked_up_(std::move(looked_up)),
        connection_({config.postgres()}),
        older_(*looked_up_, feed_,
               [this](const std::set<std::string>& persons) {
                 return ReadErased(connection_, persons);
               }),
        sources_{feed_, older_, clock},
        tail_(*log_, feed_, options_),
        older_thread_([this](const std::stop_token& stop) { RunOlderChanges(older_, stop); }),
        thread_(
            [this](const std::stop_token& stop) { RunNudgeTail(tail_, feed_, options_, stop); }) {}

  const WatchSources& sources() const { return sources_; }
  // Whoever watches is told.
  void End() {
    thread_.request_stop();
    thread_.join();
  }

 private:
  const NudgeTailOptions options_;
  const std::unique_ptr<kafka::KafkaLog> log_, looked_up_;
  NudgeFeed feed_{kFeedBytes};
  postgres::Connection connection_;  // of who reads older changes
  OlderChanges older_;
  const WatchSources sources_;
  NudgeTail tail_;
  std::jthread older_thread_;
  std::jthread thread_;  // both are the first to go
};

// What flows through the services: its sampler, and the thread that looks.
class Flow {
 public:
  Flow(const v1::QueryConfig& config, std::unique_ptr<kafka::KafkaLog> log,
       const stream::Clock& clock)
      : log_(std::move(log)),
        connection_({config.postgres()}),
        sampler_(
            config, *log_,
            [this](const std::string& service, const std::vector<std::string>& topics) {
              return PlacesOf(service, topics);
            },
            clock),
        thread_(
            [this](const std::stop_token& stop) { RunFlowSampler(sampler_, kFlowEvery, stop); }) {}

  const FlowSampler& sampler() const { return sampler_; }

 private:
  // Query commits nothing in its group: the tables know.
  absl::StatusOr<Places> PlacesOf(const std::string& service,
                                  const std::vector<std::string>& topics) {
    if (service == "query") return ReadProjectedOffsets(connection_);
    return log_->GroupOffsets(absl::StrCat("tend.", service), topics);
  }

  const std::unique_ptr<kafka::KafkaLog> log_;
  postgres::Connection connection_;
  FlowSampler sampler_;
  std::jthread thread_;  // the first to go
};

// What waits for positions, and the thread that asks the log for them.
class Positions {
 public:
  explicit Positions(std::unique_ptr<kafka::KafkaLog> log)
      : log_(std::move(log)),
        passed_(*log_,
                [this](const std::string& group, const std::vector<std::string>& topics) {
                  return log_->GroupOffsets(group, topics);
                }),
        watch_(passed_),
        thread_([this](const std::stop_token& stop) {
          RunPassedInputs(passed_, kPassedEvery, stop);
        }) {}

  PositionWatch& watch() { return watch_; }

 private:
  const std::unique_ptr<kafka::KafkaLog> log_;
  PassedInputs passed_;
  PositionWatch watch_;
  std::jthread thread_;  // the first to go
};

// What answers: the handlers, and the two doors to them.
class Doors {
 public:
  Doors(const v1::QueryConfig& config, PositionWatch& watch, const WatchSources& sources,
        const FlowSampler& flow, const stream::Clock& clock, const Judgement& judgement,
        int history_months)
      : read_connections_(config.read_connections() == 0 ? kReadConnections
                                                         : config.read_connections()),
        pool_({.conninfo = config.postgres(), .answer_timeout = kAnswerWithin}, read_connections_),
        access_(config.runtime()),
        tables_(pool_, watch),
        questions_(tables_, clock, judgement, history_months),
        relationships_(questions_),
        nudge_questions_(tables_, clock),
        nudges_(nudge_questions_, sources),
        // A report on a large list takes seconds: half of the connections stay for the others.
        list_questions_(tables_, clock, judgement, std::max(1, read_connections_ / 2)),
        lists_(list_questions_),
        reject_questions_(tables_),
        operations_(reject_questions_, flow) {}

  absl::Status Open(const v1::RuntimeConfig& runtime) {
    TEND_ASSIGN_OR_RETURN(
        server_, rpc::Server::Start(runtime, {&relationships_, &nudges_, &lists_, &operations_}));
    if (runtime.http_address().empty()) return absl::OkStatus();
    TEND_ASSIGN_OR_RETURN(
        http_,
        rpc::HttpServer::Start(
            runtime, rpc::ConnectRoutes(*server_, access_,
                                        {"tend.v1.RelationshipService", "tend.v1.NudgeService",
                                         "tend.v1.ListService", "tend.v1.OperationsService"})));
    return absl::OkStatus();
  }

  rpc::Server& server() { return *server_; }
  int http_port() const { return http_ == nullptr ? 0 : http_->port(); }

 private:
  const int read_connections_;
  postgres::Pool pool_;
  const rpc::Access access_;
  Tables tables_;
  RelationshipQuestions questions_;
  RelationshipServiceHandler relationships_;
  NudgeQuestions nudge_questions_;
  NudgeServiceHandler nudges_;
  ListQuestions list_questions_;
  ListServiceHandler lists_;
  RejectQuestions reject_questions_;
  OperationsServiceHandler operations_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<rpc::HttpServer> http_;
};

void CheckMetricsAddresses(const v1::QueryConfig& config, ConfigFaults& faults) {
  const std::vector<std::string> services = FlowServices();
  for (const auto& [service, addresses] : config.metrics_addresses()) {
    if (std::find(services.begin(), services.end(), service) == services.end()) {
      faults.Add("metrics_addresses.key", service, absl::StrJoin(services, ", "));
    }
    faults.RequireAddresses(absl::StrCat("metrics_addresses[", service, "]"), addresses);
  }
}

}  // namespace

Settings ReadSettings(const v1::QueryConfig& config, ConfigFaults& faults) {
  Settings settings;
  settings.config = config;
  settings.model = faults.Make<v1::ScoringModel>("model_file", config.model_file(), model::Compile);
  settings.policy = faults.Make<v1::Policy>("policy_file", config.policy_file(), model::Compile);
  faults.Check("postgres", postgres::CheckConninfo(config.postgres()));
  const auto check = [&](absl::string_view key, int value, int most) {
    if (value < 0 || value > most) {
      faults.Add(key, absl::StrCat(value), absl::StrCat("0 (the default) to ", most));
    }
  };
  check("read_connections", config.read_connections(), kMostReadConnections);
  check("history_months", config.history_months(), kMostHistoryMonths);
  CheckMetricsAddresses(config, faults);
  return settings;
}

absl::Status Run(const Settings& settings, const std::stop_token& stop) {
  const v1::QueryConfig& config = settings.config;
  const v1::RuntimeConfig& runtime = config.runtime();
  Metrics metrics("query");
  int metrics_port = 0;
  if (!runtime.metrics_address().empty()) {
    TEND_ASSIGN_OR_RETURN(metrics_port, metrics.Serve(runtime.metrics_address()));
  }
  const stream::SystemClock clock;
  ProjectorOptions options;
  options.instance = runtime.instance();
  options.history_months = config.history_months() == 0 ? kHistoryMonths : config.history_months();
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<kafka::KafkaLog> log,
                        MakeLog(runtime, "", kCallWithin));
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<kafka::KafkaLog> looked_at,
                        MakeLog(runtime, ".lag", kLookWithin));
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<kafka::KafkaLog> tailed,
                        MakeLog(runtime, ".watch", kCallWithin));
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<kafka::KafkaLog> looked_up,
                        MakeLog(runtime, ".older", kCallWithin));
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<kafka::KafkaLog> flow_log,
                        MakeLog(runtime, ".flow", kLookWithin));
  Stream nudges(config, std::move(tailed), std::move(looked_up), clock);
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<kafka::KafkaLog> passed_log,
                        MakeLog(runtime, ".passed", kLookWithin));
  Positions positions(std::move(passed_log));
  Flow flow(config, std::move(flow_log), clock);
  Doors doors(config, positions.watch(), nudges.sources(), flow.sampler(), clock,
              {settings.model, settings.policy}, options.history_months);
  TEND_RETURN_IF_ERROR(doors.Open(runtime));
  LogInfo("started", {{"kafka", runtime.kafka_bootstrap_servers()},
                      {"rpc_port", doors.server().port()},
                      {"http_port", doors.http_port()},
                      {"metrics_port", metrics_port}});
  Teller teller(config, metrics, doors.server(), positions.watch(), clock, std::move(looked_at));
  ProjectionWriter writer({config.postgres()}, {options.history_months});
  Projector projector(*log, writer, clock, options);
  absl::Status status = RunProjector(projector, options, teller, stop);
  doors.server().SetServing(false);
  nudges.End();
  return status;
}

}  // namespace tend::query
