#include "services/notification/domain/delivery.h"

#include <algorithm>

#include "services/notification/domain/quiet_hours.h"

namespace tend::notification {
namespace {

int Gravity(v1::GuardReason reason) {
  switch (reason) {
    case v1::GUARD_REASON_LEAVE:
      return 4;
    case v1::GUARD_REASON_ATTENTION:
      return 3;
    case v1::GUARD_REASON_QUIET_HOURS:
      return 2;
    case v1::GUARD_REASON_DIGEST:
      return 1;
    default:
      return 0;
  }
}

bool Away(const OwnerGuards& guards, absl::Time time) {
  return guards.leave_start <= time && time < guards.leave_end;
}

// The first digest from `time` on. It may be an earlier day's that quiet hours hold until now: on
// Monday morning, Friday night's. REQUIRES: there are digests.
absl::Time NextDigest(const OwnerGuards& guards, absl::Time time) {
  for (absl::CivilDay day = LocalDay(time, guards.zone) - 3;; ++day) {
    if (IsQuietDay(day, guards.attention.quiet_hours)) continue;
    for (const int minute : guards.attention.digest_minutes) {
      const absl::Time digest = QuietHoursEnd(LocalTime(day, minute, guards.zone),
                                              guards.attention.quiet_hours, guards.zone);
      if (digest >= time) return digest;
    }
  }
}

bool DayIsFull(const OwnerGuards& guards, absl::Time time) {
  const int day = DayNumber(time, guards.zone);
  const auto found = std::find_if(guards.planned.begin(), guards.planned.end(),
                                  [day](const v1::PlannedDay& p) { return p.day() == day; });
  const int planned = found == guards.planned.end() ? 0 : found->outreach();
  return planned >= guards.attention.outreach_per_day;
}

// What holds at `time`, and from when on that one thing does not.
Delivery Hold(const OwnerGuards& guards, const DeliveryQuestion& question, absl::Time time) {
  if (Away(guards, time)) return {guards.leave_end, v1::GUARD_REASON_LEAVE};
  if (question.digest && !guards.attention.digest_minutes.empty()) {
    const absl::Time digest = NextDigest(guards, time);
    if (digest > time) return {digest, v1::GUARD_REASON_DIGEST};
  }
  const absl::Time loud = QuietHoursEnd(time, guards.attention.quiet_hours, guards.zone);
  if (loud > time) return {loud, v1::GUARD_REASON_QUIET_HOURS};
  if (question.counted && DayIsFull(guards, time)) {
    return {NextDayStart(time, guards.zone), v1::GUARD_REASON_ATTENTION};
  }
  return {time, v1::GUARD_REASON_UNSPECIFIED};
}

}  // namespace

Delivery PlanDelivery(const OwnerGuards& guards, const DeliveryQuestion& question) {
  Delivery plan{std::min(question.from, question.until), v1::GUARD_REASON_UNSPECIFIED};
  if (question.counted && guards.attention.outreach_per_day <= 0) {
    return {question.until, v1::GUARD_REASON_ATTENTION};
  }
  while (plan.not_before < question.until) {
    const Delivery hold = Hold(guards, question, plan.not_before);
    if (hold.held_by == v1::GUARD_REASON_UNSPECIFIED) return plan;
    plan.not_before = std::min(hold.not_before, question.until);
    plan.held_by = GraverReason(plan.held_by, hold.held_by);
  }
  return plan;
}

v1::GuardReason GraverReason(v1::GuardReason a, v1::GuardReason b) {
  return Gravity(a) >= Gravity(b) ? a : b;
}

int DayNumber(absl::Time time, absl::TimeZone zone) {
  return static_cast<int>(LocalDay(time, zone) - absl::CivilDay(1970, 1, 1));
}

}  // namespace tend::notification
