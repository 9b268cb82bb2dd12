// What can stand at a prompt: the commands, options and arguments that a CLI11 application has, as
// shells need them for completion.

#ifndef TEND_SERVICES_CLI_COMPLETION_COMMAND_TREE_H_
#define TEND_SERVICES_CLI_COMPLETION_COMMAND_TREE_H_

#include <map>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"

namespace tend::cli {

// What a value may be, by the name of its type, whose parts have "|" between them: "FILE" and
// "FOLDER" are files, words in lower case are choices, and so are those of a name that TypeChoices
// has; of anything else nobody knows.
struct ValueWords {
  bool files = false;
  std::vector<std::string> choices;
};

struct OptionWords {
  std::vector<std::string> names;  // "--map", "-m"
  std::string description;
  bool takes_value = false;
  ValueWords value;
};

struct CommandWords {
  std::string path;  // "tend import list"
  std::string description;
  std::vector<OptionWords> options;
  ValueWords arguments;               // any of them
  std::vector<std::string> commands;  // below it, by name
};

// "MAPPING" -> the names of mappings.
using TypeChoices = std::map<std::string, std::vector<std::string>>;

// All commands, each before those below it.
std::vector<CommandWords> CommandsOf(const CLI::App& app, const TypeChoices& choices);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_COMPLETION_COMMAND_TREE_H_
