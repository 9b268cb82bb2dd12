// Enrichment as the harness runs it: tend.interactions.v1 -> tend.person-events.v1.

#ifndef TEND_SERVICES_ENRICHMENT_PROCESSOR_H_
#define TEND_SERVICES_ENRICHMENT_PROCESSOR_H_

#include <memory>

#include "common/stream/processor.h"
#include "services/enrichment/domain/counts.h"
#include "services/enrichment/domain/erasures.h"
#include "services/enrichment/domain/identity.h"
#include "services/enrichment/domain/party_reader.h"
#include "services/enrichment/domain/repeats.h"
#include "services/enrichment/domain/roster.h"

namespace tend::enrichment {

inline constexpr char kInteractionsTopic[] = "tend.interactions.v1";
inline constexpr char kPersonEventsTopic[] = "tend.person-events.v1";
inline constexpr char kStateTopic[] = "tend.enrichment-state.v1";

struct EnrichmentOptions {
  PartyOptions parties;
  RepeatOptions repeats;
};

// One partition's processor. Drops repeats, reads the parties, resolves who the outsiders are, and
// emits one PersonEvent per outside person, keyed by person_id. An event carries the parties of
// ours, the person's own, and of other outsiders only who acted (FROM, AUTHOR), by role and person
// id: what is kept about one person holds no address of another.
//
// Used without an event, and counted: see EnrichmentCounts. A fact that can happen without us (a
// page visited, a list row, an unsubscription) needs no party of ours; a message, meeting or call
// among two or more outsiders is not between us and them. Rejected: MALFORMED, FACT_UNKNOWN,
// PARTY_UNKNOWN (nobody outside or of us has a usable identifier), PERSON_ERASED (all outsiders
// were erased).
//
// roster, store and counts outlive the processor; counts may be null, and is added to at each
// commit. A store is shared by the processors of one thread, and asked in Prepare only: once for
// all outsiders of the polled records. While it does not answer the records wait.
std::unique_ptr<stream::Processor> MakeEnrichmentProcessor(const EnrichmentOptions& options,
                                                           const Roster& roster,
                                                           IdentityStore& store,
                                                           EnrichmentCounts* counts = nullptr);

// What one of these processors remembers of what it has seen, and whom the store has still to
// forget, to read only: for reports and tests.
// REQUIRES: `processor` was made by MakeEnrichmentProcessor.
const Repeats& RepeatsOf(const stream::Processor& processor);
const Erasures& ErasuresOf(const stream::Processor& processor);

// The service: group "tend.enrichment", one processor a partition, state in kStateTopic.
stream::ProcessorSpec EnrichmentSpec(const EnrichmentOptions& options, const Roster& roster,
                                     IdentityStore& store, EnrichmentCounts* counts = nullptr);

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_PROCESSOR_H_
