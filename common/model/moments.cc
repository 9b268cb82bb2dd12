#include "common/model/moments.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/base/hash.h"

namespace tend::model {
namespace {

constexpr uint8_t kPromiseOpen = 1;  // v1.PROMISE_STATE_OPEN

absl::string_view Bytes(const PersonKey& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

std::string MomentId(const Relationship& r, OwnerIndex owner, MomentKind kind, uint64_t cause,
                     const Owners& owners) {
  return StableId({Bytes(r.person), owners.name(owner), absl::StrCat(static_cast<int>(kind)),
                   absl::StrCat(cause)});
}

// Opens a moment, unless the same one is open.
void Open(Relationship& r, MomentChange change, SpanSeconds life, const MomentContext& c) {
  OpenMoment& moment = change.moment;
  moment.opened = c.now;
  moment.expires = c.now + life;
  moment.id = MomentId(r, moment.owner, moment.kind, moment.cause, c.owners);
  for (const OpenMoment& open : r.open_moments()) {
    if (open.id == moment.id) return;
  }
  change.opened = true;
  r.extra().open.push_back(moment);
  c.sink(change);
}

MomentChange Of(MomentKind kind, OwnerIndex owner, uint64_t cause, Initiator initiator) {
  MomentChange change;
  change.moment.kind = kind;
  change.moment.owner = owner;
  change.moment.cause = cause;
  change.initiator = initiator;
  return change;
}

// Closes the open moments for which `which` holds.
template <typename Which>
void Close(Relationship& r, CloseCause cause, const MomentContext& c, Which which) {
  if (r.extras == nullptr) return;
  auto& open = r.extras->open;
  for (size_t i = 0; i < open.size();) {
    if (!which(open[i])) {
      ++i;
      continue;
    }
    MomentChange change;
    change.moment = open[i];
    change.cause = cause;
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
    c.sink(change);
  }
}

void CloseKind(Relationship& r, MomentKind kind, CloseCause cause, const MomentContext& c) {
  Close(r, cause, c, [&](const OpenMoment& m) { return m.kind == kind; });
}

void CloseOutreach(Relationship& r, CloseCause cause, const MomentContext& c) {
  Close(r, cause, c, [](const OpenMoment& m) { return IsOutreach(m.kind); });
}

void ForgetWaiting(Relationship& r, Instant until) {
  if (r.extras == nullptr) return;
  auto& waiting = r.extras->waiting;
  waiting.erase(std::remove_if(waiting.begin(), waiting.end(),
                               [&](const WaitingAct& w) { return w.at <= until; }),
                waiting.end());
}

// --- what an act closes

void OnTouch(Relationship& r, const Act& act, const MomentContext& c) {
  Close(r, CloseCause::kOurTouch, c,
        [&](const OpenMoment& m) { return IsOutreach(m.kind) && act.at >= m.cause_at; });
  ForgetWaiting(r, act.at);
}

void OnTheirAct(Relationship& r, const Act& act, const MomentContext& c) {
  Close(r, CloseCause::kTheirAct, c, [&](const OpenMoment& m) {
    const bool addressed =
        std::find(act.owners.begin(), act.owners.end(), m.owner) != act.owners.end();
    return m.kind == MomentKind::kCooling && addressed;
  });
}

void OnPromise(Relationship& r, const Act& act, const MomentContext& c) {
  if (act.statement == Statement::kPromiseMade) return;
  const auto cause = act.statement == Statement::kPromiseKept ? CloseCause::kPromiseKept
                                                              : CloseCause::kPromiseWithdrawn;
  const uint64_t hash = StableHash(act.promise.id);
  Close(r, cause, c,
        [&](const OpenMoment& m) { return m.kind == MomentKind::kPromiseDue && m.cause == hash; });
}

// A refusal withdraws what was suggested before it, and an opt-out that comes in late whatever is
// not an answer to them.
void OnRefusal(Relationship& r, const Act& act, const MomentContext& c) {
  const bool revokes = act.statement == Statement::kConsent;
  Close(r, CloseCause::kRefused, c, [&](const OpenMoment& m) {
    return IsOutreach(m.kind) &&
           (act.at >= m.cause_at || (revokes && m.kind == MomentKind::kBecameReady));
  });
  ForgetWaiting(r, act.at);
}

// Ends what the new state of affairs makes moot.
void CloseMoot(Relationship& r, Stage before, const MomentContext& c) {
  if (r.stage == Stage::kResting) {
    CloseOutreach(r, CloseCause::kRest, c);
    ForgetWaiting(r, c.now);
  }
  if (before == Stage::kReady && r.stage != Stage::kReady) {
    CloseKind(r, MomentKind::kBecameReady, CloseCause::kStageEnded, c);
  }
}

// --- what an act opens

bool Waits(const Relationship& r, const Act& act) {
  if (!act.reply_like || act.settled) return false;
  if (act.at == r.last_event) return true;  // nothing is later
  for (const Tie& tie : r.ties.all()) {
    if (tie.last_ours > act.at) return false;  // somebody of us has spoken since
  }
  return true;
}

void NoteWaiting(Relationship& r, const Act& act) {
  WaitingAct waiting{act.at, act.hash, act.owners.empty() ? kNobody : act.owners[0],
                     act.signal == SignalClass::kQuestion || act.signal == SignalClass::kForm};
  auto& list = r.extra().waiting;
  if (list.size() == kMaxWaiting)
    list.erase(list.begin() + 1);  // the oldest and the newest tell enough
  list.insert(std::upper_bound(list.begin(), list.end(), waiting.at,
                               [](Instant at, const WaitingAct& w) { return at < w.at; }),
              waiting);
}

void OpenWaiting(Relationship& r, const WaitingAct& act, const MomentContext& c) {
  const Verdict verdict = MaySuggest(r, c.now, c.model, c.policy);
  if (verdict.reason == GuardReason::kErased || verdict.reason == GuardReason::kRest) return;
  const OwnerIndex owner =
      act.owner != kNobody ? act.owner : ChooseOwner(r, c.now, c.model, c.owners);
  MomentChange change = Of(MomentKind::kWaitsForUs, owner, act.hash, Initiator::kPerson);
  change.verdict.give_first = verdict.give_first;
  change.subject_time = act.at;
  change.moment.cause_at = act.at;
  Open(r, std::move(change), c.policy.waits_expire, c);
}

void OpenReady(Relationship& r, const Act& act, const MomentContext& c) {
  if (r.stage != Stage::kReady || r.ready_used) return;
  const Verdict verdict = MaySuggest(r, c.now, c.model, c.policy);
  if (!verdict.allowed()) return;  // not opened by the guard's end, but by their next act
  CloseKind(r, MomentKind::kWaitsForUs, CloseCause::kSuperseded, c);
  ForgetWaiting(r, act.at);  // told by this one: it does not come back as another
  r.ready_used = true;
  MomentChange change = Of(MomentKind::kBecameReady, ChooseOwner(r, c.now, c.model, c.owners),
                           act.hash, Initiator::kPerson);
  change.verdict = verdict;
  change.moment.cause_at = act.at;
  Open(r, std::move(change), c.policy.ready_expire, c);
}

void OpenOutreach(Relationship& r, const Act& act, const MomentContext& c) {
  if (!act.TheirAct() || r.stage == Stage::kResting) return;
  if (Waits(r, act)) NoteWaiting(r, act);
  OpenReady(r, act, c);
  if (r.OpenOutreach() != nullptr || r.extras == nullptr) return;
  for (const WaitingAct& waiting : r.extras->waiting) {
    if (!waiting.at_once || waiting.hash != act.hash) continue;
    OpenWaiting(r, WaitingAct(waiting), c);
    return;
  }
}

bool Unasked(const Act& act, const Folded& folded) {
  return act.touch && !folded.solicited && act.unsolicited;
}

void CountBooked(Relationship& r, const Act& act, const Folded& folded) {
  if (!Unasked(act, folded)) return;
  r.booked = static_cast<uint8_t>(std::min<size_t>(kAnyBooked, r.booked + act.owners.size()));
}

// Counts unsolicited touches against the budget: those of its window since their last reply-like
// act, for who answers is not over-contacted (docs/decisions/2026-11-25-over-contacted.md). The
// rings are scanned only when the touches since the last count could have used it up.
void OpenOverContacted(Relationship& r, const Act& act, const Folded& folded,
                       const MomentContext& c) {
  if (!Unasked(act, folded)) return;
  if (r.booked <= c.policy.budget || r.Open(MomentKind::kOverContacted) != nullptr) return;
  const Instant since = std::max(r.LastReply(), c.now - c.policy.budget_window);
  const int count = UnsolicitedSince(r, since).count;
  r.booked = static_cast<uint8_t>(std::clamp(count, 0, 255));
  if (count <= c.policy.budget) return;
  const OwnerIndex owner = act.owners.empty() ? c.owners.pool : act.owners[0];
  Open(r, Of(MomentKind::kOverContacted, owner, act.hash, Initiator::kUs), c.policy.care_expire, c);
  if (c.owners.pool == kNobody || c.owners.pool == owner) return;
  Open(r, Of(MomentKind::kOverContacted, c.owners.pool, act.hash, Initiator::kUs),
       c.policy.care_expire, c);
}

void OpenCare(Relationship& r, const Act& act, const Folded& folded, const MomentContext& c) {
  OpenOverContacted(r, act, folded, c);
  if (act.statement == Statement::kJobChanged) {
    MomentChange change = Of(MomentKind::kLifeEvent, ChooseOwner(r, c.now, c.model, c.owners),
                             act.hash, act.initiator);
    change.subject = act.subject;
    Open(r, std::move(change), c.policy.life_event_expire, c);
  }
  if (act.statement == Statement::kFeedback) {
    const OwnerIndex team = c.owners.product != kNobody ? c.owners.product : c.owners.pool;
    MomentChange change = Of(MomentKind::kProductFeedback, team, act.hash, act.initiator);
    change.subject = act.subject;
    Open(r, std::move(change), c.policy.care_expire, c);
  }
}

// --- what time brings

void ExpireMoments(Relationship& r, const MomentContext& c) {
  Instant waited_until;
  for (const OpenMoment& m : r.open_moments()) {
    if (m.kind == MomentKind::kWaitsForUs && m.expires <= c.now) waited_until = m.opened;
  }
  Close(r, CloseCause::kExpired, c, [&](const OpenMoment& m) { return m.expires <= c.now; });
  if (waited_until.is_set()) ForgetWaiting(r, waited_until);
}

Instant WaitsFrom(const WaitingAct& w, const Policy& policy) {
  return w.at_once ? w.at : w.at + policy.waits_after;
}

void OpenWaitingByTime(Relationship& r, const MomentContext& c) {
  if (r.OpenOutreach() != nullptr || r.stage == Stage::kResting) return;
  for (const WaitingAct& w : r.extras->waiting) {
    if (WaitsFrom(w, c.policy) > c.now) continue;
    const WaitingAct due = w;
    OpenWaiting(r, due, c);
    if (r.OpenOutreach() == nullptr) ForgetWaiting(r, due.at);  // a guard held it
    return;
  }
}

void ForgetOldWaiting(Relationship& r, const MomentContext& c) {
  auto& waiting = r.extras->waiting;
  waiting.erase(std::remove_if(waiting.begin(), waiting.end(),
                               [&](const WaitingAct& w) {
                                 return WaitsFrom(w, c.policy) + c.policy.waits_expire <= c.now;
                               }),
                waiting.end());
}

void OpenPromises(Relationship& r, const MomentContext& c) {
  for (int i = 0; i < r.PartCount(); ++i) {
    if (r.WishesAt(i).promises.empty()) continue;
    for (Promise& p : r.WishesAt(i).promises) {
      if (p.state != kPromiseOpen || p.told || !p.due.is_set() ||
          p.due - c.policy.promise_before > c.now)
        continue;
      p.told = true;
      const SpanSeconds life = (p.due + c.policy.promise_after) - c.now;
      if (life <= 0 || p.by == kNobody) continue;
      MomentChange change = Of(MomentKind::kPromiseDue, p.by, StableHash(p.id), Initiator::kUs);
      change.subject = p.id;
      change.subject_time = p.due;
      Open(r, std::move(change), life, c);
    }
  }
}

// The rest that ends last among those of all parts whose end has come and was not told.
const Rest* EndedRest(const Relationship& r, Instant now) {
  const Rest* ended = nullptr;
  for (int i = 0; i < r.PartCount(); ++i) {
    const Rest& rest = r.WishesAt(i).rest;
    if (!rest.until.is_set() || rest.until > now || rest.until <= r.extras->rest_told) continue;
    if (ended == nullptr || rest.until > ended->until) ended = &rest;
  }
  return ended;
}

// Their rest is over: told once, while it is news. Not when they ended it themselves by writing,
// and not while another wish holds.
void OpenRestOver(Relationship& r, const MomentContext& c) {
  const Rest* rest = EndedRest(r, c.now);
  if (rest == nullptr) return;
  r.extras->rest_told = rest->until;
  if (rest->ended > rest->stated || r.LastReply() > rest->stated || Resting(r, c.now) ||
      c.now - rest->until > c.policy.fresh)
    return;
  MomentChange change = Of(MomentKind::kRestOver, ChooseOwner(r, c.now, c.model, c.owners),
                           static_cast<uint64_t>(rest->until.seconds()), Initiator::kPerson);
  change.subject_time = rest->until;
  Open(r, std::move(change), c.policy.care_expire, c);
}

void OpenCooling(Relationship& r, const MomentContext& c) {
  if (!r.cooling_check.is_set() || r.cooling_check > c.now) return;
  r.cooling_check = Instant::Never();
  for (Tie& tie : r.ties.all()) {
    const Instant not_before(tie.cools_day * kDay);
    if (not_before > c.now) {  // most: a person may have hundreds of ties
      r.cooling_check = std::min(r.cooling_check, not_before);
      continue;
    }
    const Instant cools = CoolsAt(tie, c.model, c.policy);
    tie.cools_day = DayOf(cools);
    if (cools > c.now) {
      r.cooling_check = std::min(r.cooling_check, cools);
      continue;
    }
    c.before_tie_change(tie);
    tie.cooled = true;
    const bool news = c.now - cools <= c.policy.fresh && cools > tie.last_theirs;
    if (!news || r.stage == Stage::kResting || IsRevoked(r, 0, 1, c.now)) continue;
    Open(r,
         Of(MomentKind::kCooling, tie.owner, static_cast<uint64_t>(cools.seconds()),
            Initiator::kNone),
         c.policy.cooling_expire, c);
  }
}

void WatchCooling(Relationship& r, const Act& act, const MomentContext& c) {
  if (!act.message && !act.our_message) return;
  for (const OwnerIndex owner : act.owners) {
    for (int i = 0; i < r.PartCount(); ++i) {
      Tie* tie = r.ties.Find(owner, i);
      if (tie == nullptr) continue;
      const Instant cools = CoolsAt(*tie, c.model, c.policy);
      tie->cools_day = DayOf(cools);
      if (cools <= tie->last_theirs) {  // they wrote and it is cool still: no news
        c.before_tie_change(*tie);      // it may be of another part than the act
        tie->cooled = true;
        continue;
      }
      if (!r.cooling_check.is_set() || cools < r.cooling_check) r.cooling_check = cools;
    }
  }
}

}  // namespace

Instant CoolsAt(const Tie& tie, const ScoringModel& model, const Policy& policy) {
  const auto enough = static_cast<uint32_t>(policy.cooling_acts);
  if (tie.cooled || tie.received < enough || tie.sent < enough || tie.peak_strength <= 0)
    return Instant::Never();
  // strength = 1 - 2^(-x / 3), x = sqrt(theirs * ours) falling with the half-life of messages.
  const double x = std::sqrt(tie.theirs * tie.ours);
  const double wanted = -3 * std::log2(1 - policy.cooling_share * tie.peak_strength);
  if (wanted <= 0) return Instant::Never();
  const double age = std::log2(x / wanted) / model.tie_message_per_second;
  return tie.reference + (static_cast<SpanSeconds>(std::floor(age)) + 1);
}

OwnerIndex ChooseOwner(const Relationship& r, Instant now, const ScoringModel& model,
                       const Owners& owners) {
  if (owners.crm_owner != kNobody) return owners.crm_owner;
  const Tie* best = nullptr;
  const auto order = [&](const Tie& tie) {
    return std::tuple(tie.StrengthAt(now, model), std::max(tie.last_theirs, tie.last_ours),
                      tie.claimed);
  };
  for (const Tie& tie : r.ties.all()) {
    if (best == nullptr || order(tie) > order(*best) ||
        (order(tie) == order(*best) && owners.name(tie.owner) < owners.name(best->owner)))
      best = &tie;
  }
  if (best != nullptr) return best->owner;
  return owners.account_owner != kNobody ? owners.account_owner : owners.pool;
}

void AfterAct(Relationship& r, const Act& act, const Folded& folded, bool fresh, Stage stage_before,
              const MomentContext& c) {
  if (act.statement == Statement::kErasure) return CloseAll(r, CloseCause::kErased, c);
  if (act.touch || act.met) OnTouch(r, act, c);
  if (act.TheirAct()) OnTheirAct(r, act, c);
  if (folded.promise_changed) OnPromise(r, act, c);
  CloseMoot(r, stage_before, c);
  if (act.refusal) OnRefusal(r, act, c);
  WatchCooling(r, act, c);
  CountBooked(r, act, folded);
  if (!fresh) return;
  OpenOutreach(r, act, c);
  OpenCare(r, act, folded, c);
}

void AfterTime(Relationship& r, Stage stage_before, const MomentContext& c) {
  CloseMoot(r, stage_before, c);
  if (r.extras != nullptr) {
    ExpireMoments(r, c);
    OpenWaitingByTime(r, c);
    ForgetOldWaiting(r, c);
    OpenPromises(r, c);
    OpenRestOver(r, c);
  }
  OpenCooling(r, c);
}

void CloseAll(Relationship& r, CloseCause cause, const MomentContext& c) {
  Close(r, cause, c, [](const OpenMoment&) { return true; });
  ForgetWaiting(r, Instant::Never());
}

Instant MomentDue(const Relationship& r, const Policy& policy) {
  Instant due = r.cooling_check.is_set() ? r.cooling_check : Instant::Never();
  if (r.extras == nullptr) return due;
  for (const OpenMoment& m : r.extras->open) due = std::min(due, m.expires);
  for (const WaitingAct& w : r.extras->waiting) {
    const Instant from = WaitsFrom(w, policy);
    const Instant forgotten = from + policy.waits_expire;
    due =
        std::min(due, r.OpenOutreach() == nullptr && r.stage != Stage::kResting ? from : forgotten);
  }
  for (int i = 0; i < r.PartCount(); ++i) {
    for (const Promise& p : r.WishesAt(i).promises) {
      if (p.state == kPromiseOpen && !p.told && p.due.is_set())
        due = std::min(due, p.due - policy.promise_before);
    }
    const Rest& rest = r.WishesAt(i).rest;
    if (rest.until.is_set() && r.extras->rest_told < rest.until) due = std::min(due, rest.until);
  }
  return due;
}

}  // namespace tend::model
