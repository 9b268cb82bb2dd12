#include "services/cli/remote/publish_command.h"

#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "services/cli/remote/call_error.h"
#include "services/cli/remote/packed_file.h"
#include "services/cli/remote/question.h"
#include "services/cli/table.h"
#include "services/cli/text_width.h"
#include "tend/v1/ingest_service.grpc.pb.h"

namespace tend::cli {
namespace {

using Stub = v1::IngestService::Stub;

constexpr size_t kChunkBytes = 64 << 10;  // what a pipe holds
constexpr size_t kMostLineBytes = 1 << 20;
constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr int kMostInteractions = 1000;  // PublishInteractionsRequest.interactions
constexpr absl::Duration kBetweenTries = absl::Milliseconds(250);

constexpr char kExamples[] =
    "Examples:\n"
    "  tail -F crm.jsonl | tend publish -\n"
    "  tend publish last_day.jsonl --json\n"
    "\n"
    "Lines go on as they come; while ingest is away, the next ones wait: for ever those of "
    "standard "
    "input, unless --patience. Ctrl-C ends it in order. A line that cannot be read is told by its "
    "number and not sent; --json gives its bytes too. A file's history goes faster by 'tend import "
    "interactions'. Exit code 2: some were rejected.";

struct Arguments {
  QuestionOptions question;
  std::string file;
  std::optional<int> patience_seconds;

