#include "services/cli/remote/rejects_command.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/model/proto_time.h"
#include "services/cli/remote/call_error.h"
#include "services/cli/remote/question.h"
#include "services/cli/table.h"
#include "services/cli/text_width.h"
#include "services/cli/view_text.h"
#include "tend/v1/operations_service.grpc.pb.h"

namespace tend::cli {
namespace {

using Stub = v1::OperationsService::Stub;

struct Arguments {
  QuestionOptions question;
  std::string service, file, import_id, place;
  int limit = 20;
};

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

// What 'show' takes: "2/17", partition and offset in tend.rejects.v1.
std::string PlaceOf(const v1::RejectEntry& entry) {
  return absl::StrCat(entry.position().partition(), "/", entry.position().offset());
}

v1::ListRejectsRequest RequestOf(const Arguments& arguments) {
  v1::ListRejectsRequest request;
  request.mutable_filter()->set_service(arguments.service);
  request.mutable_filter()->set_file(arguments.file);
  request.mutable_filter()->set_import_id(arguments.import_id);
  return request;
}

absl::Status List(const Arguments& arguments, Stub& stub) {
  v1::ListRejectsResponse rejects;
  v1::ListRejectsRequest request = RequestOf(arguments);
  request.set_page_size(std::min(arguments.limit, kPage));
  do {
    TEND_ASSIGN_OR_RETURN(const v1::ListRejectsResponse page,
                          Call(stub, &Stub::ListRejects, request));
    for (const v1::RejectEntry& entry : page.rejects()) {
      if (rejects.rejects_size() < arguments.limit) *rejects.add_rejects() = entry;
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && rejects.rejects_size() < arguments.limit);
  if (arguments.question.json) {
    std::cout << JsonOf(rejects);
    return absl::OkStatus();
  }
  Table table(
      {{"place"}, {"day"}, {"service"}, {"reason"}, {"from", false, 12}, {"detail", false, 20}});
  for (const v1::RejectEntry& entry : rejects.rejects()) {
    const v1::Reject& reject = entry.reject();
    table.AddRow({PlaceOf(entry), DayOf(model::ToTime(reject.reject_time())), reject.service(),
                  ReasonText(reject), OriginText(reject), reject.detail()});
  }
  std::cout << (table.empty() ? "No rejects.\n" : table.Format(StyleOf(1)));
  return absl::OkStatus();
}

absl::StatusOr<v1::Position> ParsePlace(absl::string_view place) {
  v1::Position position;
  const std::vector<absl::string_view> parts = absl::StrSplit(place, '/');
  int32_t partition = 0;
  int64_t offset = 0;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &partition) ||
      !absl::SimpleAtoi(parts[1], &offset)) {
    return absl::InvalidArgumentError(
        absl::StrCat(place, ": write the place as 'tend rejects list' shows it: 2/17"));
  }
  position.set_partition(partition);
  position.set_offset(offset);
  return position;
}

absl::Status Show(const Arguments& arguments, Stub& stub) {
  v1::ListRejectsRequest request = RequestOf(arguments);
  TEND_ASSIGN_OR_RETURN(*request.mutable_filter()->mutable_position(),
                        ParsePlace(View(arguments.place)));
  TEND_ASSIGN_OR_RETURN(const v1::ListRejectsResponse response,
                        Call(stub, &Stub::ListRejects, request));
  if (response.rejects().empty()) {
    return Advise(absl::NotFoundError(absl::StrCat("no reject is at ", arguments.place)),
                  "'tend rejects list' shows the places there are");
  }
  const v1::RejectEntry& found = response.rejects(0);
  if (arguments.question.json) {
    std::cout << JsonOf(found);
    return absl::OkStatus();
  }
  const v1::Reject& reject = found.reject();
  std::cout << reject.service() << ": " << ReasonText(reject) << "\n"
            << Printable(View(reject.detail())) << "\n"
            << (reject.field().empty()
                    ? ""
                    : absl::StrCat("field ", Printable(View(reject.field())), "\n"))
            << "from " << OriginText(reject) << "\n"
            << (reject.value().empty() ? "no bytes are kept"
                                       : absl::StrCat(Printable(View(reject.value())),
                                                      reject.truncated() ? " (cut)" : ""))
            << "\n";
  return absl::OkStatus();
}

}  // namespace

void AddRejectsCommand(CLI::App& app, ExitCode& exit_code) {
  const auto arguments = std::make_shared<Arguments>();  // shared with the callbacks
  CLI::App* rejects = app.add_subcommand("rejects", "What could not be used, and why");
  rejects->require_subcommand(1);
  CLI::App* list = rejects->add_subcommand("list", "The newest first");
  CLI::App* show = rejects->add_subcommand("show", "One, with its bytes");
  list->add_option("--limit", arguments->limit, "At most so many")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  show->add_option("PLACE", arguments->place, "As 'tend rejects list' shows it")->required();
  for (CLI::App* command : {list, show}) {
    command->add_option("--service", arguments->service, "Only those of this one: enrichment");
    command->add_option("--file", arguments->file, "Only rows of this file");
    command->add_option("--import", arguments->import_id, "Only rows of this import");
    command->footer("Examples:\n  tend rejects list --file contacts.csv\n  tend rejects show 2/17");
    AddQuestionOptions(*command, Service::kQuery, arguments->question);
    command->callback([arguments, shows = command == show, &exit_code] {
      RunQuestion("rejects", Service::kQuery, arguments->question, exit_code,
                  [&](const std::shared_ptr<grpc::Channel>& channel) {
                    const auto stub = v1::OperationsService::NewStub(channel);
                    return shows ? Show(*arguments, *stub) : List(*arguments, *stub);
                  });
    });
  }
}

}  // namespace tend::cli
