// Guard 2, pure: may this owner be told now, and if not, from when on?

#ifndef TEND_SERVICES_NOTIFICATION_DOMAIN_DELIVERY_H_
#define TEND_SERVICES_NOTIFICATION_DOMAIN_DELIVERY_H_

#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"
#include "services/notification/domain/attention.h"
#include "tend/v1/guard.pb.h"
#include "tend/v1/nudge.pb.h"

namespace tend::notification {

// Outreach nudges by local day (days since 1970-01-01), as the inbox keeps them.
using PlannedDays = google::protobuf::RepeatedPtrField<v1::PlannedDay>;

// Everything that may hold an owner's nudges. Borrows; lives for one call.
struct OwnerGuards {
  const Attention& attention;
  absl::TimeZone zone;
  // Away in [leave_start, leave_end). Start not before end: not away.
  absl::Time leave_start;
  absl::Time leave_end;
  const PlannedDays& planned;
};

struct DeliveryQuestion {
  // Not before this.
  absl::Time from;
  // The moment is moot then: no later time is looked for.
  absl::Time until;
  // It takes one of the day's outreach nudges (outreach, told for the first time).
  bool counted = false;
  // It waits for a digest. Not so for a nudge that comes back when its owner wished.
  bool digest = true;
};

struct Delivery {
  // Between from and until. Equal to until: it cannot be told while it lives.
  absl::Time not_before;
  // What holds it; of several the first of LEAVE, ATTENTION, QUIET_HOURS, DIGEST. Unspecified:
  // nothing.
  v1::GuardReason held_by = v1::GUARD_REASON_UNSPECIFIED;
};

// The first time in [from, until) at which the owner is here, the clock is out of quiet hours, it
// is a digest's time (where there are digests), and the local day has an outreach nudge left (where
// counted). A digest that falls into quiet hours comes at their end. One of a quiet day, or within
// a leave, does not come at all: a digest at 09:00 is at 09:00 on Monday too. With 0 outreach
// nudges a day, a counted one is held until it is moot, without a date.
Delivery PlanDelivery(const OwnerGuards& guards, const DeliveryQuestion& question);

// The graver of two reasons, in the order above.
v1::GuardReason GraverReason(v1::GuardReason a, v1::GuardReason b);

// Days since 1970-01-01 on the owner's calendar.
int DayNumber(absl::Time time, absl::TimeZone zone);

}  // namespace tend::notification

#endif  // TEND_SERVICES_NOTIFICATION_DOMAIN_DELIVERY_H_
