#include "services/notification/domain/agenda.h"

#include <algorithm>
#include <utility>

#include "common/model/proto_time.h"
#include "services/notification/domain/inbox.h"

namespace tend::notification {
namespace {

// It takes one of the day's outreach nudges. One that comes back from a snooze was counted already,
// or comes when its owner wished.
bool Counted(const Nudge& nudge) {
  return nudge.moment->family() == v1::MOMENT_FAMILY_OUTREACH && !nudge.snooze_until.has_value();
}

bool HoldsPlace(const Nudge& nudge) {
  return Counted(nudge) && nudge.deliver_not_before < nudge.expire_time;
}

PlannedDays::iterator DayIn(PlannedDays& days, int day) {
  return std::find_if(days.begin(), days.end(),
                      [day](const v1::PlannedDay& planned) { return planned.day() == day; });
}

void TakePlace(int day, PlannedDays& days) {
  const auto planned = DayIn(days, day);
  v1::PlannedDay& taken = planned == days.end() ? *days.Add() : *planned;
  taken.set_day(day);
  taken.set_outreach(taken.outreach() + 1);
}

void GiveBackPlace(int day, PlannedDays& days) {
  const auto planned = DayIn(days, day);
  if (planned == days.end()) return;
  planned->set_outreach(planned->outreach() - 1);
  if (planned->outreach() <= 0) days.erase(planned);
}

// A snoozed nudge comes back when its owner wished, quiet hours and leave allowing.
absl::Time EarliestOf(const Nudge& nudge, absl::Time now) {
  return std::max(now, nudge.snooze_until.value_or(now));
}

void Set(const Delivery& delivery, Nudge& nudge) {
  nudge.deliver_not_before = delivery.not_before;
  nudge.held_by = delivery.held_by;
}

}  // namespace

Agenda::Agenda(const v1::AttentionPolicy& policy, absl::Time now, OwnerInbox& inbox)
    : policy_(policy), now_(now), inbox_(inbox) {
  DropPastDays();
}

bool Agenda::Waits(const Nudge& nudge) const { return nudge.deliver_not_before > now_; }

bool Agenda::Release(const Nudge& nudge) {
  if (!Waits(nudge) || !HoldsPlace(nudge)) return false;
  const int day = DayNumber(nudge.deliver_not_before, inbox_.zone);
  GiveBackPlace(day, *inbox_.record.mutable_planned_days());
  return true;
}

void Agenda::ReleaseAll() {
  for (int i = 0; i < inbox_.nudges.size(); ++i) Release(inbox_.nudges[i]);
}

void Agenda::Plan(Nudge& nudge) {
  const Attention attention = ResolveAttention(policy_, inbox_.record.preferences());
  Hint hint{now_};
  Set(PlanFrom(attention, nudge, hint), nudge);
}

std::vector<int> Agenda::PlanAll() {
  const Attention attention = ResolveAttention(policy_, inbox_.record.preferences());
  std::vector<int> changed;
  Hint hint{now_};
  for (int i = 0; i < inbox_.nudges.size(); ++i) {
    const Nudge& nudge = inbox_.nudges[i];
    if (!Waits(nudge)) continue;
    const Delivery delivery = PlanFrom(attention, nudge, hint);
    if (delivery.not_before == nudge.deliver_not_before) continue;
    Nudge moved = nudge;
    Set(delivery, moved);
    inbox_.nudges.Replace(i, std::move(moved));
    changed.push_back(i);
  }
  return changed;
}

Delivery Agenda::PlanFrom(const Attention& attention, const Nudge& nudge, Hint& hint) {
  const v1::Inbox& record = inbox_.record;
  const OwnerGuards guards{attention, inbox_.zone, model::ToTime(record.leave_start_time()),
                           model::ToTime(record.leave_end_time()), record.planned_days()};
  const bool counted = Counted(nudge);
  const bool snoozed = nudge.snooze_until.has_value();
  DeliveryQuestion question{EarliestOf(nudge, now_), nudge.expire_time, counted,
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
  if (counted && delivery.not_before < nudge.expire_time) {
    const int day = DayNumber(delivery.not_before, inbox_.zone);
    TakePlace(day, *inbox_.record.mutable_planned_days());
  }
  return delivery;
}

void Agenda::DropPastDays() {
  PlannedDays& days = *inbox_.record.mutable_planned_days();
  if (days.empty()) return;
  const int today = DayNumber(now_, inbox_.zone);
  days.erase(
      std::remove_if(days.begin(), days.end(),
                     [today](const v1::PlannedDay& planned) { return planned.day() < today; }),
      days.end());
}

}  // namespace tend::notification
