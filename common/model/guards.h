// The guards: three questions, each asked where its key is. Pure; see design section 5.
//   1. May this person be suggested?   scoring, by person   MaySuggest
//   2. May this owner be told now?     notification, by owner (services/notification/domain)
//   3. May this touch happen?          query's contact ledger, by person and account   MayTouch

#ifndef TEND_COMMON_MODEL_GUARDS_H_
#define TEND_COMMON_MODEL_GUARDS_H_

#include "common/model/relationship.h"

namespace tend::model {

// Twin: v1.GuardReason.
enum class GuardReason : uint8_t {
  kNone,
  kErased,
  kSuppressed,
  kRest,
  kConsent,
  kPatience,
  kLeave,
  kQuietHours,
  kDigest,
  kAttention,
  kBudget,
  kTooClose,
  kAccountBudget,
  kAccountPause,
  kAskBalance,
  kLedgerBehind,
};

// Twin: v1.GuardDecision.
enum class Decision : uint8_t { kNone, kAllowed, kNotYet, kNo };

struct Verdict {
  Decision decision = Decision::kAllowed;
  GuardReason reason = GuardReason::kNone;
  Instant not_before;       // for kNotYet; unset: until they write
  bool give_first = false;  // advice: we asked more than we gave
  int unsolicited = 0;      // for kPatience: touches since their last reply-like act
  bool allowed() const { return decision == Decision::kAllowed; }
};

// Whether a touch on the channel (v1.Channel, 0: any at all) for the purpose (v1.ConsentPurpose) is
// ruled out by a statement of theirs that holds at `now`. The strictest statement that covers it
// wins over all parts. Within a part, what was revoked for one channel is allowed again by a later
// statement for that channel that is as specific in its purpose; what was revoked for every channel
// only by a later statement for every channel.
bool IsRevoked(const Relationship& relationship, int channel, int purpose, Instant now);

// Whether they allowed it explicitly (and it has not expired).
bool IsGiven(const Relationship& relationship, int channel, int purpose, Instant now);

// Guard 1. erased, suppressed -> rest -> consent -> patience: after n >= 1 unsolicited touches
// since their last reply-like act, not before the last of them + min(max, base * 2^(n-1)).
Verdict MaySuggest(const Relationship& relationship, Instant now, const ScoringModel& model,
                   const Policy& policy);

// What guard 3 is asked. Minutes are local to the person (the caller knows zones); counts come from
// the ledger.
struct TouchRequest {
  int channel = 0;
  int consent_purpose = 0;
  Purpose purpose = Purpose::kOther;
  bool unsolicited = true;
  Instant now;
  bool zone_known = true;
  int local_minute = 0;  // of their day; of the strictest zone where unknown
  bool local_weekend = false;
  int booked = 0;         // unsolicited touches and permits within the budget window
  Instant last_booked;    // the last of them; unset: none
  Instant oldest_booked;  // the oldest within the window
  int account_booked = 0;
  Instant account_oldest;      // the oldest of those within the window
  Instant account_last_reply;  // any reply of somebody at the account
  SpanSeconds ledger_lag = 0;
};

// A lower bound of the minutes until quiet hours end, 0 when they do not hold; windows may cross
// midnight. Exact but for a weekend's first day, after which the second follows. Of guards 2 and 3.
int QuietMinutesLeft(const QuietHours& quiet, int local_minute, bool weekend);

// Guard 3. Fails closed when the ledger lags more than 5 s.
Verdict MayTouch(const Relationship& relationship, const TouchRequest& request,
                 const ScoringModel& model, const Policy& policy);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_GUARDS_H_
