// Command lines that cannot be understood, in words that say what to do next.

#ifndef TEND_SERVICES_CLI_USAGE_H_
#define TEND_SERVICES_CLI_USAGE_H_

#include <map>
#include <string>

#include "CLI/CLI.hpp"

namespace tend::cli {

// What was wrong, at which command, and where its help is. For CLI::App::failure_message.
std::string UsageText(const CLI::App* app, const CLI::Error& error);

// "bogus is none of right_time, too_early".
std::string NoneOf(const std::string& word, const std::string& choices);

// Turns a word into the enum value it names; any other word is at fault, and told the choices.
template <typename Enum>
CLI::Validator OneOf(const std::map<std::string, Enum>& choices) {
  return CLI::Validator(
      [&choices](std::string& word) {
        if (const auto found = choices.find(word); found != choices.end()) {
          word = std::to_string(static_cast<int>(found->second));
          return std::string();
        }
        std::string names;
        for (const auto& [name, value] : choices) names += (names.empty() ? "" : ", ") + name;
        return NoneOf(word, names);
      },
      /*validator_desc=*/"");
}

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_USAGE_H_
