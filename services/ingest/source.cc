#include "services/ingest/source.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "services/ingest/connectors/mapped_reader.h"
#include "services/ingest/connectors/webhook_signature.h"
#include "services/ingest/files/file_set.h"

namespace tend::ingest {
namespace {

template <typename Config>
void ReadMapping(const Config& config, absl::string_view prefix, ConfigFaults& faults,
                 Source& source) {
  for (const auto& [name, value] : config.parameters()) source.options.parameters[name] = value;
  if (config.mapping().empty()) return;
  const std::string key = absl::StrCat(prefix, "mapping");
  absl::StatusOr<v1::Mapping> mapping = LoadMapping(config.mapping());
  if (!faults.Check(key, mapping.status())) return;
  if (mapping->has_csv()) {
    faults.Add(key, config.mapping(), "a mapping of JSON: what is delivered is no CSV");
  } else if (faults.Check(key, MakeReader(*mapping, source.options).status(), config.mapping())) {
    source.mapping = *std::move(mapping);
  }
}

void ReadKeys(const v1::SourceConfig& config, absl::string_view prefix, ConfigFaults& faults,
              Source& source) {
  const std::string& file = config.secrets_file();
  const std::string& variable = config.secrets_environment();
  const std::string key =
      absl::StrCat(prefix, variable.empty() ? "secrets_file" : "secrets_environment");
  if (!file.empty() && !variable.empty()) {
    faults.Add(key, variable, "this or secrets_file");
  } else if (!file.empty()) {
    const absl::StatusOr<std::string> secrets = ReadConfigFile(file);
    if (faults.Check(key, secrets.status())) {
      source.keys = faults.Take(key, ParseSecrets(*secrets), file);
    }
  } else if (!variable.empty()) {
    const char* secrets = std::getenv(variable.c_str());
    if (secrets == nullptr) {
      faults.Add(key, variable, "a variable of the environment");
    } else {
      source.keys = faults.Take(key, ParseSecrets(secrets), variable);
    }
  }
}

}  // namespace

Source ReadSource(const v1::SourceConfig& config, absl::string_view prefix, ConfigFaults& faults) {
  Source source;
  source.name = config.name();
  source.options.file = absl::StrCat("sources/", config.name());
  ReadMapping(config, prefix, faults, source);
  ReadKeys(config, prefix, faults, source);
  return source;
}

Source ReadInbox(const v1::InboxConfig& config, ConfigFaults& faults) {
  Source source;
  source.name = "inbox";
  source.options.file = "inbox";
  ReadMapping(config, "inbox.", faults, source);
  return source;
}

}  // namespace tend::ingest
