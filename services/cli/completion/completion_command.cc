#include "services/cli/completion/completion_command.h"

#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/cli/completion/completion_script.h"
#include "services/cli/usage.h"

namespace tend::cli {
namespace {

enum class Shell { kBash, kZsh, kFish };
const std::map<std::string, Shell> kShells = {
    {"bash", Shell::kBash}, {"zsh", Shell::kZsh}, {"fish", Shell::kFish}};

constexpr char kFooter[] =
    "To have it in every new shell:\n"
    "  bash  tend completion bash > ~/.local/share/bash-completion/completions/tend\n"
    "  zsh   tend completion zsh > ~/.zfunc/_tend    (a folder of your fpath)\n"
    "  fish  tend completion fish > ~/.config/fish/completions/tend.fish\n"
    "In this one: source <(tend completion bash)";

}  // namespace

void AddCompletionCommand(CLI::App& app, std::function<TypeChoices()> choices,
                          ExitCode& exit_code) {
  const auto shell = std::make_shared<Shell>();  // shared with the callback
  CLI::App* command = app.add_subcommand("completion", "What a shell needs to complete commands");
  command->add_option("SHELL", *shell, "Whose script")
      ->required()
      ->transform(OneOf(kShells))
      ->type_name("bash|zsh|fish");
  command->footer(kFooter);
  command->callback([&app, choices = std::move(choices), shell, &exit_code] {
    const std::vector<CommandWords> commands = CommandsOf(app, choices());
    const auto print = *shell == Shell::kBash  ? BashCompletion
                       : *shell == Shell::kZsh ? ZshCompletion
                                               : FishCompletion;
    std::cout << print(commands);
    exit_code = ExitCode::kOk;
  });
}

}  // namespace tend::cli
