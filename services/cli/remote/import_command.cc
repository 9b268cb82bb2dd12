#include "services/cli/remote/import_command.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/digest.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/runtime/text_config.h"
#include "services/cli/progress.h"
#include "services/cli/remote/call_error.h"
#include "services/cli/remote/packed_file.h"
#include "services/cli/remote/question.h"
#include "services/cli/table.h"
#include "services/cli/view_text.h"
#include "tend/v1/ingest_service.grpc.pb.h"

namespace tend::cli {
namespace {

constexpr size_t kChunkBytes = 256 << 10;    // the server takes up to 1 MiB
constexpr int64_t kMostRejects = 1'000'000;  // that 'tend rejects list' shows

constexpr char kExamples[] =
    "Examples:\n"
    "  tend import list contacts.csv --map hubspot_contacts\n"
    "  tend import list Connections.csv --map linkedin_connections --set owner=eve@example.com\n"
    "  tend import interactions interactions.jsonl.gz\n"
    "  tend import interactions mail.csv --map mail_log\n"
    "  tend import owners roster.textproto\n"
    "\n"
    "Files may be packed with gzip. The same file by the same mapping is refused the second time, "
    "unless --again. What broke off is sent again by the same command: the rows that are stored by "
    "then are dropped by their ids. Exit code 2: it came before, or rows were rejected; the first "
    "ten are named with line and field, 'tend rejects' has all of them with their bytes.";

struct Arguments {
  QuestionOptions question;
  std::string file;
  std::string mapping;
  std::vector<std::string> parameters;
  int patience_seconds = 60;
  bool again = false;
};

absl::Status AwaitIngest(const std::string& name, const Arguments& arguments) {
  return Await(name, Service::kIngest, arguments.question.server,
               absl::Seconds(arguments.patience_seconds));
}

// Of the unpacked bytes: with it, a file that came before is refused at once.
absl::StatusOr<std::string> Sha256Of(const std::string& path) {
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<PackedFile> file, PackedFile::Open(path));
  StreamingSha256 hash;
  std::string chunk;
  Progress progress("reading", "KiB", Progress::Stderr());
  for (int64_t bytes = 0;;) {
    TEND_RETURN_IF_ERROR(file->Read(kChunkBytes, &chunk));
    if (chunk.empty()) return hash.HexDigest();
    hash.Update({chunk.data(), chunk.size()});
    bytes += static_cast<int64_t>(chunk.size());
    progress.Update(file->bytes_done(), file->bytes_total(), bytes >> 10);
  }
}

// All but the file's hash.
absl::StatusOr<v1::ImportListHeader> HeaderOf(const Arguments& arguments) {
  v1::ImportListHeader header;
  const std::string name = arguments.file.substr(arguments.file.rfind('/') + 1);
  header.set_again(arguments.again);
  header.set_file_name(absl::EndsWith(name, ".gz") ? name.substr(0, name.size() - 3) : name);
  if (absl::EndsWith(arguments.mapping, ".textproto")) {
    TEND_RETURN_IF_ERROR(OfFile(ReadTextConfig(arguments.mapping, header.mutable_mapping())));
  } else if (!arguments.mapping.empty()) {
    header.set_mapping_name(arguments.mapping);
  }
  for (const std::string& parameter : arguments.parameters) {
    const std::vector<std::string> parts = absl::StrSplit(parameter, absl::MaxSplits('=', 1));
    if (parts.size() != 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("--set ", parameter, ": write it as name=value"));
    }
    (*header.mutable_parameters())[parts[0]] = parts[1];
  }
  return header;
}

