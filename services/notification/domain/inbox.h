// One owner's inbox: what becomes of it when a moment opens or closes, when its owner says
// something, and when time passes. Pure: time is an argument, and zones are looked up by a function
// that is passed in.
//
// A nudge exists at once; `deliver_not_before_time` says from when on its owner may be told
// (delivery.h). From then on it is *told*, and the day's outreach nudge it took is spent. A nudge
// that leaves before, or is snoozed, gives its place back, and those that wait behind it move up.

#ifndef TEND_SERVICES_NOTIFICATION_DOMAIN_INBOX_H_
#define TEND_SERVICES_NOTIFICATION_DOMAIN_INBOX_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/notification/domain/agenda.h"
#include "services/notification/domain/nudge_list.h"
#include "tend/v1/moment.pb.h"
#include "tend/v1/nudge.pb.h"

namespace tend::notification {

// Nudges an inbox holds at most. One more, and the oldest that was told leaves as EXPIRED; where
// none was told, the new one does. Keeps an inbox under about 250 KiB whatever comes.
inline constexpr int kMaxNudges = 200;
// Of the Inbox message as written here; a record with another one is not understood.
inline constexpr int kInboxSchemaVersion = 1;
// Owner events, and nudges that left, that are remembered to know a repeat.
inline constexpr int kMaxSeenEvents = 128;
inline constexpr int kMaxPastNudges = 256;

// One owner's state: the durable record, the nudges, which are records of their own, and what the
// zone's name means.
struct OwnerInbox {
  v1::Inbox record;
  NudgeList nudges;  // open or snoozed
  // Of preferences.time_zone, else of time_zone, else UTC.
  absl::TimeZone zone = absl::UTCTimeZone();
};

// A zone by its IANA name; nullopt for a name that is not known. Empty: UTC.
using ZoneFinder = absl::FunctionRef<std::optional<absl::TimeZone>(absl::string_view name)>;

// The name that decides an inbox's zone.
absl::string_view ZoneName(const v1::Inbox& inbox);

// What a valid event does to an inbox.
enum class Effect {
  kChange,
  // The same moment or owner event came before.
  kRepeat,
  // It is about a nudge that is not in the inbox: it left before, perhaps while this was on its
  // way, or never was there.
  kNoNudge,
  // It was over before it came: a moment that has expired, a snooze that has ended.
  kPast,
};

// inbox: nullptr when the owner has none yet. REQUIRES: the event is without faults (validate.h).
Effect EffectOf(const v1::MomentEvent& event, const OwnerInbox* inbox, absl::Time now);
Effect EffectOf(const v1::OwnerEvent& event, const OwnerInbox* inbox, absl::Time now);

// When Wake next has something to do: a snooze ends or a nudge expires. InfiniteFuture: never.
absl::Time DueOf(const OwnerInbox& inbox);

// What was done to a nudge. The rest of its contract is the same for all that one event did.
struct NudgeChange {
  Nudge nudge;  // as it is now
  v1::NudgeState from = v1::NUDGE_STATE_UNSPECIFIED;
  v1::NudgeChanged::ReasonCase reason = v1::NudgeChanged::REASON_NOT_SET;
  v1::CloseCause withdrawn = v1::CLOSE_CAUSE_UNSPECIFIED;  // of the reason kWithdrawn
};
using NudgeChanges = std::vector<NudgeChange>;

// Makes one change of one inbox and appends what it did to the nudges, in order. Borrows all it is
// given.
class InboxEditor {
 public:
  // REQUIRES: model::AttentionFaults(policy) is empty.
  InboxEditor(const v1::AttentionPolicy& policy, absl::Time now, OwnerInbox& inbox,
              NudgeChanges& changes);

  // REQUIRES: the event's effect is kChange.
  void Open(std::shared_ptr<const v1::MomentOpened> moment);
  void Close(const v1::MomentClosed& moment);
  void Apply(const v1::OwnerEvent& event, ZoneFinder find_zone);

  // Ends snoozes and expires nudges that are due.
  void Wake();

 private:
  void Start(absl::string_view owner_id);
  void Answer(const v1::NudgeAnswered& answered);
  void Snooze(const v1::NudgeSnoozed& snoozed);
  // Preferences, leave, roster: what is not told yet is planned anew.
  void SetOwner(const v1::OwnerEvent& event, ZoneFinder find_zone);

  // Whether there is room for one more, after an old one left for it where need be.
  bool MakeRoom();
  // Takes the nudge out of the inbox, in its last state.
  void Leave(int index, v1::NudgeState state, v1::NudgeChanged::ReasonCase reason,
             v1::CloseCause withdrawn = v1::CLOSE_CAUSE_UNSPECIFIED);
  void Expire(int index);
  void EndSnooze(int index);
  // A place in a day became free: those that wait move up.
  void MoveUp();
  // Plans all that waits. REQUIRES: it was released.
  void Replan();

  const absl::Time now_;
  OwnerInbox& inbox_;
  v1::Inbox& record_;
  NudgeList& nudges_;
  NudgeChanges& changes_;
  Agenda agenda_;
};

}  // namespace tend::notification

#endif  // TEND_SERVICES_NOTIFICATION_DOMAIN_INBOX_H_
