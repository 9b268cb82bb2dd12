#include "services/ingest/source.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/runtime/text_config.h"
#include "services/ingest/connectors/mapped_reader.h"
#include "services/ingest/connectors/webhook_signature.h"
#include "services/ingest/files/file_set.h"

namespace tend::ingest {
namespace {

template <typename Config>
absl::Status LoadMappingOf(const Config& config, Source* source) {
  for (const auto& [name, value] : config.parameters()) source->options.parameters[name] = value;
  if (config.mapping().empty()) return absl::OkStatus();
  TEND_ASSIGN_OR_RETURN(source->mapping, LoadMapping(config.mapping()));
  if (source->mapping->has_csv()) {
    return absl::InvalidArgumentError(
        absl::StrCat("mapping ", config.mapping(), " reads CSV; what is delivered is JSON"));
  }
  return MakeReader(*source->mapping, source->options).status();  // whatever is wrong shows now
}

absl::StatusOr<std::string> SecretsOf(const v1::SourceConfig& config) {
  if (!config.secrets_file().empty()) return ReadConfigFile(config.secrets_file());
  const char* secrets = std::getenv(config.secrets_environment().c_str());
  if (secrets == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("the environment has no ", config.secrets_environment()));
  }
  return std::string(secrets);
}

}  // namespace

absl::StatusOr<Source> LoadSource(const v1::SourceConfig& config) {
  Source source;
  source.name = config.name();
  source.options.file = absl::StrCat("sources/", config.name());
  const std::string context = absl::StrCat("source ", config.name());
  if (absl::Status status = LoadMappingOf(config, &source); !status.ok()) {
    return Annotate(status, context.c_str());
  }
  if (config.secrets_file().empty() && config.secrets_environment().empty()) return source;
  absl::StatusOr<std::string> secrets = SecretsOf(config);
  if (!secrets.ok()) return Annotate(secrets.status(), context.c_str());
  absl::StatusOr<std::vector<std::string>> keys = ParseSecrets(*secrets);
  if (!keys.ok()) return Annotate(keys.status(), context.c_str());
  source.keys = *std::move(keys);
  return source;
}

absl::StatusOr<Source> LoadInbox(const v1::InboxConfig& config) {
  Source source;
  source.name = "inbox";
  source.options.file = "inbox";
  if (absl::Status status = LoadMappingOf(config, &source); !status.ok()) {
    return Annotate(status, "inbox");
  }
  return source;
}

}  // namespace tend::ingest
