#include "common/model/guards.h"

#include <algorithm>

#include "common/model/fold.h"

namespace tend::model {
namespace {

constexpr SpanSeconds kMaxLedgerLag = 5;
constexpr int kMinutesOfDay = 24 * 60;
// Channels by which a colleague may reach out (v1.Channel): mail, chat, phone, meeting, social.
constexpr int kOutreachChannels[] = {1, 2, 3, 4, 5};
constexpr int kSales = 1;  // v1.CONSENT_PURPOSE_SALES

Verdict No(GuardReason reason) { return {Decision::kNo, reason, {}, false, 0}; }
Verdict NotYet(GuardReason reason, Instant until) {
  return {Decision::kNotYet, reason, until, false, 0};
}

bool Covers(const Consent& c, int channel, int purpose) {
  return (c.channel == 0 || c.channel == channel) && (c.purpose == 0 || c.purpose == purpose);
}

bool AllOutreachRevoked(const Relationship& r, Instant now) {
  return std::all_of(std::begin(kOutreachChannels), std::end(kOutreachChannels),
                     [&](int channel) { return IsRevoked(r, channel, kSales, now); });
}

Verdict Patience(const Relationship& r, Instant now, const Policy& policy) {
  const Unsolicited since = UnsolicitedSince(r, r.LastReply());
  if (since.count == 0) return {};
  const int doublings = std::min(since.count - 1, 20);
  const SpanSeconds wait = std::min(policy.patience_max, policy.patience_base << doublings);
  const Instant until = since.last + wait;
  if (now >= until) return {};
  Verdict verdict = NotYet(GuardReason::kPatience, until);
  verdict.unsolicited = since.count;
  return verdict;
}

Verdict HoldsBack(const Relationship& r, Instant now, const Policy& policy) {
  if (r.erased) return No(GuardReason::kErased);
  if (IsRevoked(r, 0, kSales, now)) return No(GuardReason::kSuppressed);
  if (const Rest* rest = HoldingRest(r, now)) return NotYet(GuardReason::kRest, rest->until);
  if (AllOutreachRevoked(r, now)) return No(GuardReason::kConsent);
  return Patience(r, now, policy);
}

// When a place in the rolling window is free again; the whole window where the ledger does not say.
Instant FreeAgain(Instant oldest, Instant now, const Policy& policy) {
  return (oldest.is_set() ? oldest : now) + policy.budget_window;
}

Verdict Budgets(const TouchRequest& q, const Policy& policy) {
  if (policy.budget == 0) return No(GuardReason::kBudget);
  if (policy.account_budget == 0) return No(GuardReason::kAccountBudget);
  if (q.booked >= policy.budget)
    return NotYet(GuardReason::kBudget, FreeAgain(q.oldest_booked, q.now, policy));
  if (q.last_booked.is_set() && q.now - q.last_booked < policy.budget_apart) {
    return NotYet(GuardReason::kTooClose, q.last_booked + policy.budget_apart);
  }
  if (q.account_booked >= policy.account_budget) {
    return NotYet(GuardReason::kAccountBudget, FreeAgain(q.account_oldest, q.now, policy));
  }
  if (q.account_last_reply.is_set() && q.now - q.account_last_reply < policy.account_pause) {
    return NotYet(GuardReason::kAccountPause, q.account_last_reply + policy.account_pause);
  }
  return {};
}

}  // namespace

bool IsRevoked(const Relationship& r, int channel, int purpose, Instant now) {
  for (int i = 0; i < r.PartCount(); ++i) {
    const auto& consents = r.WishesAt(i).consents;
    for (const Consent& c : consents) {
      if (c.given || !Covers(c, channel, purpose)) continue;
      const bool lifted = std::any_of(consents.begin(), consents.end(), [&](const Consent& g) {
        const bool holds = g.given && (!g.expires.is_set() || now < g.expires);
        return holds && c.channel != 0 && g.channel == c.channel && g.stated > c.stated &&
               (c.purpose == 0 || g.purpose == c.purpose) && Covers(g, channel, purpose);
      });
      if (!lifted) return true;
    }
  }
  return false;
}

bool IsGiven(const Relationship& r, int channel, int purpose, Instant now) {
  if (IsRevoked(r, channel, purpose, now)) return false;
  for (int i = 0; i < r.PartCount(); ++i) {
    for (const Consent& c : r.WishesAt(i).consents) {
      if (c.given && Covers(c, channel, purpose) && (!c.expires.is_set() || now < c.expires))
        return true;
    }
  }
  return false;
}

Verdict MaySuggest(const Relationship& r, Instant now, const ScoringModel& model,
                   const Policy& policy) {
  Verdict verdict = HoldsBack(r, now, policy);
  verdict.give_first = GiveBalance(r, now, model) < 0;
  return verdict;
}

int QuietMinutesLeft(const QuietHours& quiet, int local_minute, bool weekend) {
  if (quiet.weekends && weekend)
    return kMinutesOfDay - local_minute + QuietMinutesLeft(quiet, 0, false);
  const int length = (quiet.end_minute - quiet.start_minute + kMinutesOfDay) % kMinutesOfDay;
  const int into = (local_minute - quiet.start_minute + kMinutesOfDay) % kMinutesOfDay;
  return into < length ? length - into : 0;
}

Verdict MayTouch(const Relationship& r, const TouchRequest& q, const ScoringModel& model,
                 const Policy& policy) {
  if (q.ledger_lag > kMaxLedgerLag)
    return NotYet(GuardReason::kLedgerBehind, q.now + kMaxLedgerLag);
  if (r.erased) return No(GuardReason::kErased);
  if (IsRevoked(r, 0, 0, q.now)) return No(GuardReason::kSuppressed);
  if (IsRevoked(r, q.channel, q.consent_purpose, q.now)) return No(GuardReason::kConsent);
  const bool answers = q.purpose == Purpose::kAnswer && !q.unsolicited;
  if (!answers) {
    if (const Rest* rest = HoldingRest(r, q.now)) return NotYet(GuardReason::kRest, rest->until);
  }
  if (const int left = QuietMinutesLeft(policy.quiet, q.local_minute, q.local_weekend); left > 0) {
    return NotYet(GuardReason::kQuietHours, q.now + left * 60);
  }
  if (q.purpose == Purpose::kAsk && GiveBalance(r, q.now, model) < 0)
    return No(GuardReason::kAskBalance);
  if (!q.unsolicited) return {};
  return Budgets(q, policy);
}

}  // namespace tend::model
