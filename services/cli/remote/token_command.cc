#include "services/cli/remote/token_command.h"

#include <sys/random.h>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/digest.h"
#include "services/cli/json.h"
#include "services/cli/remote/question.h"
#include "services/cli/text_width.h"
#include "services/cli/usage.h"
#include "tend/v1/service_config.pb.h"

namespace tend::cli {
namespace {

constexpr size_t kTokenBytes = 32;

struct Arguments {
  std::string name;
  std::vector<std::string> scopes;
  bool json = false;
};

std::string RandomToken() {
  std::string bytes(kTokenBytes, '\0');
  TEND_CHECK(getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  return absl::WebSafeBase64Escape(bytes);
}

ExitCode Run(const Arguments& arguments) {
  v1::AccessToken granted;
  granted.set_name(arguments.name);
  for (const std::string& name : arguments.scopes) {
    v1::Scope scope = v1::SCOPE_UNSPECIFIED;
    if (!v1::Scope_Parse(absl::StrCat("SCOPE_", absl::AsciiStrToUpper(name)), &scope) ||
        scope == v1::SCOPE_UNSPECIFIED) {
      std::cerr << "tend token: --scope: "
                << NoneOf(Printable({name.data(), name.size()}),
                          "ingest, answer, read, contact, operate")
                << "\n";
      return ExitCode::kRejected;
    }
    granted.add_scopes(scope);
  }
  const std::string token = RandomToken();
  granted.set_sha256(absl::BytesToHexString(Sha256({token.data(), token.size()})));
  if (arguments.json) {
    std::string access = JsonOf(granted, /*indented=*/false);
    absl::StripTrailingAsciiWhitespace(&access);
    Json json;
    json.Put("token", token);
    json.PutJson("access", access);
    json.Put("configuration", absl::StrCat("tokens { ", granted.ShortDebugString(), " }"));
    std::cout << json.Text(1) << "\n";
    return ExitCode::kOk;
  }
  std::cout << token << "\n";
  std::cerr << "That is the token, for its user alone; it is nowhere else. In the configuration of "
               "the services, inside runtime { }:\n"
            << "  tokens { " << granted.ShortDebugString() << " }\n";
  return ExitCode::kOk;
}

}  // namespace

void AddTokenCommand(CLI::App& app, ExitCode& exit_code) {
  const auto arguments = std::make_shared<Arguments>();  // shared with the callback
  CLI::App* token = app.add_subcommand("token", "Make a bearer token");
  token->add_option("NAME", arguments->name, "Whose it is")->required();
  token
      ->add_option("--scope", arguments->scopes,
                   "ingest, answer, read, contact, operate; several with commas")
      ->delimiter(',')
      ->required();
  token->add_flag("--json", arguments->json, "One JSON object: the token, and what it grants");
  token->footer(
      "Example:\n  tend token crm --scope ingest,read > crm.token\n\n"
      "The token goes to standard output, the line for the configuration to standard error; "
      "with\n--json both are in one object.");
  token->callback([arguments, &exit_code] { exit_code = Run(*arguments); });
}

}  // namespace tend::cli
