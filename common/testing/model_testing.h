// What tests of the model share: the shipped numbers, acts by kind, and one relationship that is
// lived through as scoring would, in memory and by the test's clock.

#ifndef TEND_COMMON_TESTING_MODEL_TESTING_H_
#define TEND_COMMON_TESTING_MODEL_TESTING_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/model/act.h"
#include "common/model/fold.h"
#include "common/model/moments.h"
#include "common/model/relationship.h"
#include "common/model/scoring_model.h"
#include "common/model/stage.h"
#include "tend/v1/policy.pb.h"
#include "tend/v1/scoring_model.pb.h"

namespace tend::model {

// deploy/model.textproto and deploy/policy.textproto, as contracts and compiled. REQUIRES: run from
// the top of the source tree.
const v1::ScoringModel& ShippedModelContract();
const v1::Policy& ShippedPolicyContract();
const ScoringModel& ShippedModel();
const Policy& ShippedPolicy();

// A Monday morning that tests begin at: 2026-03-02T09:00Z.
inline constexpr Instant kDayZero(1772442000);
// Day `days` after it, `seconds` later.
inline Instant Day(double days, SpanSeconds seconds = 0) {
  return kDayZero + (static_cast<SpanSeconds>(days * kDay) + seconds);
}

// Kinds of acts, as the shipped table of facts reads them.
enum class Kind : uint8_t {
  // theirs
  kMessage,
  kQuestion,
  kForm,
  kContentVisit,
  kPricingVisit,
  kEvent,
  kMeeting,  // of both
  kTheirCall,
  kSocial,
  // ours
  kTouch,  // unsolicited, unless an act it answers is found
  kAnswer,
  kGive,
  kAsk,
  // refusals
  kDeclined,
  kUnsubscribed,
  kRest,  // until they write
  // neither
  kRestEnded,
  kListRow,
  kPromise,
};
absl::string_view KindName(Kind kind);
bool IsTheirs(Kind kind);   // a signal
bool IsTouch(Kind kind);    // ours
bool IsRefusal(Kind kind);  // theirs, and no signal

// One act; received when it happened. owner kNobody: addressed to nobody of us.
Act MakeAct(Kind kind, Instant at, OwnerIndex owner = kNobody, uint32_t thread = 0);
// The same, received at `received`.
Act Late(Act act, Instant received);

// The fold of the acts in the given order, each at its own time or the latest before it; no stages,
// no moments.
Relationship FoldAll(const std::vector<Act>& acts, const ScoringModel& model = ShippedModel(),
                     const Policy& policy = ShippedPolicy());

// All that a relationship holds, ties included.
Relationship Copy(const Relationship& relationship);

// One relationship and its moments, brought through time as scoring does it: acts when they are
// received, and between them only the due times.
class Life {
 public:
  explicit Life(const ScoringModel& model = ShippedModel(), const Policy& policy = ShippedPolicy());
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  // Lets time pass to the act's receipt, then processes it.
  void Happens(const Act& act);
  void Happens(Kind kind, Instant at, OwnerIndex owner = kNobody, uint32_t thread = 0) {
    Happens(MakeAct(kind, at, owner, thread));
  }
  // Lets time pass by due times alone.
  void PassTo(Instant until);
  // What is due at `now` happens, whether or not it is.
  void OnTime(Instant now);
  Instant Due();

  struct Opened {
    Instant at;
    MomentChange change;
  };
  struct StageChange {
    Instant at;
    Stage stage;
    StageCause cause;
  };

  // Opened moments of a kind, open or not; all opened outreach moments.
  std::vector<Opened> OpenedOf(MomentKind kind) const;
  int OutreachOpened() const;
  bool IsOpen(MomentKind kind) const { return relationship.Open(kind) != nullptr; }
  // Why the last moment of a kind closed; kNone if none did.
  CloseCause LastClose(MomentKind kind) const;
  Stage stage() const { return relationship.stage; }
  double Readiness() const;
  Verdict Guard() const { return MaySuggest(relationship, now, model, policy); }

  const ScoringModel& model;
  const Policy& policy;
  Relationship relationship;
  Instant now;
  std::vector<Opened> changes;  // opened and closed, in order
  std::vector<StageChange> stages;
  OwnerIndex crm_owner = kNobody, account_owner = kNobody, pool = 90, product = 91;

 private:
  template <typename Body>
  void WithMoments(Body body);
  void NoteStage(Stage before);

  Instant stage_due_ = Instant::Never();
};

}  // namespace tend::model

#endif  // TEND_COMMON_TESTING_MODEL_TESTING_H_
