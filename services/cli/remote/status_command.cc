#include "services/cli/remote/status_command.h"

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "common/rpc/channel.h"
#include "common/rpc/health.h"
#include "services/cli/remote/kafka_hops.h"
#include "services/cli/remote/question.h"
#include "services/cli/remote/status_report.h"
#include "services/cli/terminal.h"
#include "tend/v1/operations_service.grpc.pb.h"

namespace tend::cli {
namespace {

using Stub = v1::OperationsService::Stub;

constexpr absl::Duration kTimeLimit = absl::Seconds(2);
constexpr char kServices[] =
    "ingest=127.0.0.1:7410,enrichment=127.0.0.1:7411,scoring=127.0.0.1:7412,"
    "notification=127.0.0.1:7413,query=127.0.0.1:7414";
constexpr char kFooter[] =
    "Examples:\n  tend status\n  tend status --json | jq .freshness\n\n"
    "By what query looked at some seconds ago: rate/s over the last minute; received and rejects\n"
    "since the services started; behind: offsets not read yet (a transaction's end takes one);\n"
    "waits: how long the oldest unread record has; p50, p99: from a record's being written to the\n"
    "hop's being done with it, over the last minute. While query does not answer, and with\n"
    "--direct, Kafka is asked how far behind the others are at this moment.\n"
    "Exit code 1: something is down, or does not tell.";

struct Arguments {
  QuestionOptions question;
  std::string services = kServices;
  std::string bootstrap = "127.0.0.1:19092";
  bool direct = false;
};

std::vector<ServiceState> AskForHealth(const std::string& services) {
  std::vector<ServiceState> states;
  for (const absl::string_view part : absl::StrSplit(services, ',', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> named = absl::StrSplit(part, absl::MaxSplits('=', 1));
    const absl::StatusOr<bool> serving = rpc::IsServing(named.second, kTimeLimit);
    const char* state = !serving.ok() ? "down" : *serving ? "serving" : "not serving";
    states.push_back({named.first, named.second, state});
  }
  return states;
}

absl::StatusOr<v1::GetFlowResponse> AskQuery(const ServerOptions& options) {
  TEND_ASSIGN_OR_RETURN(const rpc::ChannelOptions server, Resolve(Service::kQuery, options));
  TEND_ASSIGN_OR_RETURN(const auto channel, rpc::MakeChannel(server));
  const auto stub = v1::OperationsService::NewStub(channel);
  return Call(*stub, &Stub::GetFlow, v1::GetFlowRequest());
}

StatusReport Ask(const Arguments& arguments) {
  StatusReport report;
  report.services = AskForHealth(arguments.services);
  if (!arguments.direct) report.flow = AskQuery(arguments.question.server);
  if (report.flow.ok()) return report;
  if (!arguments.direct) {
    std::cerr << "tend status: query does not say what flows: " << report.flow.status().message()
              << "\n";
  }
  report.hops = AskKafka(arguments.bootstrap);
  if (!report.hops.ok()) {
    std::cerr << "tend status: Kafka at " << arguments.bootstrap << ": "
              << report.hops.status().message() << "\n";
  }
  return report;
}

}  // namespace

void AddStatusCommand(CLI::App& app, ExitCode& exit_code) {
  const auto arguments = std::make_shared<Arguments>();  // shared with the callback
  CLI::App* status = app.add_subcommand("status", "Is everything up, and how far behind is it?");
  status->add_option("--services", arguments->services, "name=host:port, several with commas")
      ->envname("TEND_SERVICES")
      ->capture_default_str();
  status->add_option("--bootstrap", arguments->bootstrap, "Kafka, host:port[,host:port...]")
      ->envname("TEND_BOOTSTRAP")
      ->capture_default_str();
  status->add_flag("--direct", arguments->direct, "Ask Kafka itself, not query");
  status->footer(kFooter);
  AddQuestionOptions(*status, Service::kQuery, arguments->question);
  status->callback([arguments, &exit_code] {
    const StatusReport report = Ask(*arguments);
    std::cout << (arguments->question.json ? StatusJson(report)
                                           : StatusText(report, absl::Now(), StyleOf(1)));
    exit_code = IsWell(report) ? ExitCode::kOk : ExitCode::kFailed;
  });
}

}  // namespace tend::cli