// What a call ended with when this much of the file was sent: words on what is stored of it where
// that is no refusal.
absl::Status AfterSending(const PackedFile& file, const absl::Status& status) {
  const bool broke_off = absl::IsUnavailable(status) || absl::IsCancelled(status) ||
                         absl::IsInternal(status) || absl::IsUnknown(status);
  if (!broke_off || file.bytes_done() == 0) return status;
  return Advise(
      absl::Status(status.code(),
                   absl::StrCat(MessageOf(status), "; ", WithCommas(file.bytes_done()), " of ",
                                WithCommas(file.bytes_total()),
                                " bytes were sent, and nobody said how many rows are stored")),
      "run the same command again: it sends all rows, and those that are stored are dropped by "
      "their ids (known for up to 72 hours); only what was rejected may be listed twice");
}

absl::StatusOr<v1::ImportListResponse> Send(const Arguments& arguments,
                                            const v1::ImportListHeader& header,
                                            v1::IngestService::Stub& stub) {
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<PackedFile> file, PackedFile::Open(arguments.file));
  grpc::ClientContext context;
  v1::ImportListResponse response;
  const auto writer = stub.ImportList(&context, &response);
  v1::ImportListRequest request;
  *request.mutable_header() = header;
  Progress progress("sending", "KiB", Progress::Stderr());
  absl::Status read;
  bool taken = writer->Write(request);
  for (int64_t bytes = 0; taken;) {
    read = file->Read(kChunkBytes, request.mutable_chunk());
    if (!read.ok() || request.chunk().empty()) break;
    bytes += static_cast<int64_t>(request.chunk().size());
    taken = writer->Write(request);
    progress.Update(file->bytes_done(), file->bytes_total(), bytes >> 10);
  }
  if (read.ok()) {
    writer->WritesDone();
    progress.Say("all is sent; the last rows are being stored");
  } else {
    context.TryCancel();
  }
  absl::Status status = rpc::FromGrpc(writer->Finish());
  if (absl::IsNotFound(status)) {  // the one name that a header has
    status = absl::InvalidArgumentError(absl::StrCat("--map: ", status.message()));
  }
  TEND_RETURN_IF_ERROR(read);
  TEND_RETURN_IF_ERROR(AfterSending(*file, status));
  return response;
}

// Row by row what the answer names, and how to see all of them.
std::string RejectsText(const Arguments& arguments, const v1::ImportListResponse& response) {
  Table table({{"row", false, 12}, {"reason"}, {"field", false, 12}, {"detail", false, 20}});
  for (const v1::Reject& reject : response.rejects()) {
    table.AddRow({OriginText(reject), ReasonText(reject), reject.field(), reject.detail()});
  }
  const int64_t rows = response.rejected_rows();
  // Newest first: an earlier import of the same file stands behind these.
  std::string all = absl::StrCat("tend rejects list --import ", response.import_id(), " --limit ",
                                 std::min<int64_t>(rows, kMostRejects));
  if (const std::string& config = arguments.question.server.config_file; !config.empty()) {
    absl::StrAppend(&all, " --config ", config);
  }
  const int64_t more = rows - response.rejects_size();
  return absl::StrCat(table.Format(StyleOf(1)),
                      more > 0 ? absl::StrCat("... and ", WithCommas(more), " more. ") : "",
                      "All of them, and where their bytes are: ", all, "\n");
}

absl::Status SendFile(const std::string& name, const Arguments& arguments,
                      const std::shared_ptr<grpc::Channel>& channel, ExitCode& exit_code) {
  TEND_RETURN_IF_ERROR(PackedFile::Open(arguments.file).status());
  TEND_ASSIGN_OR_RETURN(v1::ImportListHeader header, HeaderOf(arguments));
  TEND_RETURN_IF_ERROR(AwaitIngest(name, arguments));
  TEND_ASSIGN_OR_RETURN(*header.mutable_sha256(), Sha256Of(arguments.file));
  const absl::Time start = absl::Now();
  const auto stub = v1::IngestService::NewStub(channel);
  TEND_ASSIGN_OR_RETURN(const v1::ImportListResponse response, Send(arguments, header, *stub));
  if (response.rejected_rows() > 0) exit_code = ExitCode::kRejected;
  if (arguments.question.json) {
    std::cout << JsonOf(response);
    return absl::OkStatus();
  }
  std::cout << Counted(response.rows(), "row") << " read in " << FormatSpan(absl::Now() - start)
            << ", " << Counted(response.accepted_rows(), "interaction") << " accepted, "
            << WithCommas(response.rejected_rows()) << " rejected. Import " << response.import_id()
            << "\n";
  if (response.rejected_rows() > 0) std::cout << RejectsText(arguments, response);
  return absl::OkStatus();
}