  absl::Duration patience() const {
    if (patience_seconds.has_value()) return absl::Seconds(*patience_seconds);
    return file == "-" ? absl::InfiniteDuration() : absl::Minutes(1);
  }
};

volatile std::sig_atomic_t asked_to_end = 0;

// The first SIGINT or SIGTERM ends a read that waits; a second one ends the process.
void EndInOrder() {
  struct sigaction action {};
  action.sa_handler = [](int) { asked_to_end = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

// The next bytes there are, at most kChunkBytes; empty at the end.
using Source = std::function<absl::StatusOr<std::string>()>;

absl::StatusOr<std::string> ReadStdin() {
  std::string chunk(kChunkBytes, '\0');
  ssize_t read = 0;
  do {
    read = ::read(STDIN_FILENO, chunk.data(), chunk.size());
  } while (read < 0 && errno == EINTR && asked_to_end == 0);
  if (read < 0 && errno == EINTR) read = 0;
  if (read < 0) return absl::DataLossError(absl::StrCat("standard input: ", std::strerror(errno)));
  chunk.resize(static_cast<size_t>(read));
  return chunk;
}

absl::StatusOr<Source> Open(const std::string& path) {
  if (path == "-") return Source(ReadStdin);
  TEND_ASSIGN_OR_RETURN(std::shared_ptr<PackedFile> file, PackedFile::Open(path));
  return Source([file = std::move(file)]() -> absl::StatusOr<std::string> {
    std::string chunk;
    TEND_RETURN_IF_ERROR(file->Read(kChunkBytes, &chunk));
    return chunk;
  });
}

class Publication {
 public:
  Publication(const Arguments& arguments, Stub& stub) : arguments_(arguments), stub_(stub) {}

  // Errors: those of the source; UNAVAILABLE when ingest was away for longer than the patience.
  // Both say which line comes next.
  absl::Status Run(const Source& source) {
    std::string rest;
    while (asked_to_end == 0) {
      TEND_ASSIGN_OR_RETURN(const std::string chunk, source());
      if (chunk.empty()) break;
      rest += chunk;
      size_t begin = 0;
      for (size_t end = 0; (end = rest.find('\n', begin)) != std::string::npos; begin = end + 1) {
        TEND_RETURN_IF_ERROR(Take({rest.data() + begin, end - begin}));
      }
      rest.erase(0, begin);
      // Enough of a long line to tell that it is one.
      if (rest.size() > kMostLineBytes) rest.resize(kMostLineBytes + 1);
      TEND_RETURN_IF_ERROR(Send());
    }
    if (asked_to_end == 0) TEND_RETURN_IF_ERROR(Take(rest));
    return Send();
  }

  int64_t accepted() const { return accepted_; }
  int64_t rejected() const { return rejected_; }

 private:
  absl::Status Take(absl::string_view line) {
    ++line_;
    if (line_ == 1 && absl::StartsWith(line, kByteOrderMark)) {
      line.remove_prefix(kByteOrderMark.size());
    }
    if (line.size() > kMostLineBytes) {
      return Refuse(v1::REJECT_REASON_TOO_LARGE,
                    absl::StrCat("a line of over ", kMostLineBytes, " bytes"), "");
    }
    if (absl::StripAsciiWhitespace(line).empty()) return absl::OkStatus();
    const auto parsed = google::protobuf::util::JsonStringToMessage({line.data(), line.size()},
                                                                    request_.add_interactions());
    if (!parsed.ok()) {
      request_.mutable_interactions()->RemoveLast();
      // Its first line says what is wrong, the others show where.
      const absl::string_view said(parsed.message().data(), parsed.message().size());
      const std::string why = absl::CHexEscape(said.substr(0, said.find('\n')));
      return Refuse(v1::REJECT_REASON_MALFORMED, absl::StrCat("not an Interaction in JSON: ", why),
                    line);
    }
    lines_.push_back(line_);
    return request_.interactions_size() == kMostInteractions ? Send() : absl::OkStatus();
  }

  // The line is told and not sent; after what stands before it, for answers keep the lines' order.
  absl::Status Refuse(v1::RejectReason reason, const std::string& detail, absl::string_view bytes) {
    TEND_RETURN_IF_ERROR(Send());
    v1::InteractionResult refused;
    refused.mutable_reject()->set_reason(reason);
    refused.mutable_reject()->set_detail(detail);
    refused.mutable_reject()->set_value(bytes.data(), bytes.size());
    Tell(line_, std::move(refused));
    return absl::OkStatus();
  }

  absl::Status Send() {
    if (lines_.empty()) return absl::OkStatus();
    request_.set_request_id(NewRequestId());
    const absl::StatusOr<v1::PublishInteractionsResponse> response = Persist();
    if (!response.ok()) {
      return absl::Status(response.status().code(),
                          absl::StrCat(MessageOf(response.status()), "\ntend publish: lines from ",
                                       lines_.front(), " on are left to send"));
    }
    for (int i = 0; i < response->results_size(); ++i) {
      Tell(lines_[static_cast<size_t>(i)], response->results(i));
    }
    request_.Clear();
    lines_.clear();
    return absl::OkStatus();
  }

  // Tries again while ingest is away: the request's id makes that harmless.
  absl::StatusOr<v1::PublishInteractionsResponse> Persist() {
    const absl::Time until = absl::Now() + arguments_.patience();
    for (bool told = false;; told = true) {
      absl::StatusOr<v1::PublishInteractionsResponse> response =
          Call(stub_, &Stub::PublishInteractions, request_);
      const bool away =
          absl::IsUnavailable(response.status()) || absl::IsDeadlineExceeded(response.status());
      if (!away || absl::Now() >= until || asked_to_end != 0) return response;
      if (!told) {
        std::cerr << "tend publish: " << MessageOf(response.status()) << "; line " << lines_.front()
                  << " waits" << std::endl;
      }
      absl::SleepFor(kBetweenTries);
    }
  }

  void Tell(int64_t line, v1::InteractionResult result) {
    ++(result.has_reject() ? rejected_ : accepted_);
    if (result.has_reject()) {
      v1::FilePlace* place = result.mutable_reject()->mutable_file();
      place->set_file(arguments_.file);
      place->set_line(line);
    }
    if (arguments_.question.json) {
      std::cout << JsonOf(result, /*indented=*/false) << std::flush;
    } else if (result.has_reject()) {
      const v1::Reject& reject = result.reject();
      std::cerr << Printable(absl::StrCat(arguments_.file, ":", line, ": ", reject.field(),
                                          reject.field().empty() ? "" : ": ", reject.detail()))
                << std::endl;
    }
  }

  const Arguments& arguments_;
  Stub& stub_;
  v1::PublishInteractionsRequest request_;
  std::vector<int64_t> lines_;  // of the request's interactions
  int64_t line_ = 0;            // the last one taken, from 1
  int64_t accepted_ = 0;
  int64_t rejected_ = 0;
};

}  // namespace

void AddPublishCommand(CLI::App& app, ExitCode& exit_code) {
  const auto arguments = std::make_shared<Arguments>();  // shared with the callback
  CLI::App* publish =
      app.add_subcommand("publish", "Send on what happens, as it happens: one JSON a line");
  publish->add_option("FILE", arguments->file, "JSON Lines, plain or .gz; - is standard input")
      ->required();
  publish
      ->add_option("--patience", arguments->patience_seconds,
                   "Seconds to wait for an ingest that is away; else 60, of standard input no end")
      ->check(CLI::Range(0, 86'400));
  publish->footer(kExamples);
  AddQuestionOptions(*publish, Service::kIngest, arguments->question);
  publish->callback([arguments, &exit_code] {
    bool rejected = false;
    RunQuestion("publish", Service::kIngest, arguments->question, exit_code,
                [&](const auto& channel) -> absl::Status {
                  TEND_ASSIGN_OR_RETURN(const Source source, Open(arguments->file));
                  TEND_RETURN_IF_ERROR(Await("publish", Service::kIngest,
                                             arguments->question.server, arguments->patience()));
                  EndInOrder();
                  const auto stub = v1::IngestService::NewStub(channel);
                  Publication publication(*arguments, *stub);
                  absl::Status status = publication.Run(source);
                  rejected = publication.rejected() > 0;
                  if (!arguments->question.json) {
                    std::cout << WithCommas(publication.accepted()) << " interactions accepted, "
                              << WithCommas(publication.rejected()) << " rejected\n";
                  }
                  return status;
                });
    if (rejected && exit_code == ExitCode::kOk) exit_code = ExitCode::kRejected;
  });
}

}  // namespace tend::cli
