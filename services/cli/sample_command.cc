#include "services/cli/sample_command.h"

#include <cstdint>
#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/cli/json.h"
#include "services/cli/progress.h"
#include "services/cli/sample/sample_files.h"
#include "services/cli/table.h"

namespace tend::cli {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  tend sample                              500 people, 6 months, into sample/\n"
    "  tend sample --seed 7 --people 2000       another world, and a larger one\n"
    "  tend sample --people 100000 --months 12 --gzip --out big\n"
    "                                           three million rows, packed\n"
    "\n"
    "The same options give the same bytes. Then look at it:\n"
    "  tend trial sample/list.csv sample/interactions.jsonl --roster sample/roster.textproto "
    "--made-up";

struct Arguments {
  sample::SampleOptions options;
  sample::SampleTarget target;
  std::string start = "2026-01-05";
  double broken_per_mille = 1;
  bool json = false;
};

void AddOptions(CLI::App& command, Arguments& arguments) {
  sample::SampleOptions& options = arguments.options;
  command.add_option("--seed", options.seed, "Which world; any number")->capture_default_str();
  command.add_option("--owners", options.owners, "Colleagues of ours")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  command.add_option("--people", options.people, "People outside")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  command.add_option("--months", options.months, "For how long, from the start on")
      ->check(CLI::Range(1, 120))
      ->capture_default_str();
  command.add_option("--start", arguments.start, "First day, YYYY-MM-DD")->capture_default_str();
  command.add_option("--broken", arguments.broken_per_mille, "Broken rows in a thousand")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();
  command
      .add_option("--out", arguments.target.folder, "Folder for the files; old ones are replaced")
      ->type_name("FOLDER")
      ->capture_default_str();
  command.add_flag("--gzip", arguments.target.gzip, "Write interactions.jsonl.gz");
  command.add_flag("--five-people", arguments.target.five_people,
                   "Add Ann, Bob, Cy, Di and Ed: five_people.jsonl, and Ed's row in the list");
  command.add_flag("--json", arguments.json, "One JSON object instead of words");
}

void PrintFiles(const sample::SampleFiles& files) {
  Table table({{"made-up data"}, {"rows", true}});
  table.AddRow({files.interactions, WithCommas(files.lines)});
  table.AddRow({"  received hours or days late", WithCommas(files.written.late)});
  table.AddRow({"  received twice", WithCommas(files.written.repeated)});
  table.AddRow({"  broken on purpose", WithCommas(files.written.broken)});
  table.AddRow({files.list});
  table.AddRow({files.roster});
  if (!files.five_people.empty()) table.AddRow({files.five_people});
  std::cout << table.Format(StyleOf(1)) << "\nNext: tend trial " << files.list << " "
            << files.interactions << (files.five_people.empty() ? "" : " ") << files.five_people
            << " --roster " << files.roster << " --made-up\n";
}

std::string JsonOf(const sample::SampleFiles& files) {
  Json json;
  json.Put("interactions", files.interactions);
  json.Put("list", files.list);
  json.Put("roster", files.roster);
  if (!files.five_people.empty()) json.Put("fivePeople", files.five_people);
  json.Put("rows", files.lines);
  json.Put("late", files.written.late);
  json.Put("repeated", files.written.repeated);
  json.Put("broken", files.written.broken);
  return json.Text(1) + "\n";
}

ExitCode RunSample(const Arguments& arguments) {
  sample::SampleOptions options = arguments.options;
  if (!absl::ParseCivilTime(arguments.start, &options.start)) {
    std::cerr << "tend sample: --start " << arguments.start
              << " is no day: write it as 2026-01-05\n";
    return ExitCode::kRejected;
  }
  options.broken_share = arguments.broken_per_mille / 1000;
  const absl::Time start = sample::StartOf(options);
  const int64_t total = absl::ToInt64Seconds(sample::EndOf(options) - start);
  Progress progress("writing made-up data", "rows", Progress::Stderr());
  const auto files = sample::WriteSample(
      options, arguments.target, [&](absl::Time now, const sample::Written& written) {
        progress.Update(absl::ToInt64Seconds(now - start), total, written.rows);
      });
  if (!files.ok()) {
    std::cerr << "tend sample: " << files.status().message()
              << ": name another folder with --out\n";
    return ExitCode::kFailed;
  }
  progress.Finish(files->lines);
  if (arguments.json) {
    std::cout << JsonOf(*files);
  } else {
    PrintFiles(*files);
  }
  return ExitCode::kOk;
}

}  // namespace

void AddSampleCommand(CLI::App& app, ExitCode& exit_code) {
  CLI::App& command = *app.add_subcommand(
      "sample", "Write made-up traffic: owners, people, and what happens between them");
  command.footer(kExamples);
  // Shared with the callback, which CLI11 copies.
  auto arguments = std::make_shared<Arguments>();
  AddOptions(command, *arguments);
  command.callback([arguments, &exit_code] { exit_code = RunSample(*arguments); });
}

}  // namespace tend::cli
