// What must hold of an event before an inbox uses it.

#ifndef TEND_SERVICES_NOTIFICATION_DOMAIN_VALIDATE_H_
#define TEND_SERVICES_NOTIFICATION_DOMAIN_VALIDATE_H_

#include <optional>
#include <string>

#include "services/notification/domain/inbox.h"
#include "tend/v1/reason.pb.h"

namespace tend::notification {

// Why an event cannot be used. detail: which field, which value; no personal data.
struct Fault {
  v1::RejectReason reason = v1::REJECT_REASON_UNSPECIFIED;
  std::string detail;
};

// The first fault, or nullopt. owner_id: the record's key, which the event must name too.
std::optional<Fault> FaultOf(const v1::MomentEvent& event, absl::string_view owner_id);
std::optional<Fault> FaultOf(const v1::OwnerEvent& event, absl::string_view owner_id,
                             ZoneFinder find_zone);

}  // namespace tend::notification

#endif  // TEND_SERVICES_NOTIFICATION_DOMAIN_VALIDATE_H_
