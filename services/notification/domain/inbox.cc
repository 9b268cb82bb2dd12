#include "services/notification/domain/inbox.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/model/proto_time.h"
#include "services/notification/domain/agenda.h"

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
void Append(absl::string_view id, int most, Hashes& hashes) {
  hashes.Add(StableHash(id));
  if (hashes.size() > most) hashes.ExtractSubrange(0, hashes.size() - most, nullptr);
}

// The nudge an owner's event is about; empty when it is about the owner.
absl::string_view NudgeOf(const v1::OwnerEvent& event) {
  if (event.has_nudge_answered()) return event.nudge_answered().nudge_id();
  if (event.has_nudge_snoozed()) return event.nudge_snoozed().nudge_id();
  return "";
}

v1::NudgeChanged Withdrawn(v1::CloseCause cause) {
  v1::NudgeChanged change;
  change.set_withdrawn(cause);
  return change;
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
    const v1::Nudge& nudge = inbox.nudges[i];
    due = std::min(due, model::ToTime(nudge.moment().expire_time()));
    if (nudge.state() == v1::NUDGE_STATE_SNOOZED) {
      due = std::min(due, model::ToTime(nudge.snooze_until_time()));
    }
  }
  return due;
}

InboxEditor::InboxEditor(const v1::AttentionPolicy& policy, absl::Time now, OwnerInbox& inbox,
                         NudgeChanges& changes)
    : policy_(policy),
      now_(now),
      inbox_(inbox),
      record_(inbox.record),
      nudges_(inbox.nudges),
      changes_(changes) {}

void InboxEditor::Apply(const v1::MomentEvent& event) {
  if (event.has_opened()) {
    source_ = &event.opened().source_position();
    Open(event.opened());
  } else {
    source_ = &event.closed().source_position();
    const v1::CloseCause cause = event.closed().cause();
    Leave(nudges_.IndexOf(event.closed().moment_id()), StateAfter(cause), Withdrawn(cause));
  }
  record_.set_version(record_.version() + 1);
  source_ = nullptr;
}

void InboxEditor::Apply(const v1::OwnerEvent& event, ZoneFinder find_zone) {
  source_ = &event.source_position();
  Start(event.owner_id());
  Append(event.event_id(), kMaxSeenEvents, *record_.mutable_seen_event_hashes());
  switch (event.event_case()) {
    case v1::OwnerEvent::kNudgeAnswered:
      Answer(event);
      break;
    case v1::OwnerEvent::kNudgeSnoozed:
      Snooze(event);
      break;
    case v1::OwnerEvent::kPreferencesSet:
    case v1::OwnerEvent::kLeaveSet:
    case v1::OwnerEvent::kRosterEntrySet:
      SetOwner(event, find_zone);
      break;
    case v1::OwnerEvent::EVENT_NOT_SET:
      TEND_CHECK(false);
  }
  record_.set_version(record_.version() + 1);
  source_ = nullptr;
}

void InboxEditor::Wake() {
  for (int i = 0; i < nudges_.size();) {
    const v1::Nudge& nudge = nudges_[i];
    if (model::ToTime(nudge.moment().expire_time()) <= now_) {
      Leave(i, v1::NUDGE_STATE_EXPIRED, Withdrawn(v1::CLOSE_CAUSE_EXPIRED));
      continue;  // the next one stands at i now
    }
    const bool snoozed = nudge.state() == v1::NUDGE_STATE_SNOOZED;
    if (snoozed && model::ToTime(nudge.snooze_until_time()) <= now_) EndSnooze(i);
    ++i;
  }
  record_.set_version(record_.version() + 1);
}

void InboxEditor::Start(absl::string_view owner_id) {
  record_.set_schema_version(kInboxSchemaVersion);
  if (record_.owner_id().empty()) record_.set_owner_id(owner_id.data(), owner_id.size());
}

void InboxEditor::Open(const v1::MomentOpened& moment) {
  Start(moment.owner_id());
  v1::Nudge nudge;
  nudge.set_nudge_id(moment.moment_id());
  nudge.set_owner_id(moment.owner_id());
  *nudge.mutable_moment() = moment;
  nudge.set_state(v1::NUDGE_STATE_OPEN);
  *nudge.mutable_create_time() = model::ToStamp(now_);
  if (!MakeRoom()) {
    nudge.set_state(v1::NUDGE_STATE_EXPIRED);
    nudge.set_held_by(v1::GUARD_REASON_ATTENTION);
    *nudge.mutable_deliver_not_before_time() = moment.expire_time();
    Append(nudge.nudge_id(), kMaxPastNudges, *record_.mutable_past_nudge_hashes());
    Emit(nudge, v1::NUDGE_STATE_UNSPECIFIED, Withdrawn(v1::CLOSE_CAUSE_EXPIRED));
    return;
  }
  Agenda(policy_, now_, inbox_).Plan(nudge);
  v1::NudgeChanged change;
  change.set_opened_by_moment_id(moment.moment_id());
  Emit(nudge, v1::NUDGE_STATE_UNSPECIFIED, std::move(change));
  nudges_.Add(std::move(nudge));
}

