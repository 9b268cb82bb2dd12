#include "services/cli/remote/question.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <random>
#include <stop_token>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/rpc/channel.h"
#include "common/rpc/health.h"
#include "services/cli/progress.h"
#include "services/cli/remote/call_error.h"

namespace tend::cli {
namespace {

// What answers sooner needs no word.
constexpr std::chrono::seconds kSlow{1};
constexpr absl::Duration kBetweenTries = absl::Milliseconds(250);

absl::Status Ask(const rpc::ChannelOptions& server, Question question) {
  TEND_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, rpc::MakeChannel(server));
  return question(channel);
}

}  // namespace

SlowAnswer::SlowAnswer() {
  Progress::Output output = Progress::Stderr();
  if (!output.style.live) return;
  thread_ = std::jthread([output = std::move(output)](const std::stop_token& stop) {
    std::mutex mu;
    std::condition_variable_any over;
    std::unique_lock lock(mu);
    if (over.wait_for(lock, stop, kSlow, [] { return false; }); stop.stop_requested()) return;
    Progress progress("waiting for the answer", "", output);
    progress.Say(absl::StrCat("for at most ", kAnswerTime.count(), " s"));
    over.wait(lock, stop, [] { return false; });
  });
}

SlowAnswer::~SlowAnswer() = default;  // stops and joins

void AddQuestionOptions(CLI::App& command, Service service, QuestionOptions& options) {
  command.add_flag("--json", options.json, "JSON instead of words");
  AddServerOptions(command, service, options.server);
}

void RunQuestion(const std::string& name, Service service, const QuestionOptions& options,
                 ExitCode& exit_code, Question question) {
  const absl::StatusOr<rpc::ChannelOptions> server = Resolve(service, options.server);
  exit_code = ExitCode::kOk;
  const absl::Status status = server.ok() ? Ask(*server, question) : server.status();
  if (!status.ok()) TellError(name, status, server.ok() ? server->address : "", exit_code);
}

absl::Status Await(const std::string& name, Service service, const ServerOptions& options,
                   absl::Duration patience) {
  TEND_ASSIGN_OR_RETURN(const rpc::ChannelOptions server, Resolve(service, options));
  const absl::Time until = absl::Now() + patience;
  absl::Status away;
  std::string told;
  for (bool wrong = false; absl::Now() < until; absl::SleepFor(kBetweenTries)) {
    const bool was_wrong = wrong;
    const absl::Duration limit =
        std::clamp(until - absl::Now(), kBetweenTries, absl::FromChrono(kAnswerTime));
    {
      const SlowAnswer slow;
      away = rpc::IsServing(server, limit).status();
    }
    if (!absl::IsUnavailable(away)) return absl::OkStatus();
    wrong = IsWronglyAddressed(away);
    if (wrong && was_wrong) break;
    if (wrong || MessageOf(away) == told) continue;
    told = MessageOf(away);
    std::cerr << "tend " << name << ": " << told << "; this waits";
    if (patience < absl::InfiniteDuration()) {
      std::cerr << " for at most " << FormatSpan(until - absl::Now());
    }
    std::cerr << std::endl;
  }
  return away;
}

void TellError(const std::string& name, const absl::Status& status, const std::string& address,
               ExitCode& exit_code) {
  std::cerr << "tend " << name << ": " << MessageOf(status) << "\n"
            << "tend " << name << ": " << Advice(status, address) << "\n";
  exit_code = EndBy(status);
}

std::string JsonOf(const google::protobuf::Message& message, bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indented;
  options.always_print_primitive_fields = true;
  std::string json;
  TEND_CHECK(google::protobuf::util::MessageToJsonString(message, &json, options).ok());
  if (json.empty() || json.back() != '\n') json += '\n';
  return json;
}

std::string NewRequestId() {
  std::random_device chance;
  return absl::StrFormat("%08x%08x%08x%08x", chance(), chance(), chance(), chance());
}

}  // namespace tend::cli
