// Moments: facts worth acting on, opened and closed as a relationship changes (the table in design
// section 4).
//
// An outreach moment needs a fresh act of the person; a care moment never suggests an unsolicited
// touch. Nothing here stores: open moments live in the relationship, changes are handed to a sink.

#ifndef TEND_COMMON_MODEL_MOMENTS_H_
#define TEND_COMMON_MODEL_MOMENTS_H_

#include <functional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "common/model/act.h"
#include "common/model/fold.h"
#include "common/model/guards.h"
#include "common/model/relationship.h"

namespace tend::model {

// Who takes what belongs to a person, beside their ties. kNobody where there is none.
struct Owners {
  OwnerIndex crm_owner = kNobody;
  OwnerIndex account_owner = kNobody;
  OwnerIndex pool = kNobody;     // of the team
  OwnerIndex product = kNobody;  // of the team that builds the product
  // The id of an owner, for the moment's own id.
  std::function<absl::string_view(OwnerIndex)>
      name;  // owned: this outlives the statement it is made in
};

// One change, with what its message needs.
struct MomentChange {
  bool opened = false;
  OpenMoment moment;
  CloseCause cause = CloseCause::kNone;  // of a close
  Initiator initiator = Initiator::kNone;
  Verdict verdict;
  std::string subject;  // a promise's id, a company, a topic
  Instant subject_time;
};

using MomentSink = absl::FunctionRef<void(const MomentChange&)>;

// What a moment is looked at with.
struct MomentContext {
  Instant now;
  const ScoringModel& model;
  const Policy& policy;
  const Owners& owners;
  MomentSink sink;
  // Called before a tie changes that the act did not name (cooling), so that a journal can keep it.
  absl::FunctionRef<void(const Tie&)> before_tie_change;
};

// After `act` was folded and the stage brought up to date. fresh: not a backlog row, not a list
// row.
void AfterAct(Relationship& relationship, const Act& act, const Folded& folded, bool fresh,
              Stage stage_before, const MomentContext& context);

// Opens and closes what time alone brings at context.now, the stage being up to date.
void AfterTime(Relationship& relationship, Stage stage_before, const MomentContext& context);

// Closes every open moment (merge, erasure).
void CloseAll(Relationship& relationship, CloseCause cause, const MomentContext& context);

// A lower bound of the next time AfterTime has something to do.
Instant MomentDue(const Relationship& relationship, const Policy& policy);

// The tie's first second at which its strength is under the policy's share of its peak; Never()
// where it cannot cool (too few acts, one-way, already told). Closed form: both decayed counts fall
// with one half-life.
Instant CoolsAt(const Tie& tie, const ScoringModel& model, const Policy& policy);

// The CRM owner, else the strongest tie (of equals the first by name), else the account's owner,
// else the team's pool.
OwnerIndex ChooseOwner(const Relationship& relationship, Instant now, const ScoringModel& model,
                       const Owners& owners);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_MOMENTS_H_
