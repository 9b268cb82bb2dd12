// Publishes the identity log to tend.person-events.v1. Pure: where to is passed in.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_IDENTITY_LOG_RELAY_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_IDENTITY_LOG_RELAY_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/enrichment/domain/identity.h"
#include "tend/v1/person_event.pb.h"

namespace tend::enrichment {

// Merges, splits and erasures are written by the identity store's own transaction, never by the
// processor, so that an aborted batch loses none. The relay carries them on, in the log's order and
// at least once: after a fault an entry may come again, with the same identity_seq. Run one relay.
class IdentityLogRelay {
 public:
  // Writes the events durably, in order, each under its person_id as key; OK only once all are
  // there.
  using Publish = std::function<absl::Status(absl::Span<const v1::PersonEvent> events)>;

  // store outlives the relay.
  IdentityLogRelay(IdentityStore& store, Publish publish)
      : store_(store), publish_(std::move(publish)) {}

  // Publishes what the log holds beyond the last published entry; returns how many entries.
  // Errors: those of the store and of `publish`; then the next call begins at the same entry.
  absl::StatusOr<size_t> Run();

 private:
  IdentityStore& store_;
  const Publish publish_;
};

// An entry as the person's event.
v1::PersonEvent PersonEventOf(const v1::IdentityLogEntry& entry);

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_IDENTITY_LOG_RELAY_H_
