#include "services/cli/completion/command_tree.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace tend::cli {
namespace {

// type: as CLI11 has it; behind a colon it says what is checked.
void AddType(const std::string& type, const TypeChoices& choices, ValueWords& value) {
  for (const absl::string_view part : absl::StrSplit(type.substr(0, type.find(':')), '|')) {
    if (part == "FILE" || part == "FOLDER") value.files = true;
    const bool word = std::all_of(part.begin(), part.end(), [](char c) {
      return absl::ascii_islower(static_cast<unsigned char>(c)) || c == '_';
    });
    if (word && !part.empty()) value.choices.emplace_back(part);
    const auto named = choices.find(std::string{part});
    if (named == choices.end()) continue;
    value.choices.insert(value.choices.end(), named->second.begin(), named->second.end());
  }
}

OptionWords WordsOf(const CLI::Option& option, const TypeChoices& choices) {
  OptionWords words;
  for (const std::string& name : option.get_lnames()) words.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) words.names.push_back("-" + name);
  words.description = option.get_description();
  words.takes_value = option.get_items_expected_max() > 0;
  if (words.takes_value) AddType(option.get_type_name(), choices, words.value);
  return words;
}

void Add(const CLI::App& app, const std::string& path, const TypeChoices& choices,
         std::vector<CommandWords>& all) {
  CommandWords command;
  command.path = path;
  command.description = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    if (option->nonpositional()) command.options.push_back(WordsOf(*option, choices));
    if (!option->get_positional()) continue;
    AddType(option->get_name(/*positional=*/true), choices, command.arguments);
    AddType(option->get_type_name(), choices, command.arguments);
  }
  const std::vector<const CLI::App*> below = app.get_subcommands({});
  for (const CLI::App* next : below) command.commands.push_back(next->get_name());
  all.push_back(std::move(command));
  for (const CLI::App* next : below) {
    Add(*next, absl::StrCat(path, " ", next->get_name()), choices, all);
  }
}

}  // namespace

std::vector<CommandWords> CommandsOf(const CLI::App& app, const TypeChoices& choices) {
  std::vector<CommandWords> all;
  Add(app, app.get_name(), choices, all);
  return all;
}

}  // namespace tend::cli
