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
  double z = 0;
  Instant last_act;
  bool ready_entry = false;  // READY's entry column holds, whoever acted
  bool growing = false;      // GROWING's entry column holds
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

// facts: looked up unless a rest or a conversation decides alone.
Stage Next(Relationship& r, const StageTrigger& trigger, Instant now, const ScoringModel& model,
           const Policy& policy, Facts& facts) {
  const bool derived =
      trigger.cause == StageCause::kBacklog || trigger.cause == StageCause::kIdentity;
  if (Resting(r, now)) return Stage::kResting;
  if (now < r.conversing_until) return Stage::kConversing;
  facts = Look(r, now, model, policy);
  if (!derived && StaysReady(r, facts, now, policy)) return Stage::kReady;
  if (EntersReady(trigger, facts)) return Stage::kReady;
  if (facts.growing) {
    r.below_since = Instant();
    return Stage::kGrowing;
  }
  if (!derived && r.stage == Stage::kGrowing && StillPatient(r, false, now, policy))
    return Stage::kGrowing;
  if (Within(facts.last_act, policy.signal, now)) return Stage::kSprouting;
  return facts.last_act.is_set() ? Stage::kFallow : Stage::kSeed;
}

// When to look again, by the facts of `now`.
Instant NextLook(const Relationship& r, const Facts& facts, Instant now, const ScoringModel& model,
                 const Policy& policy) {
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
      const Instant act_due = facts.last_act + (ready ? policy.ready_act : policy.growing_act);
      if (r.below_since.is_set())
        return std::min(ready ? act_due : Instant::Never(), r.below_since + policy.patience);
      const double threshold = ready ? policy.ready_leave_z : policy.growing_z;
      return std::min(act_due, EarliestBelow(r, facts.z, threshold, now, model));
    }
    case Stage::kSprouting:
      return facts.last_act + policy.signal;
    default:
      return Instant::Never();
  }
}

}  // namespace

StageCause StageCauseOf(const Act& act, bool backlog) {
  const bool moves = act.TheirAct() || act.touch || act.statement == Statement::kRestEnded;
  if (backlog && moves) return StageCause::kBacklog;
  if (act.TheirAct()) return StageCause::kTheirAct;
  if (act.touch) return StageCause::kOurAct;
  return act.initiator == Initiator::kPerson ? StageCause::kTheirWish : StageCause::kTime;
}

Instant UpdateStage(Relationship& r, const StageTrigger& trigger, Instant now,
                    const ScoringModel& model, const Policy& policy) {
  Facts facts;
  const Stage next = Next(r, trigger, now, model, policy, facts);
  if (next != r.stage) {
    if (next == Stage::kReady) r.ready_used = false;
    r.stage = next;
    r.stage_since = now;
    r.stage_cause = trigger.cause;
    r.stage_cause_hash = trigger.hash;
    r.below_since = Instant();
  }
  return NextLook(r, facts, now, model, policy);
}

}  // namespace tend::model
