// A roster as what inboxes are told of it: each owner's time zone, team and name.

#ifndef TEND_SERVICES_INGEST_DOMAIN_ROSTER_EVENTS_H_
#define TEND_SERVICES_INGEST_DOMAIN_ROSTER_EVENTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/person.pb.h"

namespace tend::ingest {

// One an owner, in the roster's order. An event's id is a hash of owner and request_id: a retry is
// the same event, and notification drops it. Errors: INVALID_ARGUMENT naming every owner without an
// id, with the id of another one, or in an unknown time zone; and for no owner at all.
absl::StatusOr<std::vector<v1::OwnerEvent>> RosterEvents(const v1::Roster& roster,
                                                         absl::string_view request_id,
                                                         absl::Time now);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_DOMAIN_ROSTER_EVENTS_H_
