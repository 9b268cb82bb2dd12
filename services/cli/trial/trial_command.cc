#include "services/cli/trial/trial_command.h"

#include <google/protobuf/text_format.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "services/cli/trial/shipped_texts.h"
#include "services/cli/trial/trial_print.h"
#include "services/cli/trial/trial_run.h"
#include "services/enrichment/domain/roster.h"
#include "services/ingest/connectors/ready_mappings.h"
#include "tend/v1/scoring_model.pb.h"

namespace tend::cli {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  tend trial list.csv interactions.jsonl --roster roster.textproto\n"
    "  tend trial mail.csv.gz --map mail_log --roster roster.textproto\n"
    "  tend trial interactions.jsonl --roster roster.textproto --explain ann@example.com\n"
    "  tend trial Connections.csv --map linkedin_connections --set owner=eve@example.com\n"
    "\n"
    "Files are recognised by their first bytes; --map names a ready mapping or a .textproto file, "
    "once for all\n"
    "files or once for each. Exit code 2: rows were rejected; the report says which.";

struct Arguments {
  std::vector<std::string> files;
  std::vector<std::string> maps;
  std::vector<std::string> parameters;
  std::string roster, model, policy, shift_to, explain, records;
  bool as_import = false, json = false, made_up = false;
};

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  return text.str();
}

// Reads protobuf text from a file, or the shipped one where no file is named.
template <typename Message>
absl::StatusOr<Message> ReadText(const std::string& path, const char* shipped) {
  std::string text = shipped;
  if (!path.empty()) {
    TEND_ASSIGN_OR_RETURN(text, ReadFile(path));
  }
  Message message;
  if (!google::protobuf::TextFormat::ParseFromString(text, &message)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": is no ",
                                                   Message::descriptor()->full_name(),
                                                   " in protobuf text; the lines above say where"));
  }
  return message;
}

absl::StatusOr<TrialSetup> ReadSetup(const Arguments& arguments) {
  TrialSetup setup;
  if (!arguments.roster.empty()) {
    TEND_ASSIGN_OR_RETURN(const std::string text, ReadFile(arguments.roster));
    TEND_ASSIGN_OR_RETURN(setup.roster, enrichment::ParseRoster(text));
  }
  TEND_ASSIGN_OR_RETURN(const auto model,
                        ReadText<v1::ScoringModel>(arguments.model, kShippedModel));
  TEND_ASSIGN_OR_RETURN(setup.model, model::Compile(model));
  TEND_ASSIGN_OR_RETURN(setup.policy_contract,
                        ReadText<v1::Policy>(arguments.policy, kShippedPolicy));
  TEND_ASSIGN_OR_RETURN(setup.policy, model::Compile(setup.policy_contract));
  return setup;
}

absl::StatusOr<TrialOptions> ReadOptions(const Arguments& arguments) {
  TrialOptions options;
  if (arguments.maps.size() > 1 && arguments.maps.size() != arguments.files.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--map: give it once for all files, or once for each of the ", arguments.files.size(),
        " files; it stands here ", arguments.maps.size(), " times"));
  }
  for (const std::string& map : arguments.maps) {
    if (absl::EndsWith(map, ".textproto")) continue;
    const absl::Status known = ingest::FindReadyMapping(map).status();
    if (!known.ok()) return absl::InvalidArgumentError(absl::StrCat("--map: ", known.message()));
  }
  for (size_t i = 0; i < arguments.files.size(); ++i) {
    const std::string map = arguments.maps.empty()       ? ""
                            : arguments.maps.size() == 1 ? arguments.maps[0]
                                                         : arguments.maps[i];
    options.files.push_back({arguments.files[i], map});
  }
  for (const std::string& parameter : arguments.parameters) {
    const std::vector<std::string> parts = absl::StrSplit(parameter, absl::MaxSplits('=', 1));
    if (parts.size() != 2)
      return absl::InvalidArgumentError(
          absl::StrCat("--set ", parameter, ": write it as name=value"));
    options.file_options.parameters[parts[0]] = parts[1];
  }
  if (!arguments.shift_to.empty()) {
    absl::Time time;
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, arguments.shift_to, &time, &error)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--shift-to ", arguments.shift_to, ": write it as 2026-03-02T09:00:00Z"));
    }
    options.file_options.shift_to = time;
  }
  options.file_options.now = absl::Now();
  options.as_import = arguments.as_import;
  options.explain = arguments.explain;
  return options;
}

