#include "services/enrichment/wiring.h"

#include <pthread.h>

#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/kafka/kafka_log.h"
#include "common/postgres/connection.h"
#include "common/runtime/runtime_config.h"
#include "common/service/stream_service.h"
#include "services/enrichment/domain/phone.h"
#include "services/enrichment/postgres/postgres_identity_store.h"
#include "services/enrichment/processor.h"
#include "services/enrichment/relay_loop.h"

namespace tend::enrichment {
namespace {

constexpr size_t kLeastKeyBytes = 32;
// A stop waits for the look it is at.
constexpr absl::Duration kLookWithin = absl::Seconds(1);

absl::StatusOr<std::string> ReadKey(const std::string& path) {
  TEND_ASSIGN_OR_RETURN(std::string bytes, ReadConfigFile(path));
  if (bytes.size() >= kLeastKeyBytes) return bytes;
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": has ", bytes.size(), " bytes, a key needs ", kLeastKeyBytes));
}

}  // namespace

Settings ReadSettings(const v1::EnrichmentConfig& config, ConfigFaults& faults) {
  Settings settings;
  settings.config = config;
  const v1::Roster roster = ReadRoster(config.roster_file(), faults);
  settings.roster = faults.Take("roster_file", Roster::Create(roster, config.default_region()),
                                config.roster_file());
  faults.Check("postgres", postgres::CheckConninfo(config.postgres()));
  faults.RequireSet("identity_key_file", config.identity_key_file());
  if (!config.identity_key_file().empty()) {
    settings.identity_key = faults.Take("identity_key_file", ReadKey(config.identity_key_file()));
  }
  if (!config.default_region().empty() && !IsRegion(config.default_region())) {
    faults.Add("default_region", config.default_region(), "two letters of ISO 3166, as \"DE\"");
  }
  return settings;
}

absl::Status Run(const Settings& settings, const std::stop_token& stop) {
  const v1::EnrichmentConfig& config = settings.config;
  PostgresIdentityOptions identity;
  identity.connection.conninfo = config.postgres();
  identity.hmac_key = settings.identity_key;
  PostgresIdentityStore store(identity);

  // The relay has a log and a store of its own: both are for one thread.
  PostgresIdentityStore relayed(identity);
  kafka::KafkaOptions kafka;
  kafka.bootstrap_servers = config.runtime().kafka_bootstrap_servers();
  kafka.client_id = absl::StrCat("tend.enrichment.relay.", config.runtime().instance());
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<kafka::KafkaLog> log, kafka::KafkaLog::Make(kafka));
  const std::jthread relay([&](const std::stop_token& end) {
    pthread_setname_np(pthread_self(), "relay");
    RunRelay(relayed, *log, end);
  });

  EnrichmentOptions options;
  options.parties.default_region = config.default_region();
  postgres::ConnectionOptions looked_at = identity.connection;
  looked_at.answer_timeout = kLookWithin;
  postgres::Connection looks(looked_at);
  return service::RunStreamService(config.runtime(), "enrichment",
                                   EnrichmentSpec(options, settings.roster, store, nullptr), stop,
                                   [&looks] { return looks.Look(); });
}

}  // namespace tend::enrichment
