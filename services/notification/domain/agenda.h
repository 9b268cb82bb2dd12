// An inbox's agenda: which of its nudges is told when. Everything that is not told yet can be
// planned anew.

#ifndef TEND_SERVICES_NOTIFICATION_DOMAIN_AGENDA_H_
#define TEND_SERVICES_NOTIFICATION_DOMAIN_AGENDA_H_

#include <vector>

#include "absl/time/time.h"
#include "services/notification/domain/delivery.h"
#include "services/notification/domain/nudge.h"

namespace tend::notification {

struct OwnerInbox;

// Plans one owner's nudges at one `now`. Borrows the inbox.
//
// Use: Release what is to be planned anew, change the inbox (its leave, wishes, zone, nudges),
// Plan.
class Agenda {
 public:
  Agenda(const v1::AttentionPolicy& policy, absl::Time now, OwnerInbox& inbox);

  // Its owner has not been told.
  bool Waits(const Nudge& nudge) const;

  // Gives back the day's outreach nudge that a waiting nudge holds. Returns whether it held one.
  bool Release(const Nudge& nudge);
  // The same for all nudges.
  void ReleaseAll();

  // Sets a nudge's time and what holds it, and takes its place in the day. REQUIRES: it holds none.
  void Plan(Nudge& nudge);

  // Plans all waiting nudges, the oldest first, by the inbox as it is now. Returns the indexes of
  // those whose time changed. REQUIRES: ReleaseAll.
  std::vector<int> PlanAll();

 private:
  struct Hint {
    absl::Time from;
    v1::GuardReason held_by = v1::GUARD_REASON_UNSPECIFIED;
  };
  // Takes a place in the day for the nudge. `hint`: no counted nudge can be told before; moved on
  // by this one.
  Delivery PlanFrom(const Attention& attention, const Nudge& nudge, Hint& hint);
  void DropPastDays();

  const v1::AttentionPolicy& policy_;
  const absl::Time now_;
  OwnerInbox& inbox_;
};

}  // namespace tend::notification

#endif  // TEND_SERVICES_NOTIFICATION_DOMAIN_AGENDA_H_
