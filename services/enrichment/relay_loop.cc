#include "services/enrichment/relay_loop.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/status_macros.h"
#include "common/runtime/log.h"
#include "common/runtime/pause.h"
#include "services/enrichment/domain/identity_log_relay.h"
#include "services/enrichment/processor.h"

namespace tend::enrichment {
namespace {

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

// Writes the events in order, each under its person, and returns once all are there.
absl::Status Publish(stream::Log& log, std::unique_ptr<stream::Producer>& producer,
                     absl::Span<const v1::PersonEvent> events) {
  if (producer == nullptr) {
    TEND_ASSIGN_OR_RETURN(producer, log.NewProducer());
  }
  std::vector<std::string> values;
  for (const v1::PersonEvent& event : events) values.push_back(event.SerializeAsString());
  std::vector<stream::NewRecord> records;
  for (size_t i = 0; i < events.size(); ++i) {
    records.push_back(
        {kPersonEventsTopic, std::nullopt, View(events[i].person_id()), View(values[i])});
  }
  std::vector<stream::Written> written;
  absl::Status status = producer->Send(records, written);
  if (!status.ok()) producer = nullptr;
  return status;
}

}  // namespace

void RunRelay(IdentityStore& store, stream::Log& log, const std::stop_token& stop) {
  std::unique_ptr<stream::Producer> producer;
  IdentityLogRelay relay(store, [&](absl::Span<const v1::PersonEvent> events) {
    return Publish(log, producer, events);
  });
  bool in_trouble = false;
  while (!stop.stop_requested()) {
    const absl::StatusOr<size_t> relayed = relay.Run();
    if (!relayed.ok() && !in_trouble) LogWarning("relay waits", {{"because", relayed.status()}});
    if (relayed.ok() && *relayed > 0) LogInfo("identity changes told", {{"entries", *relayed}});
    in_trouble = !relayed.ok();
    Pause(kRelayPause, stop);
  }
}

}  // namespace tend::enrichment
