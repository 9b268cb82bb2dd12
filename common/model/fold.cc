#include "common/model/fold.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "common/model/readiness.h"

namespace tend::model {
namespace {

// Twins of v1.PromiseState.
constexpr uint8_t kPromiseOpen = 1, kPromiseKept = 2, kPromiseLate = 3, kPromiseBroken = 4,
                  kPromiseWithdrawn = 5;

// Evidence of trust, judged by hand: docs/model.md.
constexpr double kKept = 1, kLate = 0.5, kBroken = 2, kComplaint = 3, kAskedInDebt = 0.5,
                 kGave = 0.5;

void FoldSignal(Relationship& r, Part& part, const Act& act, const ScoringModel& model) {
  part.Add(act.signal, act.at, 1, model);
  part.NoteSignal(LastSignal(act.signal, act.at, act.hash));
  if (act.message && act.signal != SignalClass::kMessage)
    part.Add(SignalClass::kMessage, act.at, 1, model);
  const Instant last_act = r.LastAct();
  part.last_act = std::max(part.last_act, act.at);
  if (act.reply_like) part.last_reply = std::max(part.last_reply, act.at);
  if (act.at >= r.last_event) {
    r.unanswered = 0;
  } else if (act.at > last_act) {
    RecountUnanswered(r);
  }
}

// Settles the evidence of trust of an exchange that left a ring.
void FoldTrust(Part& part, const TieChange& change, const ScoringModel& model) {
  if (change.trust_good > 0)
    part.Add(SignalClass::kTrustGood, change.trust_at, change.trust_good, model);
  if (change.trust_bad > 0)
    part.Add(SignalClass::kTrustBad, change.trust_at, change.trust_bad, model);
}

void FoldTheirHalf(Tie& tie, Part& part, const Act& act, const ScoringModel& model) {
  if (act.message) tie.AddTheirs(act.at, model);
  tie.last_theirs = std::max(tie.last_theirs, act.at);
  if (act.message) tie.cooled = false;
  if (!act.reply_like) return;
  Exchange exchange{act.at};
  exchange.thread = act.thread & 0xffffff;
  exchange.answered = exchange.in_time = act.settled ? 1 : 0;
  const TieChange change = tie.Relate(exchange);
  part.answers += change.answers;
  FoldTrust(part, change, model);
}

bool FoldTouch(Tie& tie, Part& part, const Act& act, const ScoringModel& model) {
  if (act.our_message) tie.AddOurs(act.at, model);
  ++tie.touches;
  ++part.touches;
  Exchange exchange{act.at};
  exchange.thread = act.thread & 0xffffff;
  exchange.ours = 1;
  exchange.unsolicited = act.unsolicited ? 1 : 0;
  exchange.stated = act.unsolicited_stated ? 1 : 0;
  const TieChange change = tie.Relate(exchange);
  part.answers += change.answers;
  FoldTrust(part, change, model);
  return change.solicited;
}

// A late message is judged at the latest event: before it, later messages would count as more than
// one.
void KeepPeak(Tie& tie, const ScoringModel& model, const Policy& policy) {
  if (tie.theirs == 0 || tie.ours == 0) return;
  const Instant at = std::max(tie.last_theirs, tie.last_ours);
  const auto strength = static_cast<float>(tie.StrengthAt(at, model));
  if (strength <= tie.peak_strength && at - tie.peak_at <= policy.cooling_window) return;
  tie.peak_strength = strength;
  tie.peak_at = at;
}

// Returns the index of the owner's tie, making it where there is none, and keeps the order of
// bounds.
int TieIndex(Relationship& r, OwnerIndex owner, int part_index) {
  const int before = r.ties.size();
  const Tie& tie = r.ties.At(owner, part_index);
  const int index = static_cast<int>(&tie - r.ties.all().data());
  if (r.ties.size() != before && r.bounds_valid && index <= r.best_tie) ++r.best_tie;
  return index;
}

void FoldTies(Relationship& r, Part& part, int part_index, const Act& act, Instant now,
              const ScoringModel& model, const Policy& policy, Folded& folded) {
  for (const OwnerIndex owner : act.owners) {
    const int index = TieIndex(r, owner, part_index);
    Tie& tie = r.ties.all()[index];
    if (!tie.first.is_set() || act.at < tie.first) tie.first = act.at;
    if (act.statement == Statement::kListRow) tie.claimed = true;
    if (act.TheirAct()) FoldTheirHalf(tie, part, act, model);
    if (act.touch) folded.solicited = FoldTouch(tie, part, act, model) || folded.solicited;
    if (act.touch || act.met) tie.last_ours = std::max(tie.last_ours, act.at);
    if (act.message || act.our_message) {
      KeepPeak(tie, model, policy);
      tie.cools_day = 0;
    }
    const Instant both = std::min(tie.last_theirs, tie.last_ours);
    r.conversing_until = std::max(r.conversing_until, both + policy.conversing);
    folded.tie_terms = RefreshBound(r, index, now, model);
  }
  if (r.PartCount() > 1) {
    InvalidateBounds(r);
    RecountConversing(r, policy.conversing);
  }
}

void FoldPurpose(Relationship& r, Part& part, const Act& act, const ScoringModel& model) {
  if (act.purpose == Purpose::kGive) part.Add(SignalClass::kGive, act.at, 1, model);
  if (act.purpose != Purpose::kAsk) return;
  if (GiveBalance(r, act.at, model) < 0)
    part.Add(SignalClass::kTrustBad, act.at, kAskedInDebt, model);
  part.Add(SignalClass::kAsk, act.at, 1, model);
}

// What an outcome is worth. amount: 1, or -1 to take it back.
void AddOutcome(Part& part, uint8_t state, Instant at, double amount, const ScoringModel& model) {
  if (state == kPromiseBroken) part.Add(SignalClass::kTrustBad, at, amount * kBroken, model);
  if (state == kPromiseKept) part.Add(SignalClass::kTrustGood, at, amount * kKept, model);
  if (state == kPromiseLate) part.Add(SignalClass::kTrustBad, at, amount * kLate, model);
}

uint8_t OutcomeOf(Statement statement, Instant at, Instant due) {
  if (statement == Statement::kPromiseBroken) return kPromiseBroken;
  if (statement == Statement::kPromiseWithdrawn) return kPromiseWithdrawn;
  return due.is_set() && at > due ? kPromiseLate : kPromiseKept;
}

// By id, whatever the order they came in.
void Keep(Wishes& wishes, Promise promise) {
  const auto place =
      std::upper_bound(wishes.promises.begin(), wishes.promises.end(), promise.id,
                       [](const std::string& id, const Promise& p) { return id < p.id; });
  wishes.promises.insert(place, std::move(promise));
}

// An outcome whose promise has not come in: `due` keeps when it came. Few are kept: a source may
// never tell what it promised.
void KeepOutcome(Wishes& wishes, const Act& act, uint8_t state) {
  constexpr auto kMaxOutcomes = 8;
  const auto is_outcome = [](const Promise& p) { return p.state != kPromiseOpen; };
  auto& promises = wishes.promises;
  if (std::count_if(promises.begin(), promises.end(), is_outcome) == kMaxOutcomes) {
    promises.erase(
        std::min_element(promises.begin(), promises.end(), [&](const Promise& a, const Promise& b) {
          return std::tuple(!is_outcome(a), a.due) < std::tuple(!is_outcome(b), b.due);
        }));
  }
  Promise outcome = act.promise;
  outcome.due = act.at;
  outcome.state = state;
  Keep(wishes, std::move(outcome));
}

void FoldPromise(Part& part, Wishes& wishes, const Act& act, const ScoringModel& model) {
  const auto held = std::find_if(wishes.promises.begin(), wishes.promises.end(),
                                 [&](const Promise& p) { return p.id == act.promise.id; });
  const bool known = held != wishes.promises.end();
  if (act.statement == Statement::kPromiseMade) {
    if (!known) {
      Keep(wishes, act.promise);
    } else if (held->state != kPromiseOpen) {  // the outcome came first: nothing is due any more
      const Instant due = act.promise.due;
      if (held->state == kPromiseKept && due.is_set() && held->due > due) {
        AddOutcome(part, kPromiseKept, held->due, -1, model);
        AddOutcome(part, kPromiseLate, held->due, 1, model);
      }
      wishes.promises.erase(held);
    }
    return;
  }
  if (known && held->state != kPromiseOpen) return;  // told again
  const uint8_t state = OutcomeOf(act.statement, act.at, known ? held->due : Instant());
  AddOutcome(part, state, act.at, 1, model);
  if (known) {
    wishes.promises.erase(held);
  } else {
    KeepOutcome(wishes, act, state);
  }
}

void FoldStatement(Relationship& r, Part& part, int part_index, const Act& act,
                   const ScoringModel& model, Folded& folded) {
  switch (act.statement) {
    case Statement::kConsent:
      r.WishesAt(part_index).State(act.consent);
      if (act.complaint) part.Add(SignalClass::kTrustBad, act.at, kComplaint, model);
      break;
    case Statement::kRest:
      r.WishesAt(part_index).State(act.rest);
      folded.rest_changed = true;
      break;
    case Statement::kRestEnded: {
      Rest& rest = r.WishesAt(part_index).rest;
      rest.ended = std::max(rest.ended, act.at);
      folded.rest_changed = true;
      break;
    }
    case Statement::kPromiseMade:
    case Statement::kPromiseKept:
    case Statement::kPromiseBroken:
    case Statement::kPromiseWithdrawn:
      FoldPromise(part, r.WishesAt(part_index), act, model);
      folded.promise_changed = true;
      break;
    default:
      break;
  }
}

}  // namespace

Folded Fold(Relationship& r, const Act& act, int part_index, Instant now, const ScoringModel& model,
            const Policy& policy) {
  Folded folded;
  Part& part = r.PartAt(part_index);
  if (!part.first.is_set() || act.at < part.first) part.first = act.at;
  if (act.TheirAct()) FoldSignal(r, part, act, model);
  FoldTies(r, part, part_index, act, now, model, policy, folded);
  if (act.touch) {
    FoldPurpose(r, part, act, model);
    if (act.at > r.LastAct()) {
      const int touches = r.unanswered + static_cast<int>(act.owners.size());
      r.unanswered = std::min(kRing, touches) & 15;
    }
  }
  if (act.statement != Statement::kNone) FoldStatement(r, part, part_index, act, model, folded);
  r.last_event = std::max(r.last_event, act.at);
  return folded;
}

const Rest* HoldingRest(const Relationship& r, Instant now) {
  const Rest* holding = nullptr;
  const auto end_of = [](const Rest& rest) {
    return rest.until.is_set() ? rest.until : Instant::Never();
  };
  for (int i = 0; i < r.PartCount(); ++i) {
    const Rest& rest = r.WishesAt(i).rest;
    if (!rest.stated.is_set() || rest.ended > rest.stated) continue;
    if (now >= end_of(rest) || r.LastReply() > rest.stated) continue;
    if (holding == nullptr || end_of(rest) > end_of(*holding)) holding = &rest;
  }
  return holding;
}

bool Resting(const Relationship& r, Instant now) {
  return r.extras != nullptr && HoldingRest(r, now) != nullptr;
}

double GiveBalance(const Relationship& r, Instant now, const ScoringModel& model) {
  return r.ValueAt(SignalClass::kGive, now, model) - r.ValueAt(SignalClass::kAsk, now, model);
}

double Trust(const Relationship& r, Instant now, const ScoringModel& model) {
  double good = r.ValueAt(SignalClass::kTrustGood, now, model) +
                kGave * r.ValueAt(SignalClass::kGive, now, model);
  double bad = r.ValueAt(SignalClass::kTrustBad, now, model);
  const double per_second = model.per_second[Index(SignalClass::kTrustGood)];
  for (const Tie& tie : r.ties.all()) {
    for (const Exchange& exchange : tie.ring.all()) {
      const double trust =
          TrustOf(exchange, now) * std::exp2(-static_cast<double>(now - exchange.at) * per_second);
      (trust > 0 ? good : bad) += std::abs(trust);
    }
  }
  return (2 + good) / (4 + good + bad);
}

}  // namespace tend::model