absl::Status SendOwners(const std::string& name, const Arguments& arguments,
                        const std::shared_ptr<grpc::Channel>& channel) {
  v1::ImportOwnersRequest request;
  request.set_request_id(NewRequestId());
  TEND_RETURN_IF_ERROR(OfFile(ReadTextConfig(arguments.file, request.mutable_roster())));
  TEND_RETURN_IF_ERROR(AwaitIngest(name, arguments));
  const auto stub = v1::IngestService::NewStub(channel);
  TEND_ASSIGN_OR_RETURN(const v1::ImportOwnersResponse response,
                        Call(*stub, &v1::IngestService::Stub::ImportOwners, request));
  std::cout << (arguments.question.json
                    ? JsonOf(response)
                    : absl::StrCat(WithCommas(response.positions_size()), " owners told\n"));
  return absl::OkStatus();
}

// A file is read twice, the first time for its hash.
std::string FileFault(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  const bool stream = path == "-" || (std::filesystem::is_other(status) && !error);
  return stream ? "a stream is not taken, for the file is read twice: write it to a file first; "
                  "what happens goes by 'tend publish -'"
                : "";
}

// What every import takes.
void AddOptions(CLI::App& command, const char* file, Arguments& arguments) {
  command.add_option("FILE", arguments.file, file)->check(FileFault)->required();
  command
      .add_option("--patience", arguments.patience_seconds,
                  "Seconds to wait for an ingest that is away, before anything is sent")
      ->check(CLI::Range(0, 86'400))
      ->capture_default_str();
  AddQuestionOptions(command, Service::kIngest, arguments.question);
}

void AddOwners(CLI::App& import, ExitCode& exit_code) {
  const auto arguments = std::make_shared<Arguments>();  // shared with the callback
  CLI::App* owners = import.add_subcommand("owners", "Who we are: whose inbox keeps which hours");
  owners->footer("Example:\n  tend import owners roster.textproto");
  AddOptions(*owners, "A roster, .textproto", *arguments);
  owners->callback([arguments, name = std::string("import owners"), &exit_code] {
    RunQuestion(name, Service::kIngest, arguments->question, exit_code,
                [&](const auto& channel) { return SendOwners(name, *arguments, channel); });
  });
}

}  // namespace

void AddImportCommand(CLI::App& app, ExitCode& exit_code) {
  const auto arguments =
      std::make_shared<Arguments>();  // shared with the callbacks, which outlive this call
  CLI::App* import = app.add_subcommand("import", "Send a file through the public door");
  import->require_subcommand(1);
  import->footer(kExamples);
  AddOwners(*import, exit_code);
  CLI::App* list = import->add_subcommand("list", "People from a list: it makes no task");
  CLI::App* log = import->add_subcommand("interactions", "What happened, from a log");
  for (CLI::App* command : {list, log}) {
    command->footer(kExamples);
    command
        ->add_option("--map", arguments->mapping,
                     "A ready mapping's name or a .textproto file; else by the first bytes")
        ->type_name("MAPPING|FILE");
    command->add_option("--set", arguments->parameters, "A mapping's parameter, name=value");
    command->add_flag("--again", arguments->again, "Import it though it came before");
    AddOptions(*command, "Plain or .gz", *arguments);
    command->callback([arguments, name = absl::StrCat("import ", command->get_name()), &exit_code] {
      RunQuestion(name, Service::kIngest, arguments->question, exit_code, [&](const auto& channel) {
        return SendFile(name, *arguments, channel, exit_code);
      });
    });
  }
}

}  // namespace tend::cli
