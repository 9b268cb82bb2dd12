#include "services/cli/remote/status_command.h"

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "common/rpc/channel.h"
#include "common/rpc/health.h"
#include "services/cli/remote/call_error.h"
#include "services/cli/remote/kafka_hops.h"
#include "services/cli/remote/question.h"
#include "services/cli/remote/status_report.h"
#include "services/cli/terminal.h"
#include "tend/v1/operations_service.grpc.pb.h"

namespace tend::cli {
namespace {

using Stub = v1::OperationsService::Stub;

constexpr absl::Duration kTimeLimit = absl::Seconds(2);
constexpr char kFooter[] =
    "Examples:\n  tend status\n  tend status --json | jq .freshness\n\n"
    "By what query looked at some seconds ago: rate/s over the last minute; received and rejects\n"
    "since the services started; behind: offsets not read yet (a transaction's end takes one);\n"
    "waits: how long the oldest unread record has; p50, p99: from a record's being written to the\n"
    "hop's being done with it, over the last minute. While query does not answer, and with\n"
    "--direct, Kafka is asked how far behind the others are at this moment.\n"
    "Exit code 1: something is down, or does not tell (query neither, without --direct), or query\n"
    "last looked over 15 s ago (stale).";

struct Arguments {
  QuestionOptions question;
  std::string services, bootstrap;
  bool direct = false;
};

std::vector<ServiceState> AskForHealth(const std::vector<NamedServer>& servers) {
  std::vector<ServiceState> states;
  states.reserve(servers.size());
  for (const NamedServer& server : servers) {
    states.push_back({server.service, server.channel.address,
                      StateOf(rpc::IsServing(server.channel, kTimeLimit))});
  }
  return states;
}

absl::StatusOr<v1::GetFlowResponse> AskQuery(const rpc::ChannelOptions& server) {
  TEND_ASSIGN_OR_RETURN(const auto channel, rpc::MakeChannel(server));
  const auto stub = v1::OperationsService::NewStub(channel);
  return Call(*stub, &Stub::GetFlow, v1::GetFlowRequest());
}

// Errors: INVALID_ARGUMENT and NOT_FOUND of the options and the file.
absl::StatusOr<StatusReport> Ask(const Arguments& arguments) {
  const ServerOptions& server = arguments.question.server;
  TEND_ASSIGN_OR_RETURN(const std::vector<NamedServer> servers,
                        ResolveServices(server, arguments.services));
  TEND_ASSIGN_OR_RETURN(const rpc::ChannelOptions query, Resolve(Service::kQuery, server));
  TEND_ASSIGN_OR_RETURN(const std::string bootstrap,
                        ResolveBootstrap(arguments.bootstrap, server.config_file));
  StatusReport report;
  report.services = AskForHealth(servers);
  report.direct = arguments.direct;
  if (!arguments.direct) report.flow = AskQuery(query);
  if (report.flow.ok()) return report;
  if (!arguments.direct) {
    std::cerr << "tend status: query at " << query.address
              << " does not say what flows: " << MessageOf(report.flow.status()) << "\n";
  }
  const SlowAnswer slow;
  report.hops = AskKafka(bootstrap);
  if (!report.hops.ok()) {
    std::cerr << "tend status: Kafka at " << bootstrap << ": " << report.hops.status().message()
              << "\n";
  }
  return report;
}

}  // namespace

void AddStatusCommand(CLI::App& app, ExitCode& exit_code) {
  const auto arguments = std::make_shared<Arguments>();  // shared with the callback
  CLI::App* status = app.add_subcommand("status", "Is everything up, and how far behind is it?");
  AddEnvironmentOption(*status, "--services", arguments->services,
                       "scoring=host:port, several with commas; else this machine's",
                       "TEND_SERVICES");
  AddBootstrapOption(*status, arguments->bootstrap);
  status->add_flag("--direct", arguments->direct, "Ask Kafka itself, not query");
  status->footer(kFooter);
  AddQuestionOptions(*status, Service::kQuery, arguments->question);
  status->callback([arguments, &exit_code] {
    const absl::StatusOr<StatusReport> report = Ask(*arguments);
    if (!report.ok()) return TellError("status", report.status(), "", exit_code);
    const absl::Time now = absl::Now();
    std::cout << (arguments->question.json ? StatusJson(*report, now)
                                           : StatusText(*report, now, StyleOf(1)));
    exit_code = IsWell(*report, now) ? ExitCode::kOk : ExitCode::kFailed;
  });
}

}  // namespace tend::cli
