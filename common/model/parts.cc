#include "common/model/parts.h"

#include <algorithm>
#include <utility>

#include "common/model/readiness.h"

namespace tend::model {
namespace {

std::vector<Tie> TakeTies(Relationship& r, int index) {
  std::vector<Tie> taken;
  for (const Tie& tie : r.ties.all()) {
    if (tie.origin == index) taken.push_back(tie);
  }
  for (const Tie& tie : taken) r.ties.Remove(tie.owner, index);
  return taken;
}

// After the joined part at `index` is gone, the ones behind it move up.
void CloseGap(Relationship& r, int index) {
  for (Tie& tie : r.ties.all()) {
    if (tie.origin > index) --tie.origin;
  }
}

void Recount(Relationship& r, SpanSeconds conversing) {
  RecountUnanswered(r);
  RecountConversing(r, conversing);
  InvalidateBounds(r);
  Instant last = r.LastAct();
  for (const Tie& tie : r.ties.all()) last = std::max({last, tie.last_theirs, tie.last_ours});
  r.last_event = std::max(r.last_event, last);
  r.booked = kAnyBooked;
  r.cooling_check = r.ties.size() > 0 ? Instant(1) : Instant();
}

void Add(const Part& from, const ScoringModel& model, Part& to) {
  const auto earlier = [](Instant a, Instant b) {
    return !a.is_set() || (b.is_set() && b < a) ? b : a;
  };
  for (int c = 1; c < kClasses; ++c) {
    const auto signal = static_cast<SignalClass>(c);
    if (from.Has(signal)) to.Add(signal, from.reference, from.RawValue(signal), model);
  }
  for (const LastSignal& signal : from.last_signals()) to.NoteSignal(signal);
  to.first = earlier(to.first, from.first);
  to.last_act = std::max(to.last_act, from.last_act);
  to.last_reply = std::max(to.last_reply, from.last_reply);
  to.touches += from.touches;
  to.answers += from.answers;
}

void Add(const Promise& from, std::vector<Promise>& to) {
  constexpr uint8_t kOpen = 1;  // v1.PROMISE_STATE_OPEN
  const auto held = std::find_if(to.begin(), to.end(),
                                 [&from](const Promise& promise) { return promise.id == from.id; });
  if (held == to.end()) return to.push_back(from);
  const bool told = held->told || from.told;
  if (held->state == kOpen) held->state = from.state;  // an outcome ends it, wherever it came in
  held->told = told;
}

void Add(const Wishes& from, Wishes& to) {
  for (const Consent& consent : from.consents) to.State(consent);
  const Instant ended = std::max(from.rest.ended, to.rest.ended);
  if (from.rest.stated.is_set()) to.State(from.rest);
  to.rest.ended = ended;
  for (const Promise& promise : from.promises) Add(promise, to.promises);
}

// The two are of one owner and origin.
void Add(const Tie& from, const ScoringModel& model, Tie& to) {
  const Instant reference = std::max(from.reference, to.reference);
  const double theirs = from.TheirsAt(reference, model) + to.TheirsAt(reference, model);
  const double ours = from.OursAt(reference, model) + to.OursAt(reference, model);
  to.reference = reference, to.theirs = theirs, to.ours = ours;
  to.received += from.received, to.sent += from.sent;
  to.touches += from.touches, to.answers += from.answers;
  if (!to.first.is_set() || (from.first.is_set() && from.first < to.first)) to.first = from.first;
  to.last_theirs = std::max(to.last_theirs, from.last_theirs);
  to.last_ours = std::max(to.last_ours, from.last_ours);
  if (from.peak_strength > to.peak_strength) {
    to.peak_strength = from.peak_strength;
    to.peak_at = from.peak_at;
  }
  Exchange fallen;
  for (const Exchange& exchange : from.ring.all()) to.ring.Insert(exchange, &fallen);
  to.claimed |= from.claimed;
  to.cooled &= from.cooled;
  to.cools_day = 0;
}

}  // namespace

OwnerClaim OwnerClaimAt(const Relationship& r, int part, const Names& names) {
  if (part > 0) return r.extras->joined[part - 1].owner_claim;
  return {names.ProfileAt(r.profile).crm_owner, r.crm_owner_day};
}

OwnerClaim CrmOwner(const Relationship& r, const Names& names) {
  OwnerClaim latest = OwnerClaimAt(r, 0, names);
  for (int i = 1; i < r.PartCount(); ++i) {
    const OwnerClaim claim = OwnerClaimAt(r, i, names);
    if (claim.day > latest.day) latest = claim;
  }
  return latest;
}

void SetOwnerClaim(Relationship& r, int part, OwnerClaim claim, Names& names) {
  if (part > 0) {
    r.extras->joined[part - 1].owner_claim = claim;
    return;
  }
  r.crm_owner_day = claim.day;
  const Profile& held = names.ProfileAt(r.profile);
  if (held.crm_owner == claim.owner) return;
  Profile profile = held;
  profile.crm_owner = claim.owner;
  r.profile = names.ProfileIndex(profile);
}

int PartIndex(Relationship& r, const PersonKey& origin) {
  if (const int index = r.FindPart(origin); index >= 0) return index;
  r.extra().joined.push_back({origin, {}, {}, {}});
  return r.PartCount() - 1;
}

const Departure* DepartureAfter(const Relationship& r, const PersonKey& origin,
                                uint32_t identity_seq) {
  if (r.extras == nullptr) return nullptr;
  for (const Departure& departure : r.extras->departures) {
    if (departure.identity_seq <= identity_seq) continue;
    if (departure.origin == origin || departure.origin == r.person) return &departure;
  }
  return nullptr;
}

void NoteHere(Relationship& r, int part, uint32_t identity_seq) {
  if (r.extras == nullptr) return;
  r.extras->merged_into = nullptr;
  if (part == 0) return;
  uint32_t& known = r.extras->joined[part - 1].identity_seq;
  known = std::max(known, identity_seq);
}

uint32_t HereAt(const Relationship& r, const PersonKey& origin) {
  const int part = r.FindPart(origin);
  return part > 0 ? r.extras->joined[part - 1].identity_seq : 0;
}

MovedPart TakePart(Relationship& r, const PersonKey& origin, Names& names, SpanSeconds conversing) {
  MovedPart moved;
  moved.origin = origin;
  const int index = r.FindPart(origin);
  if (index < 0) return moved;
  moved.ties = TakeTies(r, index);
  moved.owner_claim = OwnerClaimAt(r, index, names);
  SetOwnerClaim(r, index, {}, names);
  if (index == 0) {
    moved.part = std::exchange(r.part, Part());
    if (r.extras != nullptr) moved.wishes = std::exchange(r.extras->wishes, Wishes());
  } else {
    JoinedPart& joined = r.extras->joined[index - 1];
    moved.part = std::move(joined.part);
    moved.wishes = std::move(joined.wishes);
    moved.identity_seq = joined.identity_seq;
    r.extras->joined.erase(r.extras->joined.begin() + (index - 1));
    CloseGap(r, index);
  }
  Recount(r, conversing);
  return moved;
}

std::vector<MovedPart> TakeParts(Relationship& r, Names& names, SpanSeconds conversing,
                                 uint32_t before) {
  std::vector<MovedPart> all;
  for (int i = r.PartCount() - 1; i > 0; --i) {
    const JoinedPart& joined = r.extras->joined[i - 1];
    if (joined.identity_seq < before)
      all.push_back(TakePart(r, PersonKey(joined.origin), names, conversing));
  }
  r.last_event = Instant();  // that of what stays
  all.push_back(TakePart(r, r.person, names, conversing));
  std::reverse(all.begin(), all.end());
  return all;
}

void PutPart(Relationship& r, MovedPart moved, Names& names, SpanSeconds conversing) {
  const int index = PartIndex(r, moved.origin);
  TakeTies(r, index);
  r.PartAt(index) = std::move(moved.part);
  if (index > 0 || r.extras != nullptr || !moved.wishes.empty())
    r.WishesAt(index) = std::move(moved.wishes);
  if (index > 0) r.extras->joined[index - 1].identity_seq = moved.identity_seq;
  SetOwnerClaim(r, index, moved.owner_claim, names);
  for (Tie& tie : moved.ties) {
    Tie& place = r.ties.At(tie.owner, index);
    place = std::move(tie);
    place.origin = static_cast<uint16_t>(index);
  }
  Recount(r, conversing);
}

void JoinPart(Relationship& r, MovedPart moved, Names& names, const ScoringModel& model,
              SpanSeconds conversing) {
  if (r.FindPart(moved.origin) >= 0) {
    const MovedPart here = TakePart(r, moved.origin, names, conversing);
    Add(here.part, model, moved.part);
    Add(here.wishes, moved.wishes);
    if (here.owner_claim.day >= moved.owner_claim.day) moved.owner_claim = here.owner_claim;
    moved.identity_seq = std::max(moved.identity_seq, here.identity_seq);
    for (const Tie& tie : here.ties) {
      const auto same = std::find_if(moved.ties.begin(), moved.ties.end(),
                                     [&tie](const Tie& other) { return other.owner == tie.owner; });
      same == moved.ties.end() ? moved.ties.push_back(tie) : Add(tie, model, *same);
    }
  }
  PutPart(r, std::move(moved), names, conversing);
}

}  // namespace tend::model
