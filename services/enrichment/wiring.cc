#include "services/enrichment/wiring.h"

#include <pthread.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/kafka/kafka_log.h"
#include "common/service/stream_service.h"
#include "services/enrichment/domain/roster.h"
#include "services/enrichment/postgres/postgres_identity_store.h"
#include "services/enrichment/processor.h"
#include "services/enrichment/relay_loop.h"
#include "tend/v1/person.pb.h"

namespace tend::enrichment {
namespace {

constexpr size_t kLeastKeyBytes = 32;

absl::StatusOr<std::string> ReadKey(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  if (!in) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  if (bytes.str().size() < kLeastKeyBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": has ", bytes.str().size(), " bytes, a key needs ", kLeastKeyBytes));
  }
  return bytes.str();
}

}  // namespace

void CheckConfig(const v1::EnrichmentConfig& config, ConfigFaults& faults) {
  faults.RequireSet("roster_file", config.roster_file());
  faults.RequireSet("postgres", config.postgres());
  faults.RequireSet("identity_key_file", config.identity_key_file());
}

absl::Status Run(const v1::EnrichmentConfig& config, const std::stop_token& stop) {
  v1::Roster who_we_are;
  TEND_RETURN_IF_ERROR(ReadTextConfig(config.roster_file(), &who_we_are));
  TEND_ASSIGN_OR_RETURN(const Roster roster, Roster::Create(who_we_are));
  PostgresIdentityOptions identity;
  identity.connection.conninfo = config.postgres();
  TEND_ASSIGN_OR_RETURN(identity.hmac_key, ReadKey(config.identity_key_file()));
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
  return service::RunStreamService(config.runtime(), "enrichment",
                                   EnrichmentSpec(options, roster, store, nullptr), stop);
}

}  // namespace tend::enrichment
