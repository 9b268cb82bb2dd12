#include "services/cli/remote/list_command.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "services/cli/remote/question.h"
#include "services/cli/table.h"
#include "services/cli/text_width.h"
#include "services/cli/usage.h"
#include "services/cli/view_text.h"
#include "tend/v1/list_service.grpc.pb.h"

namespace tend::cli {
namespace {

using Stub = v1::ListService::Stub;

struct Arguments {
  QuestionOptions question;
  std::string list;
  v1::ListOutcome outcome = v1::LIST_OUTCOME_UNSPECIFIED;
  int limit = 20;
  bool rows = false;
};

const std::map<std::string, v1::ListOutcome> kOutcomes = {
    {"known", v1::LIST_OUTCOME_KNOWN},
    {"warm_path", v1::LIST_OUTCOME_WARM_PATH},
    {"shared_ground", v1::LIST_OUTCOME_SHARED_GROUND},
    {"social_handle", v1::LIST_OUTCOME_SOCIAL_HANDLE},
    {"leave_alone", v1::LIST_OUTCOME_LEAVE_ALONE},
    {"seed", v1::LIST_OUTCOME_SEED}};

// What to do about rejected rows.
std::string SaysWhy(const v1::ListReport& report) {
  return absl::StrCat("'tend rejects list --file ",
                      Printable({report.list_id().data(), report.list_id().size()}),
                      "' says why\n");
}

std::string TextOf(const v1::ListReport& report) {
  Table table({{"outcome"}, {"rows", true}});
  for (const v1::ListOutcomeCount& count : report.outcomes()) {
    table.AddRow({OutcomeText(count.outcome()), WithCommas(count.rows())});
  }
  std::string text = absl::StrCat(Printable({report.list_id().data(), report.list_id().size()}),
                                  ": ", Counted(report.rows(), "row"), ", and no call to make\n",
                                  table.Format(StyleOf(1)));
  if (report.repeated_rows() > 0) {
    absl::StrAppend(&text, Counted(report.repeated_rows(), "row"),
                    " about somebody an earlier row is about\n");
  }
  if (report.rejected_rows() > 0) {
    absl::StrAppend(&text, Counted(report.rejected_rows(), "row"),
                    " could not be used: ", SaysWhy(report));
  }
  return text;
}

std::string Named(const v1::ListRow& row) {
  return row.display_name().empty() ? "Somebody" : row.display_name();
}

std::string NoteOf(const v1::ListRow& row) {
  if (row.has_guard()) return GuardText(row.guard(), Named(row), absl::Now());
  const bool to_follow = row.outcome() == v1::LIST_OUTCOME_SOCIAL_HANDLE;
  return to_follow && !row.social_handles().empty() ? HandleOf(row.social_handles(0)) : "";
}

std::string TextOf(const v1::ListListRowsResponse& rows) {
  Table table(
      {{"row", true}, {"name", false, 12}, {"company", false, 12}, {"outcome"}, {"", false, 12}});
  for (const v1::ListRow& row : rows.rows()) {
    const std::string outcome =
        PlainWords(v1::ListOutcome_Name(row.outcome()), sizeof("LIST_OUTCOME_") - 1);
    table.AddRow(
        {absl::StrCat(row.row()), row.display_name(), row.company(), outcome, NoteOf(row)});
  }
  return table.Format(StyleOf(1));
}

absl::StatusOr<v1::GetListReportResponse> GetReport(const std::string& list, Stub& stub) {
  v1::GetListReportRequest request;
  request.set_list_id(list);
  return Call(stub, &Stub::GetListReport, request);
}

absl::Status AskReport(const Arguments& arguments, Stub& stub) {
  TEND_ASSIGN_OR_RETURN(const v1::GetListReportResponse answer, GetReport(arguments.list, stub));
  std::cout << (arguments.question.json ? JsonOf(answer) : TextOf(answer.report()));
  return absl::OkStatus();
}

// Why no row is shown: none has the outcome asked for, or none could be used.
absl::Status TellNoRow(const Arguments& arguments, Stub& stub) {
  TEND_ASSIGN_OR_RETURN(const v1::GetListReportResponse answer, GetReport(arguments.list, stub));
  const v1::ListReport& report = answer.report();
  std::cout << (report.rejected_rows() < report.rows()
                    ? "No such row.\n"
                    : absl::StrCat("All of its rows were rejected: ", SaysWhy(report)));
  return absl::OkStatus();
}

absl::Status AskRows(const Arguments& arguments, Stub& stub) {
  v1::ListListRowsRequest request;
  request.set_list_id(arguments.list);
  if (arguments.outcome != v1::LIST_OUTCOME_UNSPECIFIED) request.add_outcomes(arguments.outcome);
  // A page's size belongs to what a token is good with: it stays.
  request.set_page_size(std::min(arguments.limit, kPage));
  v1::ListListRowsResponse rows;
  do {
    TEND_ASSIGN_OR_RETURN(const v1::ListListRowsResponse page,
                          Call(stub, &Stub::ListListRows, request));
    for (const v1::ListRow& row : page.rows()) {
      if (rows.rows_size() < arguments.limit) *rows.add_rows() = row;
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && rows.rows_size() < arguments.limit);
  if (rows.rows().empty() && !arguments.question.json) return TellNoRow(arguments, stub);
  std::cout << (arguments.question.json ? JsonOf(rows) : TextOf(rows));
  return absl::OkStatus();
}

}  // namespace

void AddListCommand(CLI::App& app, ExitCode& exit_code) {
  const auto arguments = std::make_shared<Arguments>();  // shared with the callback
  CLI::App* list = app.add_subcommand("list", "What became of the people of a list");
  list->add_option("LIST", arguments->list, "The name of the file that was imported")->required();
  CLI::Option* rows = list->add_flag("--rows", arguments->rows, "Row by row");
  list->add_option("--outcome", arguments->outcome, "Only rows with this outcome")
      ->transform(OneOf(kOutcomes))
      ->type_name("known|warm_path|shared_ground|social_handle|leave_alone|seed")
      ->needs(rows);
  list->add_option("--limit", arguments->limit, "At most so many rows")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str()
      ->needs(rows);
  list->footer(
      "Examples:\n  tend list list.csv\n  tend list list.csv --rows --outcome known --limit 100");
  AddQuestionOptions(*list, Service::kQuery, arguments->question);
  list->callback([arguments, &exit_code] {
    RunQuestion("list", Service::kQuery, arguments->question, exit_code, [&](const auto& channel) {
      const auto stub = v1::ListService::NewStub(channel);
      return arguments->rows ? AskRows(*arguments, *stub) : AskReport(*arguments, *stub);
    });
  });
}

}  // namespace tend::cli
