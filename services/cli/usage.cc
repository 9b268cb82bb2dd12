#include "services/cli/usage.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/cli/text_width.h"

namespace tend::cli {
namespace {

// A word that differs in more letters was hardly meant.
constexpr size_t kMostDiffering = 2;

// Letters to add, take away or exchange (Levenshtein).
size_t Differing(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t exchanged = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({exchanged, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

std::vector<std::string> CommandsBelow(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> OptionsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// "; did you mean 'ready'?", or nothing.
std::string Nearest(const std::string& word, const std::vector<std::string>& known) {
  const auto nearest = std::min_element(
      known.begin(), known.end(),
      [&](const auto& a, const auto& b) { return Differing(word, a) < Differing(word, b); });
  if (nearest == known.end() || Differing(word, *nearest) > kMostDiffering) return "";
  return absl::StrCat("; did you mean '", *nearest, "'?");
}

// Of words that nobody takes.
std::string Unexpected(const CLI::App& app, const std::vector<std::string>& words) {
  const auto option = std::find_if(words.begin(), words.end(), [](const std::string& word) {
    return absl::StartsWith({word.data(), word.size()}, "-");
  });
  if (option != words.end()) {
    return absl::StrCat("there is no option '", *option, "'", Nearest(*option, OptionsOf(app)));
  }
  const std::vector<std::string> commands = CommandsBelow(app);
  const std::string& word = words.front();
  if (commands.empty()) return absl::StrCat("'", word, "' is one word too many");
  return absl::StrCat("there is no command '", word, "'", Nearest(word, commands));
}

std::string WhatIsWrong(const CLI::App& app, const CLI::Error& error) {
  if (const std::vector<std::string> words = app.remaining(); !words.empty()) {
    return Unexpected(app, words);
  }
  const std::vector<std::string> commands = CommandsBelow(app);
  if (error.get_name() == "RequiredError" && !commands.empty()) {
    return absl::StrCat("say which: ", absl::StrJoin(commands, ", "));
  }
  const std::string what = error.what();
  if (error.get_name() == "ArgumentMismatch" && absl::StrContains(what, "missing")) {
    return absl::StrCat(what.substr(0, what.find(':')), " needs a value");
  }
  return what;
}

}  // namespace

std::string UsageText(const CLI::App* app, const CLI::Error& error) {
  std::string path = app->get_name();
  // To the command that was meant; words that nobody takes may stand before it.
  while (app->remaining().empty() && !app->get_subcommands().empty()) {
    app = app->get_subcommands().back();
    absl::StrAppend(&path, " ", app->get_name());
  }
  const std::string what = WhatIsWrong(*app, error);
  const bool group = !CommandsBelow(*app).empty();
  return absl::StrCat(path, ": ", Printable({what.data(), what.size()}), "\n", path, ": '", path,
                      " --help' ", group ? "lists the commands\n" : "shows how it is written\n");
}

std::string NoneOf(const std::string& word, const std::string& choices) {
  return absl::StrCat(word, " is none of ", choices);
}

}  // namespace tend::cli
