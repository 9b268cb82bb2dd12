#include "services/notification/domain/agenda.h"

#include <algorithm>
#include <utility>

#include "common/model/proto_time.h"

namespace tend::notification {
namespace {

// It takes one of the day's outreach nudges. One that comes back from a snooze was counted already,
// or comes when its owner wished.
bool Counted(const v1::Nudge& nudge) {
  return nudge.moment().family() == v1::MOMENT_FAMILY_OUTREACH && !nudge.has_snooze_until_time();
}

bool HoldsPlace(const v1::Nudge& nudge) {
  return Counted(nudge) && model::ToTime(nudge.deliver_not_before_time()) <
                               model::ToTime(nudge.moment().expire_time());
}

v1::PlannedDay& DayOf(PlannedDays& days, int day) {
  for (v1::PlannedDay& planned : days) {
    if (planned.day() == day) return planned;
  }
  v1::PlannedDay* added = days.Add();
  added->set_day(day);
  return *added;
}

// A snoozed nudge comes back when its owner wished, quiet hours and leave allowing.
absl::Time EarliestOf(const v1::Nudge& nudge, absl::Time now) {
  return nudge.has_snooze_until_time() ? std::max(now, model::ToTime(nudge.snooze_until_time()))
                                       : now;
}

void Set(const Delivery& delivery, v1::Nudge& nudge) {
  *nudge.mutable_deliver_not_before_time() = model::ToStamp(delivery.not_before);
  nudge.set_held_by(delivery.held_by);
}

}  // namespace

Agenda::Agenda(const v1::AttentionPolicy& policy, absl::Time now, OwnerInbox& inbox)
    : policy_(policy), now_(now), inbox_(inbox) {
  DropPastDays();
}

bool Agenda::Waits(const v1::Nudge& nudge) const {
  return model::ToTime(nudge.deliver_not_before_time()) > now_;
}

bool Agenda::Release(const v1::Nudge& nudge) {
  if (!Waits(nudge) || !HoldsPlace(nudge)) return false;
  const int day = DayNumber(model::ToTime(nudge.deliver_not_before_time()), inbox_.zone);
  v1::PlannedDay& planned = DayOf(*inbox_.record.mutable_planned_days(), day);
  planned.set_outreach(std::max(0, planned.outreach() - 1));
  return true;
}

void Agenda::ReleaseAll() {
  for (int i = 0; i < inbox_.nudges.size(); ++i) Release(inbox_.nudges[i]);
}

void Agenda::Plan(v1::Nudge& nudge) {
  const Attention attention = ResolveAttention(policy_, inbox_.record.preferences());
  Hint hint{now_};
  Set(PlanFrom(attention, nudge, hint), nudge);
}

std::vector<int> Agenda::PlanAll() {
  const Attention attention = ResolveAttention(policy_, inbox_.record.preferences());
  std::vector<int> changed;
  Hint hint{now_};
  for (int i = 0; i < inbox_.nudges.size(); ++i) {
    const v1::Nudge& nudge = inbox_.nudges[i];
    if (!Waits(nudge)) continue;
    const Delivery delivery = PlanFrom(attention, nudge, hint);
    if (delivery.not_before == model::ToTime(nudge.deliver_not_before_time())) continue;
    v1::Nudge moved = nudge;
    Set(delivery, moved);
    inbox_.nudges.Replace(i, std::move(moved));
    changed.push_back(i);
  }
  return changed;
}

Delivery Agenda::PlanFrom(const Attention& attention, const v1::Nudge& nudge, Hint& hint) {
  const v1::Inbox& record = inbox_.record;
  const OwnerGuards guards{attention, inbox_.zone, model::ToTime(record.leave_start_time()),
                           model::ToTime(record.leave_end_time()), record.planned_days()};
  const bool counted = Counted(nudge);
  const bool snoozed = nudge.has_snooze_until_time();
  DeliveryQuestion question{EarliestOf(nudge, now_), model::ToTime(nudge.moment().expire_time()),
                            counted,
                            /*digest=*/!snoozed};
  // Places only fill up, so the next counted nudge is told no earlier than this one: the search
  // goes on where it stood, and an inbox is planned in one pass over its days.
  if (counted) question.from = std::max(question.from, hint.from);
  Delivery delivery = PlanDelivery(guards, question);
  if (counted) {
    delivery.held_by = GraverReason(hint.held_by, delivery.held_by);
    hint = {delivery.not_before, delivery.held_by};
  }
  // Told at its very end: it found no time in its life, and takes no place.
  if (counted && delivery.not_before < model::ToTime(nudge.moment().expire_time())) {
    const int day = DayNumber(delivery.not_before, inbox_.zone);
    v1::PlannedDay& planned = DayOf(*inbox_.record.mutable_planned_days(), day);
    planned.set_outreach(planned.outreach() + 1);
  }
  return delivery;
}

void Agenda::DropPastDays() {
  const int today = DayNumber(now_, inbox_.zone);
  PlannedDays& days = *inbox_.record.mutable_planned_days();
  days.erase(std::remove_if(days.begin(), days.end(),
                            [today](const v1::PlannedDay& planned) {
                              return planned.day() < today || planned.outreach() == 0;
                            }),
             days.end());
}

}  // namespace tend::notification
