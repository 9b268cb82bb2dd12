#include "services/cli/remote/relationship_commands.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/model/proto_time.h"
#include "services/cli/remote/person_search.h"
#include "services/cli/remote/question.h"
#include "services/cli/table.h"
#include "services/cli/view_text.h"
#include "tend/v1/relationship_service.grpc.pb.h"

namespace tend::cli {
namespace {

using Stub = v1::RelationshipService::Stub;

struct Arguments {
  QuestionOptions question;
  std::string person, owner, account, at;
  int limit = 20;
};

// What one would want to know before writing: the guard that holds, else what is open.
std::string NoteOf(const v1::RelationshipView& view) {
  const absl::Time now = model::ToTime(view.as_of_time());
  if (view.guard().reason() != v1::GUARD_REASON_UNSPECIFIED)
    return GuardText(view.guard(), NameOf(view.person()), now);
  std::string note;
  for (const v1::OpenMoment& moment : view.open_moments()) {
    absl::StrAppend(&note, note.empty() ? "" : ", ",
                    PlainWords(v1::MomentKind_Name(moment.kind()), sizeof("MOMENT_KIND_") - 1));
  }
  return note;
}

std::string ReadyText(const v1::ListRelationshipsResponse& ready, const Arguments& arguments) {
  if (ready.relationships().empty()) {
    return "Nobody is ready for a conversation now, and that is an answer. 'tend show PERSON' says "
           "where somebody stands.\n";
  }
  Table table({{"name", false, 12},
               {"account", false, 12},
               {"readiness", true},
               {"trust", true},
               {"ready since"},
               {"open", false, 12}});
  for (const v1::RelationshipView& view : ready.relationships()) {
    const bool of_owner = !arguments.owner.empty() && !view.ties().empty();
    table.AddRow({NameOf(view.person()), view.person().account_id(),
                  absl::StrFormat("%.2f", of_owner ? view.ties(0).readiness() : view.readiness()),
                  absl::StrFormat("%.2f", view.trust()), DayOf(model::ToTime(view.stage_time())),
                  NoteOf(view)});
  }
  return absl::StrCat(table.Format(StyleOf(1)),
                      "Readiness is the chance of an answer within 7 days, not of a purchase.\n");
}

absl::Status AskReady(const Arguments& arguments, Stub& stub) {
  v1::ListRelationshipsRequest request;
  request.set_owner_id(arguments.owner);
  request.set_account_id(arguments.account);
  request.add_stages(v1::STAGE_READY);
  v1::ListRelationshipsResponse ready;
  // A page's size belongs to what a token is good with: it stays.
  request.set_page_size(std::min(arguments.limit, kPage));
  do {
    TEND_ASSIGN_OR_RETURN(const v1::ListRelationshipsResponse page,
                          Call(stub, &Stub::ListRelationships, request));
    for (const v1::RelationshipView& view : page.relationships()) {
      if (ready.relationships_size() < arguments.limit) *ready.add_relationships() = view;
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && ready.relationships_size() < arguments.limit);
  std::cout << (arguments.question.json ? JsonOf(ready) : ReadyText(ready, arguments));
  return absl::OkStatus();
}

absl::Status AskShow(const Arguments& arguments, Stub& stub) {
  v1::GetRelationshipRequest request;
  TEND_ASSIGN_OR_RETURN(*request.mutable_person_id(), FindPerson(arguments.person, stub));
  TEND_ASSIGN_OR_RETURN(const v1::GetRelationshipResponse answer,
                        Call(stub, &Stub::GetRelationship, request));
  std::cout << (arguments.question.json ? JsonOf(answer.relationship())
                                        : RelationshipText(answer.relationship(), StyleOf(1)));
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> ParseAt(const std::string& text) {
  const absl::string_view view(text.data(), text.size());
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, view, &time, &error) ||
      absl::ParseTime("%Y-%m-%d", view, &time, &error)) {
    return time;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--at ", text, ": write it as 2026-02-24 or 2026-02-24T10:00:00Z"));
}

absl::Status AskExplain(const Arguments& arguments, Stub& stub) {
  v1::ExplainRelationshipRequest request;
  request.set_owner_id(arguments.owner);
  if (!arguments.at.empty()) {
    TEND_ASSIGN_OR_RETURN(const absl::Time at, ParseAt(arguments.at));
    *request.mutable_at_time() = model::ToStamp(at);
  }
  TEND_ASSIGN_OR_RETURN(*request.mutable_person_id(), FindPerson(arguments.person, stub));
  TEND_ASSIGN_OR_RETURN(const v1::ExplainRelationshipResponse answer,
                        Call(stub, &Stub::ExplainRelationship, request));
  if (arguments.question.json) {
    std::cout << JsonOf(answer.explanation());
    return absl::OkStatus();
  }
  PersonNames names(stub);
  std::cout << ExplanationText(answer.explanation(), names.Of(request.person_id()),
                               "whoever of us is nearest", StyleOf(1));
  return absl::OkStatus();
}

// Adds the command; the arguments are shared with its callback, which outlives this call.
void AddQuestion(CLI::App& command, const std::shared_ptr<Arguments>& arguments,
                 absl::Status (*ask)(const Arguments&, Stub&), ExitCode& exit_code) {
  AddQuestionOptions(command, Service::kQuery, arguments->question);
  command.callback([name = command.get_name(), arguments, ask, &exit_code] {
    RunQuestion(name, Service::kQuery, arguments->question, exit_code,
                [&](const std::shared_ptr<grpc::Channel>& channel) {
                  return ask(*arguments, *v1::RelationshipService::NewStub(channel));
                });
  });
}

}  // namespace

void AddRelationshipCommands(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* ready = app.add_subcommand("ready", "Who is ready for a conversation, and since when");
  ready->add_option("--owner", arguments->owner, "By readiness for this colleague");
  ready->add_option("--account", arguments->account, "Only people of this account");
  ready->add_option("--limit", arguments->limit, "At most so many")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  ready->footer(
      "Examples:\n  tend ready\n  tend ready --owner eve --account domain:birchwood.example");
  AddQuestion(*ready, arguments, &AskReady, exit_code);

  arguments = std::make_shared<Arguments>();
  CLI::App* show = app.add_subcommand("show", "Where somebody stands: stage, ties, wishes");
  show->add_option("PERSON", arguments->person,
                   "An id, an address, a handle or its profile's URL, or a name")
      ->required();
  show->footer("Examples:\n  tend show ann@birchwood.example\n  tend show \"Ann Berger\" --json");
  AddQuestion(*show, arguments, &AskShow, exit_code);

  arguments = std::make_shared<Arguments>();
  CLI::App* explain = app.add_subcommand("explain", "Why a readiness is what it is");
  explain
      ->add_option("PERSON", arguments->person,
                   "An id, an address, a handle or its profile's URL, or a name")
      ->required();
  explain->add_option("--owner", arguments->owner, "For this colleague; else for all of us");
  explain->add_option("--at", arguments->at,
                      "As it was then: 2026-02-24T10:00:00Z, or 2026-02-24 for its 00:00 UTC");
  explain->footer(
      "Examples:\n  tend explain ann@birchwood.example\n"
      "  tend explain ann@birchwood.example --owner eve --at 2026-02-24");
  AddQuestion(*explain, arguments, &AskExplain, exit_code);
}

}  // namespace tend::cli