void InboxEditor::Answer(const v1::OwnerEvent& event) {
  const v1::NudgeAnswered& answered = event.nudge_answered();
  const int index = nudges_.IndexOf(answered.nudge_id());
  v1::Nudge nudge = nudges_[index];
  nudge.set_feedback(answered.feedback());
  nudges_.Replace(index, std::move(nudge));
  v1::NudgeChanged change;
  change.set_owner_event_id(event.event_id());
  Leave(index, v1::NUDGE_STATE_ANSWERED, std::move(change));
}

void InboxEditor::Snooze(const v1::OwnerEvent& event) {
  const v1::NudgeSnoozed& snoozed = event.nudge_snoozed();
  const int index = nudges_.IndexOf(snoozed.nudge_id());
  v1::Nudge nudge = nudges_[index];
  Agenda agenda(policy_, now_, inbox_);
  const bool freed = agenda.Release(nudge);
  const v1::NudgeState from = nudge.state();
  nudge.set_state(v1::NUDGE_STATE_SNOOZED);
  *nudge.mutable_snooze_until_time() = snoozed.until_time();
  agenda.Plan(nudge);
  v1::NudgeChanged change;
  change.set_owner_event_id(event.event_id());
  Emit(nudge, from, std::move(change));
  nudges_.Replace(index, std::move(nudge));
  if (freed) MoveUp();
}

void InboxEditor::SetOwner(const v1::OwnerEvent& event, ZoneFinder find_zone) {
  Agenda agenda(policy_, now_, inbox_);
  agenda.ReleaseAll();
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
  EmitReplanned(agenda.PlanAll());
}

bool InboxEditor::MakeRoom() {
  if (nudges_.size() < kMaxNudges) return true;
  const Agenda agenda(policy_, now_, inbox_);
  for (int i = 0; i < nudges_.size(); ++i) {
    if (agenda.Waits(nudges_[i])) continue;
    Leave(i, v1::NUDGE_STATE_EXPIRED, Withdrawn(v1::CLOSE_CAUSE_EXPIRED));
    return true;
  }
  return false;
}

void InboxEditor::Leave(int index, v1::NudgeState state, v1::NudgeChanged change) {
  TEND_CHECK(index >= 0);
  const bool freed = Agenda(policy_, now_, inbox_).Release(nudges_[index]);
  v1::Nudge nudge = nudges_[index];
  nudges_.Remove(index);
  Append(nudge.nudge_id(), kMaxPastNudges, *record_.mutable_past_nudge_hashes());
  const v1::NudgeState from = nudge.state();
  nudge.set_state(state);
  Emit(nudge, from, std::move(change));
  if (freed) MoveUp();
}

void InboxEditor::EndSnooze(int index) {
  v1::Nudge nudge = nudges_[index];
  nudge.set_state(v1::NUDGE_STATE_OPEN);
  Agenda(policy_, now_, inbox_).Plan(nudge);
  v1::NudgeChanged change;
  change.set_snooze_ended(true);
  Emit(nudge, v1::NUDGE_STATE_SNOOZED, std::move(change));
  nudges_.Replace(index, std::move(nudge));
}

void InboxEditor::MoveUp() {
  Agenda agenda(policy_, now_, inbox_);
  agenda.ReleaseAll();
  EmitReplanned(agenda.PlanAll());
}

void InboxEditor::EmitReplanned(const std::vector<int>& indexes) {
  for (const int index : indexes) {
    const v1::Nudge& nudge = nudges_[index];
    v1::NudgeChanged change;
    change.set_replanned(nudge.held_by());
    Emit(nudge, nudge.state(), std::move(change));
  }
}

void InboxEditor::Emit(const v1::Nudge& nudge, v1::NudgeState from, v1::NudgeChanged change) {
  *change.mutable_nudge() = nudge;
  change.set_from_state(from);
  *change.mutable_change_time() = model::ToStamp(now_);
  if (source_ != nullptr && source_->ByteSizeLong() > 0) {
    *change.mutable_source_position() = *source_;
  }
  changes_.push_back(std::move(change));
}

}  // namespace tend::notification