absl::Status RunAndPrint(const Arguments& arguments, ExitCode& exit_code) {
  TEND_ASSIGN_OR_RETURN(TrialSetup setup, ReadSetup(arguments));
  TEND_ASSIGN_OR_RETURN(TrialOptions options, ReadOptions(arguments));
  const model::ScoringModel model = setup.model;
  const model::Policy policy = setup.policy;
  std::ofstream records;
  if (!arguments.records.empty()) {
    records.open(arguments.records);
    if (!records) {
      return absl::NotFoundError(
          absl::StrCat("--records ", arguments.records, ": cannot be written"));
    }
    options.records = &records;
  }
  Progress progress("trial", "rows", Progress::Stderr());
  TEND_ASSIGN_OR_RETURN(const TrialResult result, RunTrial(options, std::move(setup), progress));
  exit_code = result.rejects.empty() ? ExitCode::kOk : ExitCode::kRejected;
  if (!arguments.explain.empty() && result.explained_person.empty()) exit_code = ExitCode::kFailed;
  if (arguments.json) {
    std::cout << PrintTrialJson(result, arguments.made_up);
    return absl::OkStatus();
  }
  const TerminalStyle style = StyleOf(1);
  std::cout << PrintTrial(result, arguments.made_up, style);
  if (!arguments.explain.empty()) std::cout << PrintExplanation(result, model, policy, style);
  std::cout << (arguments.explain.empty()
                    ? "Next: add --explain PERSON to see why somebody stands where they stand.\n"
                    : "Next: try it on an export of your own: tend trial --help\n");
  return absl::OkStatus();
}

}  // namespace

void AddTrialCommand(CLI::App& app, ExitCode& exit_code) {
  const auto arguments =
      std::make_shared<Arguments>();  // shared with the callback, which outlives this call
  CLI::App& command = *app.add_subcommand(
      "trial", "Plays files through the whole pipeline and tells what came out");
  command.footer(kExamples);
  command.add_option("FILE", arguments->files, "Lists and logs, plain or .gz; lists come first")
      ->required();
  command.add_option("--map", arguments->maps, "A ready mapping's name or a .textproto file")
      ->type_name("MAPPING|FILE");
  command.add_option("--set", arguments->parameters, "A mapping's parameter, name=value");
  command
      .add_option("--roster", arguments->roster, "Who we are: owners, teams, domains (.textproto)")
      ->type_name("FILE");
  command.add_option("--model", arguments->model, "Another scoring model (.textproto)")
      ->type_name("FILE");
  command.add_option("--policy", arguments->policy, "Another policy (.textproto)")
      ->type_name("FILE");
  command.add_option("--shift-to", arguments->shift_to,
                     "Moves all times so that an old log can be played");
  command.add_option("--explain", arguments->explain,
                     "Why this person (an address, a name or an id)");
  command
      .add_option("--records", arguments->records,
                  "Also write what went over the topics into this file, as `tend topics read` "
                  "prints it")
      ->type_name("FILE");
  command.add_flag("--as-import", arguments->as_import,
                   "As if the files were imported today: old rows open no nudge");
  command.add_flag("--json", arguments->json, "One JSON object instead of the report");
  command.add_flag("--made-up", arguments->made_up,
                   "The input is made-up data: the report says so");
  command.callback([arguments, &exit_code] {
    if (const absl::Status status = RunAndPrint(*arguments, exit_code); !status.ok()) {
      std::cerr << "tend trial: " << status.message() << "\n";
      exit_code = EndBy(status);
    }
  });
}

std::vector<std::string> ReadyMappingNames() {
  std::vector<std::string> names;
  for (const v1::Mapping& mapping : ingest::ReadyMappings()) names.push_back(mapping.name());
  return names;
}

}  // namespace tend::cli
