#include "services/cli/completion/completion_script.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace tend::cli {
namespace {

// In single quotes, for bash and zsh; fish also knows a backslash there.
std::string Quoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}
std::string QuotedForFish(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

std::vector<std::string> NamesOf(const CommandWords& command) {
  std::vector<std::string> names;
  for (const OptionWords& option : command.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

// The paths of all commands below the program, as patterns of a `case`.
std::string Paths(absl::Span<const CommandWords> commands) {
  return absl::StrJoin(commands.subspan(1), "|", [](std::string* out, const CommandWords& command) {
    absl::StrAppend(out, Quoted(command.path));
  });
}

const CommandWords* Find(absl::Span<const CommandWords> commands, const std::string& path) {
  for (const CommandWords& command : commands) {
    if (command.path == path) return &command;
  }
  return nullptr;
}

// For each option that takes a value, a branch of a `case` over "path option". write: what the
// branch does.
template <typename Write>
std::string ValueBranches(absl::Span<const CommandWords> commands, const char* open, Write write) {
  std::string text;
  for (const CommandWords& command : commands) {
    for (const OptionWords& option : command.options) {
      if (!option.takes_value) continue;
      const std::string patterns =
          absl::StrJoin(option.names, "|", [&command](std::string* out, const std::string& name) {
            absl::StrAppend(out, Quoted(absl::StrCat(command.path, " ", name)));
          });
      absl::StrAppend(&text, "    ", open, patterns, ") ", write(option.value), "return ;;\n");
    }
  }
  return text;
}

// zsh: 'word:what it is'.
std::string Described(const std::string& word, const std::string& description) {
  const std::string safe = absl::StrReplaceAll(word, {{":", "\\:"}});
  return Quoted(description.empty() ? safe : absl::StrCat(safe, ":", description));
}

}  // namespace

std::string BashCompletion(absl::Span<const CommandWords> commands) {
  const std::string& name = commands[0].path;
  std::string script = absl::StrCat("# Completion of ", name, " for bash, made by '", name,
                                    " completion bash'.\n", R"(_tend_words() {
  mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W "$1" -- "$cur")
}
_tend_files() {
  mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  compopt -o filenames 2>/dev/null
}
_tend() {
  local cur=${COMP_WORDS[COMP_CWORD]} at=)",
                                    name, R"( i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at ${COMP_WORDS[i]}" in
      )",
                                    Paths(commands), R"() at+=" ${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at ${COMP_WORDS[COMP_CWORD-1]}" in
)");
  absl::StrAppend(&script, ValueBranches(commands, "", [](const ValueWords& value) -> std::string {
    std::string files = value.files ? "_tend_files; " : "";
    if (value.choices.empty()) return files;
    return absl::StrCat(files, "_tend_words '", absl::StrJoin(value.choices, " "), "'; ");
  }));
  absl::StrAppend(&script, "  esac\n  local below='' options='' files=''\n  case $at in\n");
  for (const CommandWords& command : commands) {
    absl::StrAppend(&script, "    ", Quoted(command.path), ") below='",
                    absl::StrJoin(command.commands, " "), "' options='",
                    absl::StrJoin(NamesOf(command), " "), "'",
                    command.arguments.files ? " files=yes" : "");
    if (!command.arguments.choices.empty()) {
      absl::StrAppend(&script, " below='", absl::StrJoin(command.arguments.choices, " "), "'");
    }
    absl::StrAppend(&script, " ;;\n");
  }
  return absl::StrCat(script, R"(  esac
  if [[ $cur == -* ]]; then _tend_words "$options"
  elif [[ -n $below ]]; then _tend_words "$below"
  elif [[ -n $files ]]; then _tend_files
  fi
}
complete -F _tend )",
                      name, "\n");
}

