// What the commands that call a running service share: options, the call, its errors, JSON.

#ifndef TEND_SERVICES_CLI_REMOTE_QUESTION_H_
#define TEND_SERVICES_CLI_REMOTE_QUESTION_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "CLI/CLI.hpp"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/status.h"
#include "google/protobuf/message.h"
#include "services/cli/exit_code.h"
#include "services/cli/remote/connection.h"

namespace tend::cli {

// A server that does not answer a unary call within this is told as not answering.
inline constexpr std::chrono::seconds kAnswerTime{10};

// The most that query gives at once.
inline constexpr int kPage = 1000;

struct QuestionOptions {
  ServerOptions server;
  bool json = false;
};

// --server, --ca, --config and --json.
void AddQuestionOptions(CLI::App& command, Service service, QuestionOptions& options);

using Question = absl::FunctionRef<absl::Status(const std::shared_ptr<grpc::Channel>& channel)>;

// Asks at the service that the options name. An error is told (TellError); without one the exit
// code is 0, unless the question sets another.
void RunQuestion(const std::string& name, Service service, const QuestionOptions& options,
                 ExitCode& exit_code, Question question);

// Writes the error to stderr, with what to do about it, as that of "tend NAME" at the address, and
// sets the exit code (EndBy).
void TellError(const std::string& name, const absl::Status& status, const std::string& address,
               ExitCode& exit_code);

// Waits until the service answers, whatever it says, and tells each new reason why it does not yet,
// as "tend NAME". Errors: as Resolve; UNAVAILABLE: soon, where it is wrongly addressed; else when
// the patience is over, and OK where there is none.
absl::Status Await(const std::string& name, Service service, const ServerOptions& options,
                   absl::Duration patience);

// Tells a terminal that an answer takes its time, while it lives; nothing to others.
class SlowAnswer {
 public:
  SlowAnswer();
  ~SlowAnswer();
  SlowAnswer(const SlowAnswer&) = delete;
  SlowAnswer& operator=(const SlowAnswer&) = delete;

 private:
  std::jthread thread_;
};

// One unary call.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Call(Stub& stub,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kAnswerTime);
  Response response;
  const SlowAnswer slow;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return rpc::FromGrpc(status);
  return response;
}

// As protobuf writes it, with a line's end: indented, or on one line.
std::string JsonOf(const google::protobuf::Message& message, bool indented = true);

// Chosen by the caller for one command, so that a retry of it has no second effect.
std::string NewRequestId();

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_REMOTE_QUESTION_H_
