#include "common/model/stage.h"

#include <algorithm>

#include "common/model/fold.h"
#include "common/model/readiness.h"

namespace tend::model {
namespace {

// Two signal classes, or one reply-like act, within the policy's time. Classes are told by the last
// 6 signals.
bool HasReadyEvidence(const Relationship& r, Instant now, const Policy& policy) {
  const Instant last_reply = r.LastReply();
  if (last_reply.is_set() && now - last_reply <= policy.ready_evidence) return true;
  uint32_t classes = 0;
  for (int i = 0; i < r.PartCount(); ++i) {
    for (const LastSignal& s : r.PartAt(i).last_signals()) {
      if (now - s.at() <= policy.ready_evidence) classes |= 1u << Index(s.signal());
    }
  }
  return (classes & (classes - 1)) != 0;
}

bool Within(Instant last, SpanSeconds span, Instant now) {
  return last.is_set() && now < last + span;
}

// What the stage's own rules say at one time.
struct Facts {
  double z;
  Instant last_act;
  bool ready_entry;  // READY's entry column holds, whoever acted
  bool growing;      // GROWING's entry column holds
};

Facts Look(Relationship& r, Instant now, const ScoringModel& model, const Policy& policy) {
  Facts facts{OrganizationZ(r, now, model), r.LastAct(), false, false};
  facts.ready_entry = facts.z >= policy.ready_enter_z &&
                      Within(facts.last_act, policy.ready_act, now) &&
                      HasReadyEvidence(r, now, policy);
  facts.growing = facts.z >= policy.growing_z && Within(facts.last_act, policy.growing_act, now);
  return facts;
}

// Notes since when a stage's condition is missing. Returns true while it is missing for less than
// the patience.
bool StillPatient(Relationship& r, bool holds, Instant now, const Policy& policy) {
  if (holds) {
    r.below_since = Instant();
    return true;
  }
  if (!r.below_since.is_set()) r.below_since = now;
  return now - r.below_since < policy.patience;
}

bool StaysReady(Relationship& r, const Facts& facts, Instant now, const Policy& policy) {
  if (r.stage != Stage::kReady || !Within(facts.last_act, policy.ready_act, now)) return false;
  return StillPatient(r, facts.z >= policy.ready_leave_z, now, policy);
}

bool EntersReady(const StageTrigger& trigger, const Facts& facts) {
  const bool by_them = trigger.cause == StageCause::kTheirAct;
  const bool derived =
      trigger.cause == StageCause::kBacklog || trigger.cause == StageCause::kIdentity;
  return (by_them || derived) && facts.ready_entry;
}

Stage Next(Relationship& r, const StageTrigger& trigger, const Facts& facts, Instant now,
           const Policy& policy) {
  const bool derived =
      trigger.cause == StageCause::kBacklog || trigger.cause == StageCause::kIdentity;
  if (Resting(r, now)) return Stage::kResting;
  if (now < r.conversing_until) return Stage::kConversing;
  if (!derived && StaysReady(r, facts, now, policy)) return Stage::kReady;
  if (EntersReady(trigger, facts)) return Stage::kReady;
  if (facts.growing) return Stage::kGrowing;
  if (!derived && r.stage == Stage::kGrowing && StillPatient(r, false, now, policy))
    return Stage::kGrowing;
  if (Within(facts.last_act, policy.signal, now)) return Stage::kSprouting;
  return facts.last_act.is_set() ? Stage::kFallow : Stage::kSeed;
}

}  // namespace

StageCause StageCauseOf(const Act& act, bool backlog) {
  const bool moves = act.TheirAct() || act.touch || act.statement == Statement::kRestEnded;
  if (backlog && moves) return StageCause::kBacklog;
  if (act.TheirAct()) return StageCause::kTheirAct;
  if (act.touch) return StageCause::kOurAct;
  return act.initiator == Initiator::kPerson ? StageCause::kTheirWish : StageCause::kTime;
}

bool UpdateStage(Relationship& r, const StageTrigger& trigger, Instant now,
                 const ScoringModel& model, const Policy& policy) {
  const Facts facts = Look(r, now, model, policy);
  const Stage next = Next(r, trigger, facts, now, policy);
  if (next == Stage::kGrowing && facts.growing) r.below_since = Instant();
  if (next == r.stage) return false;
  if (next == Stage::kReady) r.ready_used = false;
  r.stage = next;
  r.stage_since = now;
  r.stage_cause = trigger.cause;
  r.stage_cause_hash = trigger.hash;
  r.below_since = Instant();
  return true;
}

Instant StageDue(Relationship& r, Instant now, const ScoringModel& model, const Policy& policy) {
  const Instant last_act = r.LastAct();
  switch (r.stage) {
    case Stage::kResting: {
      const Rest* rest = HoldingRest(r, now);
      return rest != nullptr && rest->until.is_set() ? rest->until : Instant::Never();
    }
    case Stage::kConversing:
      return r.conversing_until;
    case Stage::kReady:
    case Stage::kGrowing: {
      const bool ready = r.stage == Stage::kReady;
      const Instant act_due = last_act + (ready ? policy.ready_act : policy.growing_act);
      if (r.below_since.is_set())
        return std::min(ready ? act_due : Instant::Never(), r.below_since + policy.patience);
      const double z = OrganizationZ(r, now, model);
      const double threshold = ready ? policy.ready_leave_z : policy.growing_z;
      return std::min(act_due, EarliestBelow(r, z, threshold, now, model));
    }
    case Stage::kSprouting:
      return last_act + policy.signal;
    default:
      return Instant::Never();
  }
}

}  // namespace tend::model
