#include "services/cli/sample/sample_files.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "google/protobuf/text_format.h"
#include "services/cli/sample/contact_list.h"
#include "services/cli/sample/five_people.h"
#include "services/cli/sample/json_line.h"
#include "services/cli/sample/line_file.h"
#include "services/cli/sample/owner.h"

namespace tend::sample {
namespace {

absl::Status WriteLines(const std::string& path, const std::vector<std::string>& lines) {
  TEND_ASSIGN_OR_RETURN(LineFile file, LineFile::Create(path, false));
  for (const std::string& line : lines) file.Write(line);
  return file.Close();
}

std::vector<std::string> RosterLines(const SampleOptions& options) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(
      MakeRoster(options.seed, static_cast<uint32_t>(options.owners)), &text);
  if (!text.empty()) text.pop_back();
  return {"# Made-up data: who \"we\" are in this sample. Written by `tend sample`.",
          "# proto-file: tend/v1/person.proto", "# proto-message: tend.v1.Roster", text};
}

// The command that wrote the sample, but for --out and --gzip.
std::string Command(const SampleOptions& options, const SampleTarget& target) {
  return absl::StrCat("tend sample --seed ", options.seed, " --owners ", options.owners,
                      " --people ", options.people, " --months ", options.months, " --start ",
                      absl::FormatCivilTime(options.start), " --broken ",
                      options.broken_share * 1000, target.five_people ? " --five-people" : "");
}

std::vector<std::string> ReadmeLines(const SampleOptions& options, const SampleTarget& target) {
  return {"This is made-up data: no person, company, address or message in it is real.",
          "Say \"made-up data\" wherever a figure made from it is shown.",
          "",
          "Written by:",
          absl::StrCat("  ", Command(options, target)),
          "",
          "People follow their own weeks, habits and projects, not the model that scores them."};
}

std::vector<std::string> ListLines(const SampleOptions& options, bool with_ed) {
  std::vector<std::string> lines = ContactList(options);
  if (with_ed) lines.emplace_back(EdsRow());
  return lines;
}

std::vector<std::string> FivePeopleLines() {
  std::vector<std::string> lines;
  for (const v1::Interaction& row : FivePeople()) AppendJson(row, &lines.emplace_back());
  return lines;
}

}  // namespace

absl::StatusOr<SampleFiles> WriteSample(const SampleOptions& options, const SampleTarget& target,
                                        const SimulationProgress& progress) {
  std::error_code error;
  std::filesystem::create_directories(target.folder, error);
  if (error) {
    return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot make folder ", target.folder));
  }
  SampleFiles files;
  files.interactions = absl::StrCat(target.folder, "/interactions.jsonl", target.gzip ? ".gz" : "");
  files.list = absl::StrCat(target.folder, "/list.csv");
  files.roster = absl::StrCat(target.folder, "/roster.textproto");
  TEND_RETURN_IF_ERROR(WriteLines(files.roster, RosterLines(options)));
  TEND_RETURN_IF_ERROR(WriteLines(files.list, ListLines(options, target.five_people)));
  TEND_RETURN_IF_ERROR(
      WriteLines(absl::StrCat(target.folder, "/README.txt"), ReadmeLines(options, target)));
  if (target.five_people) {
    files.five_people = absl::StrCat(target.folder, "/five_people.jsonl");
    TEND_RETURN_IF_ERROR(WriteLines(files.five_people, FivePeopleLines()));
  }
  TEND_ASSIGN_OR_RETURN(LineFile file, LineFile::Create(files.interactions, target.gzip));
  files.written = Simulate(
      options, [&file](absl::string_view line) { file.Write(line); }, progress);
  TEND_RETURN_IF_ERROR(file.Close());
  files.lines = file.lines();
  return files;
}

}  // namespace tend::sample