std::string ZshCompletion(absl::Span<const CommandWords> commands) {
  const std::string& name = commands[0].path;
  std::string script = absl::StrCat("#compdef ", name, "\n# Completion of ", name,
                                    " for zsh, made by '", name, " completion zsh'.\n", R"(_tend() {
  local at=)",
                                    name, R"( i
  local -a below flags
  local files=''
  for ((i = 2; i < CURRENT; i++)); do
    case "$at $words[i]" in
      ()",
                                    Paths(commands), R"() at+=" $words[i]" ;;
    esac
  done
  case "$at $words[CURRENT-1]" in
)");
  absl::StrAppend(&script, ValueBranches(commands, "(", [](const ValueWords& value) -> std::string {
    std::string files = value.files ? "_files; " : "";
    if (value.choices.empty()) return files;
    return absl::StrCat(files, "compadd ", absl::StrJoin(value.choices, " "), "; ");
  }));
  absl::StrAppend(&script, "  esac\n  case $at in\n");
  for (const CommandWords& command : commands) {
    std::string below = absl::StrJoin(command.arguments.choices, " "), flags;
    for (const std::string& next : command.commands) {
      const CommandWords* found = Find(commands, absl::StrCat(command.path, " ", next));
      absl::StrAppend(&below, " ", Described(next, found->description));
    }
    for (const OptionWords& option : command.options) {
      for (const std::string& word : option.names) {
        absl::StrAppend(&flags, " ", Described(word, option.description));
      }
    }
    absl::StrAppend(&script, "    (", Quoted(command.path), ") below=(", below, ") flags=(", flags,
                    ")", command.arguments.files ? " files=yes" : "", " ;;\n");
  }
  return absl::StrCat(script, R"(  esac
  if [[ $PREFIX == -* ]]; then _describe option flags
  elif (( $#below )); then _describe command below
  elif [[ -n $files ]]; then _files
  fi
}
if [[ $funcstack[1] == _tend ]]; then _tend "$@"; else compdef _tend )",
                      name, "; fi\n");
}

std::string FishCompletion(absl::Span<const CommandWords> commands) {
  const std::string& name = commands[0].path;
  std::string script = absl::StrCat("# Completion of ", name, " for fish, made by '", name,
                                    " completion fish'.\n", R"(function __tend_at
  set -l at )",
                                    name, R"(
  for word in (commandline -opc)[2..-1]
    contains -- "$at $word" )",
                                    absl::StrReplaceAll(Paths(commands), {{"|", " "}}), R"(
    and set at "$at $word"
  end
  test "$at" = "$argv[1]"
end
complete -c )",
                                    name, " -f\n");
  for (const CommandWords& command : commands) {
    const std::string line =
        absl::StrCat("complete -c ", name, " -n ",
                     QuotedForFish(absl::StrCat("__tend_at '", command.path, "'")));
    for (const std::string& next : command.commands) {
      const CommandWords* found = Find(commands, absl::StrCat(command.path, " ", next));
      absl::StrAppend(&script, line, " -a ", next, " -d ", QuotedForFish(found->description), "\n");
    }
    for (const OptionWords& option : command.options) {
      absl::StrAppend(&script, line);
      for (const std::string& word : option.names) {
        const bool is_long = absl::StartsWith(word, "--");
        absl::StrAppend(&script, is_long ? " -l " : " -s ", word.substr(is_long ? 2 : 1));
      }
      if (option.takes_value) absl::StrAppend(&script, option.value.files ? " -rF" : " -x");
      if (!option.value.choices.empty()) {
        absl::StrAppend(&script, " -a '", absl::StrJoin(option.value.choices, " "), "'");
      }
      absl::StrAppend(&script, " -d ", QuotedForFish(option.description), "\n");
    }
    if (!command.arguments.choices.empty()) {
      absl::StrAppend(&script, line, " -a '", absl::StrJoin(command.arguments.choices, " "), "'\n");
    }
    if (command.arguments.files) absl::StrAppend(&script, line, " -F\n");
  }
  return script;
}

}  // namespace tend::cli
