// Runs the identity log's relay until told to stop, on a thread of its own.

#ifndef TEND_SERVICES_ENRICHMENT_RELAY_LOOP_H_
#define TEND_SERVICES_ENRICHMENT_RELAY_LOOP_H_

#include <stop_token>

#include "absl/time/time.h"
#include "common/stream/log.h"
#include "services/enrichment/domain/identity.h"

namespace tend::enrichment {

// How often the log is looked at: what a merge waits for before scoring hears of it.
inline constexpr absl::Duration kRelayPause = absl::Milliseconds(200);

// On the caller's thread, which alone may use store and log meanwhile. What fails is logged once a
// spell and tried again.
void RunRelay(IdentityStore& store, stream::Log& log, const std::stop_token& stop);

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_RELAY_LOOP_H_
