// An interaction as the model sees it for one person: who acted, what it counts as, which owners it
// touches.

#ifndef TEND_COMMON_MODEL_ACT_H_
#define TEND_COMMON_MODEL_ACT_H_

#include <cstdint>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "common/model/instant.h"
#include "common/model/part.h"
#include "common/model/scoring_model.h"
#include "common/model/signal.h"

namespace tend::v1 {
class Interaction;
}  // namespace tend::v1

namespace tend::model {

// What the person wishes or states, and what happens to them besides signals.
enum class Statement : uint8_t {
  kNone,
  kConsent,  // given or revoked, unsubscribed, complained
  kRest,
  kRestEnded,
  kPromiseMade,
  kPromiseKept,
  kPromiseBroken,
  kPromiseWithdrawn,
  kListRow,
  kOwnerChanged,
  kJobChanged,
  kFeedback,
  kErasure,
};

struct Act {
  Instant at;
  Instant received;
  uint64_t hash = 0;    // StableHash of the interaction's id
  uint32_t thread = 0;  // 24-bit hash of the thread; 0: none
  Initiator initiator = Initiator::kNone;

  // Their half.
  SignalClass signal = SignalClass::kNone;  // counts in this class
  bool message = false;                     // is (also) a message of theirs
  bool reply_like = false;
  bool settled = false;  // needs no answer of ours: we were there
  bool refusal = false;
  bool complaint = false;  // or opted out

  // Our half.
  bool touch = false;
  bool our_message = false;
  bool met = false;  // both halves at once: a meeting
  Purpose purpose = Purpose::kNone;
  bool unsolicited = true;  // as stated, or until an act it answers is found
  bool unsolicited_stated = false;

  // Owners on our side: addressed by them, or acting.
  absl::InlinedVector<OwnerIndex, 2> owners;

  Statement statement = Statement::kNone;
  Consent consent;
  Rest rest;
  Promise promise;
  std::string subject;  // the promise's id, the new owner, the new company

  bool TheirAct() const { return signal != SignalClass::kNone; }
  // The fact is kept, and moves nothing.
  bool CountsNothing() const {
    return !TheirAct() && !touch && !met && statement == Statement::kNone;
  }
};

// Turns an owner's id into its index in the state that holds the relationships.
using OwnerInterner = absl::FunctionRef<OwnerIndex(absl::string_view owner_id)>;

// Reads an interaction by the model's table of facts, for the person `person_id`. Automated
// interactions and facts of no class come out as acts that count nothing. Errors: none; ingest has
// validated.
Act Interpret(const v1::Interaction& interaction, absl::string_view person_id,
              const ScoringModel& model, OwnerInterner intern);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_ACT_H_
