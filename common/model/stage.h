// The stage of a relationship: by organization readiness, and by the order in which things were
// processed.

#ifndef TEND_COMMON_MODEL_STAGE_H_
#define TEND_COMMON_MODEL_STAGE_H_

#include "common/model/act.h"
#include "common/model/relationship.h"

namespace tend::model {

// Why the stage is looked at.
struct StageTrigger {
  StageCause cause = StageCause::kTime;
  uint64_t hash = 0;  // of the interaction, for kTheirAct, kOurAct and kBacklog
};

// What an act is to the stage. backlog: older than Policy::fresh at receipt. A refusal, a list row
// and whatever else moves no number is never a reason to derive the stage anew, however late it
// comes.
StageCause StageCauseOf(const Act& act, bool backlog);

// Brings the stage up to `now`. READY is entered only by their act (kTheirAct), or where the stage
// is derived anew from the entry column alone (kBacklog, kIdentity); never by time, never by us.
// Returns when to look again: a lower bound of the next time at which the stage, or the waiting for
// its end, changes by time alone. Never late: the second after the returned one is the earliest at
// which anything can have changed unseen.
Instant UpdateStage(Relationship& relationship, const StageTrigger& trigger, Instant now,
                    const ScoringModel& model, const Policy& policy);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_STAGE_H_
