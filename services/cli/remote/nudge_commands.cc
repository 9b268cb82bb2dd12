#include "services/cli/remote/nudge_commands.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/model/words.h"
#include "common/rpc/channel.h"
#include "services/cli/remote/call_error.h"
#include "services/cli/remote/person_search.h"
#include "services/cli/remote/question.h"
#include "services/cli/text_width.h"
#include "services/cli/usage.h"
#include "services/cli/view_text.h"
#include "tend/v1/inbox_service.grpc.pb.h"
#include "tend/v1/nudge_service.grpc.pb.h"
#include "tend/v1/relationship_service.grpc.pb.h"

namespace tend::cli {
namespace {

using Channel = std::shared_ptr<grpc::Channel>;

struct NudgesArguments {
  QuestionOptions question;
  std::string owner, person, resume;
  int limit = 20;
  bool watch = false;
  bool all = false;
};

struct AnswerArguments {
  QuestionOptions question;
  ServerOptions query;
  std::string nudge, owner, comment;
  v1::Feedback feedback = v1::FEEDBACK_UNSPECIFIED;
};

const std::map<std::string, v1::Feedback> kFeedback = {
    {"right_time", v1::FEEDBACK_RIGHT_TIME},
    {"too_early", v1::FEEDBACK_TOO_EARLY},
    {"already_talking", v1::FEEDBACK_ALREADY_TALKING},
    {"not_a_fit", v1::FEEDBACK_NOT_A_FIT}};

std::string StateOf(v1::NudgeState state) {
  return PlainWords(v1::NudgeState_Name(state), sizeof("NUDGE_STATE_") - 1);
}

// The nudge with the id by which it is answered.
std::string TextOf(const v1::Nudge& nudge, PersonNames& names) {
  std::string text =
      NudgeText(nudge, names.Of(nudge.moment().person_id()), absl::Now(), StyleOf(1));
  const bool open = nudge.state() == v1::NUDGE_STATE_OPEN;
  absl::StrAppend(&text, open ? "  tend answer " : absl::StrCat("  ", StateOf(nudge.state()), ", "),
                  nudge.nudge_id(), "\n");
  return text;
}

std::string TextOf(const v1::NudgeChanged& change, PersonNames& names) {
  if (change.reason_case() == v1::NudgeChanged::kOpenedByMomentId) {
    return TextOf(change.nudge(), names);
  }
  std::string text = absl::StrCat(change.nudge().nudge_id(), " of ", change.nudge().owner_id(),
                                  " about ", names.Of(change.nudge().moment().person_id()), ": ",
                                  StateOf(change.nudge().state()));
  if (change.reason_case() == v1::NudgeChanged::kWithdrawn) {
    absl::StrAppend(&text, ". ", model::WordsOfClose(change.withdrawn()));
  }
  return Printable({text.data(), text.size()}) + "\n";
}

absl::Status List(const NudgesArguments& arguments, const Channel& channel) {
  const auto stub = v1::NudgeService::NewStub(channel);
  const auto relationships = v1::RelationshipService::NewStub(channel);
  v1::ListNudgesRequest request;
  request.set_owner_id(arguments.owner);
  if (!arguments.person.empty()) {
    TEND_ASSIGN_OR_RETURN(*request.mutable_person_id(),
                          FindPerson(arguments.person, *relationships));
  }
  request.set_include_held(true);
  if (!arguments.all) request.add_states(v1::NUDGE_STATE_OPEN);
  // A page's size belongs to what a token is good with: it stays.
  request.set_page_size(std::min(arguments.limit, kPage));
  v1::ListNudgesResponse nudges;
  do {
    TEND_ASSIGN_OR_RETURN(const v1::ListNudgesResponse page,
                          Call(*stub, &v1::NudgeService::Stub::ListNudges, request));
    for (const v1::Nudge& nudge : page.nudges()) {
      if (nudges.nudges_size() < arguments.limit) *nudges.add_nudges() = nudge;
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && nudges.nudges_size() < arguments.limit);
  if (arguments.question.json) {
    std::cout << JsonOf(nudges);
    return absl::OkStatus();
  }
  PersonNames names(*relationships);
  for (const v1::Nudge& nudge : nudges.nudges()) std::cout << TextOf(nudge, names);
  if (nudges.nudges().empty()) {
    std::cout << (arguments.all ? "No nudge, neither open nor past.\n"
                                : "Nothing to say: nobody needs to be written to now.\n");
  }
  return absl::OkStatus();
}

// Until the stream ends or somebody stops the command.
absl::Status Watch(const NudgesArguments& arguments, const Channel& channel) {
  const auto stub = v1::NudgeService::NewStub(channel);
  const auto relationships = v1::RelationshipService::NewStub(channel);
  PersonNames names(*relationships);
  v1::WatchNudgesRequest request;
  request.set_owner_id(arguments.owner);
  request.set_resume_token(arguments.resume);
  grpc::ClientContext context;
  const auto reader = stub->WatchNudges(&context, request);
  v1::WatchNudgesResponse answer;
  std::string token;
  while (reader->Read(&answer)) {
    token = answer.resume_token();
    if (arguments.question.json) {
      std::cout << JsonOf(answer, false) << std::flush;
    } else if (answer.has_change()) {
      std::cout << TextOf(answer.change(), names) << std::flush;
    }
  }
  absl::Status status = rpc::FromGrpc(reader->Finish());
  if (status.ok() || token.empty()) return status;
  return {status.code(),
          absl::StrCat(MessageOf(status), "; --resume ", token, " goes on from here")};
}

// The nudge as query knows it, once it has seen the position.
absl::StatusOr<v1::Nudge> ReadNudge(const AnswerArguments& arguments,
                                    const v1::Position* position = nullptr) {
  ServerOptions query = arguments.query;
  query.ca_file = arguments.question.server.ca_file;
  query.config_file = arguments.question.server.config_file;
  TEND_ASSIGN_OR_RETURN(const rpc::ChannelOptions server, Resolve(Service::kQuery, query));
  TEND_ASSIGN_OR_RETURN(const Channel channel, rpc::MakeChannel(server));
  const auto stub = v1::NudgeService::NewStub(channel);
  v1::GetNudgeRequest request;
  request.set_nudge_id(arguments.nudge);
  if (position != nullptr) *request.mutable_min_position() = *position;
  const auto answer = Call(*stub, &v1::NudgeService::Stub::GetNudge, request);
  if (answer.ok()) return answer->nudge();
  return Advise(absl::Status(answer.status().code(),
                             absl::StrCat("query at ", server.address, " did not say (",
                                          MessageOf(answer.status()), ")")),
                Advice(answer.status(), server.address));
}

// The owner of a nudge, where the command does not say it.
absl::StatusOr<std::string> OwnerOf(const AnswerArguments& arguments) {
  if (!arguments.owner.empty()) return arguments.owner;
  const absl::StatusOr<v1::Nudge> nudge = ReadNudge(arguments);
  if (nudge.ok()) return nudge->owner_id();
  if (absl::IsNotFound(nudge.status())) {
    return Advise(absl::NotFoundError(absl::StrCat("query knows no nudge ", arguments.nudge)),
                  "'tend nudges' shows the ids; one that was made a moment ago is known some "
                  "seconds later, and at once where --owner says whose it is");
  }
  return Advise(absl::Status(nudge.status().code(),
                             absl::StrCat("whose nudge it is, ", nudge.status().message(),
                                          "; --owner says it, too")),
                Advice(nudge.status(), ""));
}

// What became of an accepted answer. Errors: it changed nothing, and is a reject now.
absl::StatusOr<std::string> FateOf(const AnswerArguments& arguments,
                                   const v1::AnswerNudgeRequest& request,
                                   const v1::Position& position) {
  const std::string& owner = request.owner_id();
  const absl::StatusOr<v1::Nudge> nudge = ReadNudge(arguments, &position);
  if (absl::IsNotFound(nudge.status()) || (nudge.ok() && nudge->owner_id() != owner)) {
    return Advise(
        absl::NotFoundError(absl::StrCat("there is no such nudge in the inbox of ", owner)),
        "nothing was changed; 'tend nudges' shows each with its owner and its id");
  }
  if (!nudge.ok()) {
    return absl::StrCat("Thank you. It leaves the inbox of ", owner,
                        ", if it is there: ", nudge.status().message(), ".\n");
  }
  if (nudge->state() == v1::NUDGE_STATE_ANSWERED && nudge->feedback() == request.feedback()) {
    return absl::StrCat("Thank you. It has left the inbox of ", owner, ".\n");
  }
  std::string before = StateOf(nudge->state());
  if (nudge->state() == v1::NUDGE_STATE_ANSWERED) {
    const auto& feedback = v1::Feedback_Name(nudge->feedback());
    absl::StrAppend(&before, ", ", PlainWords(feedback, sizeof("FEEDBACK_") - 1));
  }
  return Advise(absl::FailedPreconditionError(
                    absl::StrCat("it had left the inbox of ", owner, " before (", before, ")")),
                "that stands, and nothing is left to do; 'tend nudges --all' shows it");
}

absl::Status SendAnswer(const AnswerArguments& arguments, const Channel& channel) {
  v1::AnswerNudgeRequest request;
  request.set_request_id(NewRequestId());
  TEND_ASSIGN_OR_RETURN(*request.mutable_owner_id(), OwnerOf(arguments));
  request.set_nudge_id(arguments.nudge);
  request.set_feedback(arguments.feedback);
  request.set_comment(arguments.comment);
  const auto stub = v1::InboxService::NewStub(channel);
  TEND_ASSIGN_OR_RETURN(const v1::AnswerNudgeResponse answer,
                        Call(*stub, &v1::InboxService::Stub::AnswerNudge, request));
  TEND_ASSIGN_OR_RETURN(const std::string fate, FateOf(arguments, request, answer.position()));
  std::cout << (arguments.question.json ? JsonOf(answer) : fate);
  return absl::OkStatus();
}

void AddNudges(CLI::App& app, ExitCode& exit_code) {
  const auto arguments = std::make_shared<NudgesArguments>();  // shared with the callback
  CLI::App* nudges = app.add_subcommand("nudges", "What waits in the inboxes, in words");
  nudges->add_option("--owner", arguments->owner, "Only this colleague's");
  CLI::Option* person = nudges->add_option("--person", arguments->person,
                                           "Only about them: an id, an address, or a name");
  CLI::Option* limit = nudges->add_option("--limit", arguments->limit, "At most so many")
                           ->check(CLI::Range(1, 1'000'000))
                           ->capture_default_str();
  CLI::Option* all =
      nudges->add_flag("--all", arguments->all, "Also those that were answered or left the inbox");
  CLI::Option* watch =
      nudges->add_flag("--watch", arguments->watch, "From now on, each change as it happens")
          ->excludes(person)
          ->excludes(limit)
          ->excludes(all);
  nudges->add_option("--resume", arguments->resume, "Watch from where another watch ended")
      ->type_name("TOKEN")
      ->needs(watch);
  nudges->footer(
      "Examples:\n  tend nudges --owner eve\n  tend nudges --watch --json\n\n"
      "With --watch, JSON has one object a line.");
  AddQuestionOptions(*nudges, Service::kQuery, arguments->question);
  nudges->callback([arguments, &exit_code] {
    RunQuestion("nudges", Service::kQuery, arguments->question, exit_code,
                [&](const Channel& channel) {
                  return arguments->watch ? Watch(*arguments, channel) : List(*arguments, channel);
                });
  });
}

void AddAnswer(CLI::App& app, ExitCode& exit_code) {
  const auto arguments = std::make_shared<AnswerArguments>();  // shared with the callback
  CLI::App* answer = app.add_subcommand("answer", "Say what you think of a nudge");
  answer->add_option("NUDGE", arguments->nudge, "Its id, as 'tend nudges' shows it")->required();
  answer->add_option("FEEDBACK", arguments->feedback, "What you think of it")
      ->transform(OneOf(kFeedback))
      ->type_name("right_time|too_early|already_talking|not_a_fit")
      ->required();
  answer->add_option("--comment", arguments->comment, "In your words");
  answer->add_option("--owner", arguments->owner, "Whose nudge it is; else query is asked");
  AddAddressOption(*answer, "--query", arguments->query.address,
                   "Query, host:port; else this machine's", "TEND_QUERY");
  answer->footer(
      "Example:\n  tend answer 5e0c1f9a2b right_time --comment \"we talked this morning\"");
  AddQuestionOptions(*answer, Service::kIngest, arguments->question);
  answer->callback([arguments, &exit_code] {
    RunQuestion("answer", Service::kIngest, arguments->question, exit_code,
                [&](const Channel& channel) { return SendAnswer(*arguments, channel); });
  });
}

}  // namespace

void AddNudgeCommands(CLI::App& app, ExitCode& exit_code) {
  AddNudges(app, exit_code);
  AddAnswer(app, exit_code);
}

}  // namespace tend::cli
