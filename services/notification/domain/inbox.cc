#include "services/notification/domain/inbox.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/model/proto_time.h"

namespace tend::notification {
namespace {

using Hashes = google::protobuf::RepeatedField<uint64_t>;

bool Has(const OwnerInbox* inbox, absl::string_view nudge_id) {
  return inbox != nullptr && inbox->nudges.IndexOf(nudge_id) >= 0;
}

bool Holds(const Hashes& hashes, absl::string_view id) {
  return std::find(hashes.begin(), hashes.end(), StableHash(id)) != hashes.end();
}

// Appends, and drops the oldest beyond `most`.
void Append(uint64_t hash, int most, Hashes& hashes) {
  hashes.Add(hash);
  if (hashes.size() > most) hashes.erase(hashes.begin(), hashes.end() - most);
}

// The nudge an owner's event is about; empty when it is about the owner.
absl::string_view NudgeOf(const v1::OwnerEvent& event) {
  if (event.has_nudge_answered()) return event.nudge_answered().nudge_id();
  if (event.has_nudge_snoozed()) return event.nudge_snoozed().nudge_id();
  return "";
}

v1::NudgeState StateAfter(v1::CloseCause cause) {
  return cause == v1::CLOSE_CAUSE_EXPIRED ? v1::NUDGE_STATE_EXPIRED : v1::NUDGE_STATE_WITHDRAWN;
}

void SetOrClear(bool set, const google::protobuf::Timestamp& from,
                google::protobuf::Timestamp& to) {
  if (set) {
    to = from;
  } else {
    to.Clear();
  }
}

}  // namespace

absl::string_view ZoneName(const v1::Inbox& inbox) {
  return inbox.preferences().time_zone().empty() ? inbox.time_zone()
                                                 : inbox.preferences().time_zone();
}

Effect EffectOf(const v1::MomentEvent& event, const OwnerInbox* inbox, absl::Time now) {
  if (event.has_closed()) {
    return Has(inbox, event.closed().moment_id()) ? Effect::kChange : Effect::kNoNudge;
  }
  const std::string& id = event.opened().moment_id();
  if (Has(inbox, id) || (inbox != nullptr && Holds(inbox->record.past_nudge_hashes(), id))) {
    return Effect::kRepeat;
  }
  return model::ToTime(event.opened().expire_time()) <= now ? Effect::kPast : Effect::kChange;
}

Effect EffectOf(const v1::OwnerEvent& event, const OwnerInbox* inbox, absl::Time now) {
  if (inbox != nullptr && Holds(inbox->record.seen_event_hashes(), event.event_id())) {
    return Effect::kRepeat;
  }
  const absl::string_view nudge_id = NudgeOf(event);
  if (nudge_id.empty()) return Effect::kChange;
  if (!Has(inbox, nudge_id)) return Effect::kNoNudge;
  if (event.has_nudge_snoozed() && model::ToTime(event.nudge_snoozed().until_time()) <= now) {
    return Effect::kPast;
  }
  return Effect::kChange;
}

absl::Time DueOf(const OwnerInbox& inbox) {
  absl::Time due = absl::InfiniteFuture();
  for (int i = 0; i < inbox.nudges.size(); ++i) {
    const Nudge& nudge = inbox.nudges[i];
    due = std::min(due, nudge.expire_time);
    if (nudge.state == v1::NUDGE_STATE_SNOOZED) due = std::min(due, *nudge.snooze_until);
  }
  return due;
}

InboxEditor::InboxEditor(const v1::AttentionPolicy& policy, absl::Time now, OwnerInbox& inbox,
                         NudgeChanges& changes)
    : now_(now),
      inbox_(inbox),
      record_(inbox.record),
      nudges_(inbox.nudges),
      changes_(changes),
      agenda_(policy, now, inbox) {}

void InboxEditor::Open(std::shared_ptr<const v1::MomentOpened> moment) {
  Start(moment->owner_id());
  record_.set_version(record_.version() + 1);
  Nudge nudge(std::move(moment), now_);
  if (!MakeRoom()) {
    nudge.state = v1::NUDGE_STATE_EXPIRED;
    nudge.held_by = v1::GUARD_REASON_ATTENTION;
    nudge.deliver_not_before = nudge.expire_time;
    Append(nudge.id_hash, kMaxPastNudges, *record_.mutable_past_nudge_hashes());
    changes_.push_back({std::move(nudge), v1::NUDGE_STATE_UNSPECIFIED, v1::NudgeChanged::kWithdrawn,
                        v1::CLOSE_CAUSE_EXPIRED});
    return;
  }
  agenda_.Plan(nudge);
  changes_.push_back({nudge, v1::NUDGE_STATE_UNSPECIFIED, v1::NudgeChanged::kOpenedByMomentId});
  nudges_.Add(std::move(nudge));
}

void InboxEditor::Close(const v1::MomentClosed& moment) {
  record_.set_version(record_.version() + 1);
  Leave(nudges_.IndexOf(moment.moment_id()), StateAfter(moment.cause()),
        v1::NudgeChanged::kWithdrawn, moment.cause());
}

void InboxEditor::Apply(const v1::OwnerEvent& event, ZoneFinder find_zone) {
  Start(event.owner_id());
  record_.set_version(record_.version() + 1);
  Append(StableHash(event.event_id()), kMaxSeenEvents, *record_.mutable_seen_event_hashes());
  switch (event.event_case()) {
    case v1::OwnerEvent::kNudgeAnswered:
      return Answer(event.nudge_answered());
    case v1::OwnerEvent::kNudgeSnoozed:
      return Snooze(event.nudge_snoozed());
    case v1::OwnerEvent::kPreferencesSet:
    case v1::OwnerEvent::kLeaveSet:
    case v1::OwnerEvent::kRosterEntrySet:
      return SetOwner(event, find_zone);
    case v1::OwnerEvent::EVENT_NOT_SET:
      TEND_CHECK(false);
  }
}

void InboxEditor::Wake() {
  record_.set_version(record_.version() + 1);
  for (int i = 0; i < nudges_.size();) {
    const Nudge& nudge = nudges_[i];
    if (nudge.expire_time <= now_) {
      Expire(i);
      continue;  // the next one stands at i now
    }
    if (nudge.state == v1::NUDGE_STATE_SNOOZED && *nudge.snooze_until <= now_) EndSnooze(i);
    ++i;
  }
}

void InboxEditor::Start(absl::string_view owner_id) {
  record_.set_schema_version(kInboxSchemaVersion);
  if (record_.owner_id().empty()) record_.set_owner_id(owner_id.data(), owner_id.size());
}

void InboxEditor::Answer(const v1::NudgeAnswered& answered) {
  const int index = nudges_.IndexOf(answered.nudge_id());
  Nudge nudge = nudges_[index];
  nudge.feedback = answered.feedback();
  nudges_.Replace(index, std::move(nudge));
  Leave(index, v1::NUDGE_STATE_ANSWERED, v1::NudgeChanged::kOwnerEventId);
}

void InboxEditor::Snooze(const v1::NudgeSnoozed& snoozed) {
  const int index = nudges_.IndexOf(snoozed.nudge_id());
  Nudge nudge = nudges_[index];
  const bool freed = agenda_.Release(nudge);
  const v1::NudgeState from = nudge.state;
  nudge.state = v1::NUDGE_STATE_SNOOZED;
  nudge.snooze_until = model::ToTime(snoozed.until_time());
  agenda_.Plan(nudge);
  changes_.push_back({nudge, from, v1::NudgeChanged::kOwnerEventId});
  nudges_.Replace(index, std::move(nudge));
  if (freed) MoveUp();
}

void InboxEditor::SetOwner(const v1::OwnerEvent& event, ZoneFinder find_zone) {
  agenda_.ReleaseAll();
  if (event.has_preferences_set()) {
    *record_.mutable_preferences() = event.preferences_set().preferences();
  } else if (event.has_roster_entry_set()) {
    record_.set_time_zone(event.roster_entry_set().time_zone());
  } else {
    const v1::LeaveSet& leave = event.leave_set();
    SetOrClear(leave.has_start_time(), leave.start_time(), *record_.mutable_leave_start_time());
    SetOrClear(leave.has_end_time(), leave.end_time(), *record_.mutable_leave_end_time());
  }
  inbox_.zone = find_zone(ZoneName(record_)).value_or(absl::UTCTimeZone());
  Replan();
}

bool InboxEditor::MakeRoom() {
  if (nudges_.size() < kMaxNudges) return true;
  for (int i = 0; i < nudges_.size(); ++i) {
    if (agenda_.Waits(nudges_[i])) continue;
    Expire(i);
    return true;
  }
  return false;
}

void InboxEditor::Leave(int index, v1::NudgeState state, v1::NudgeChanged::ReasonCase reason,
                        v1::CloseCause withdrawn) {
  TEND_CHECK(index >= 0);
  Nudge nudge = nudges_[index];
  const bool freed = agenda_.Release(nudge);
  nudges_.Remove(index);
  Append(nudge.id_hash, kMaxPastNudges, *record_.mutable_past_nudge_hashes());
  const v1::NudgeState from = nudge.state;
  nudge.state = state;
  changes_.push_back({std::move(nudge), from, reason, withdrawn});
  if (freed) MoveUp();
}

void InboxEditor::Expire(int index) {
  Leave(index, v1::NUDGE_STATE_EXPIRED, v1::NudgeChanged::kWithdrawn, v1::CLOSE_CAUSE_EXPIRED);
}

void InboxEditor::EndSnooze(int index) {
  Nudge nudge = nudges_[index];
  nudge.state = v1::NUDGE_STATE_OPEN;
  agenda_.Plan(nudge);
  changes_.push_back({nudge, v1::NUDGE_STATE_SNOOZED, v1::NudgeChanged::kSnoozeEnded});
  nudges_.Replace(index, std::move(nudge));
}

void InboxEditor::MoveUp() {
  agenda_.ReleaseAll();
  Replan();
}

void InboxEditor::Replan() {
  for (const int index : agenda_.PlanAll()) {
    changes_.push_back({nudges_[index], nudges_[index].state, v1::NudgeChanged::kReplanned});
  }
}

}  // namespace tend::notification
