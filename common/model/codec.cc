#include "common/model/codec.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/model/person_key.h"
#include "common/model/readiness.h"
#include "tend/v1/person_event.pb.h"
#include "tend/v1/relationship.pb.h"

namespace tend::model {
namespace {

constexpr int kSchemaVersion = 1;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }
void Assign(absl::string_view value, std::string* field) {
  field->assign(value.data(), value.size());
}

// Records are cleared and written anew: Clear keeps the memory of their times and strings. A time
// that is not set stays cleared.
template <typename Mutable>
void Put(Instant at, Mutable mutable_time) {
  if (at.is_set()) mutable_time()->set_seconds(at.seconds());
}
#define TEND_PUT(at, message, field) Put(at, [&] { return (message)->mutable_##field(); })

Instant Get(bool has, const google::protobuf::Timestamp& time) {
  return has ? Instant(time.seconds()) : Instant();
}
#define TEND_GET(message, field) Get((message).has_##field(), (message).field())

void EncodePart(const PersonKey& origin, const Part& part, v1::Part* out) {
  PrintPersonKey(origin, out->mutable_origin_id());
  TEND_PUT(part.reference, out, reference_time);
  part.ForEachValue([out](SignalClass signal, double value) {
    v1::Accumulator* a = out->add_accumulators();
    a->set_signal_class(static_cast<v1::SignalClass>(signal));
    a->set_value(value);
  });
  TEND_PUT(part.first, out, first_time);
  TEND_PUT(part.last_act, out, last_act_time);
  TEND_PUT(part.last_reply, out, last_reply_time);
  out->set_touches(part.touches);
  out->set_answers(part.answers);
  for (const LastSignal& s : part.last_signals()) {
    v1::LastSignal* last = out->add_last_signals();
    last->set_signal_class(static_cast<v1::SignalClass>(Index(s.signal())));
    last->set_minute(s.minute());
    last->set_interaction_hash(s.hash());
  }
}

void EncodeOwnerClaim(OwnerClaim claim, const Names& names, v1::Part* out) {
  Assign(names.OwnerId(claim.owner), out->mutable_owner_id());
  TEND_PUT(Instant(claim.day * kDay), out, owner_time);
}

OwnerClaim DecodeOwnerClaim(const v1::Part& in, Names& names) {
  return {names.Owner(View(in.owner_id())), DayOf(TEND_GET(in, owner_time))};
}

// Written before parts had claims of their own, a record has none.
bool HasOwnerClaims(const v1::Relationship& in) {
  return std::any_of(in.parts().begin(), in.parts().end(),
                     [](const v1::Part& part) { return part.has_owner_time(); });
}

void EncodeWishes(const Wishes& wishes, const Names& names, v1::Part* out) {
  for (const Consent& c : wishes.consents) {
    v1::Consent* consent = out->add_consents();
    consent->set_channel(static_cast<v1::Channel>(c.channel));
    consent->set_purpose(static_cast<v1::ConsentPurpose>(c.purpose));
    consent->set_status(c.given ? v1::CONSENT_STATUS_GIVEN : v1::CONSENT_STATUS_REVOKED);
    TEND_PUT(c.stated, consent, state_time);
    TEND_PUT(c.expires, consent, expire_time);
    consent->set_source(c.source);
  }
  TEND_PUT(wishes.rest.ended, out, rest_ended_time);
  if (wishes.rest.stated.is_set()) {
    v1::Rest* rest = out->mutable_rest();
    TEND_PUT(wishes.rest.stated, rest, state_time);
    TEND_PUT(wishes.rest.until, rest, until_time);
    if (!wishes.rest.until.is_set()) rest->set_until_they_write(true);
    rest->set_words(wishes.rest.words);
    rest->set_stated_by(wishes.rest.stated_by);
    rest->set_source(wishes.rest.source);
  }
  for (const Promise& p : wishes.promises) {
    v1::Promise* promise = out->add_promises();
    promise->set_promise_id(p.id);
    TEND_PUT(p.due, promise, due_time);
    Assign(names.OwnerId(p.by), promise->mutable_by_owner_id());
    promise->set_state(static_cast<v1::PromiseState>(p.state));
    if (p.told) out->add_told_promise_ids(p.id);
  }
}

Part DecodePart(const v1::Part& in) {
  Part part;
  part.reference = TEND_GET(in, reference_time);
  for (const v1::Accumulator& a : in.accumulators()) {
    if (a.signal_class() > 0 && a.signal_class() < kClasses) {
      part.SetValue(static_cast<SignalClass>(a.signal_class()), a.value());
    }
  }
  part.first = TEND_GET(in, first_time);
  part.last_act = TEND_GET(in, last_act_time);
  part.last_reply = TEND_GET(in, last_reply_time);
  part.touches = static_cast<uint32_t>(in.touches());
  part.answers = static_cast<uint32_t>(in.answers());
  for (const v1::LastSignal& s : in.last_signals()) {
    part.NoteSignal(LastSignal(static_cast<SignalClass>(s.signal_class()), Instant(s.minute() * 60),
                               s.interaction_hash()));
  }
  return part;
}

Wishes DecodeWishes(const v1::Part& in, Names& names) {
  Wishes wishes;
  for (const v1::Consent& c : in.consents()) {
    Consent consent;
    consent.channel = static_cast<uint8_t>(c.channel());
    consent.purpose = static_cast<uint8_t>(c.purpose());
    consent.given = c.status() == v1::CONSENT_STATUS_GIVEN;
    consent.stated = TEND_GET(c, state_time);
    consent.expires = TEND_GET(c, expire_time);
    consent.source = c.source();
    wishes.consents.push_back(std::move(consent));
  }
  if (in.has_rest()) {
    wishes.rest.stated = TEND_GET(in.rest(), state_time);
    wishes.rest.until = TEND_GET(in.rest(), until_time);
    wishes.rest.words = in.rest().words();
    wishes.rest.stated_by = in.rest().stated_by();
    wishes.rest.source = in.rest().source();
  }
  wishes.rest.ended = TEND_GET(in, rest_ended_time);
  for (const v1::Promise& p : in.promises()) {
    Promise promise;
    promise.id = p.promise_id();
    promise.due = TEND_GET(p, due_time);
    promise.by = names.Owner(View(p.by_owner_id()));
    promise.state = static_cast<uint8_t>(p.state());
    promise.told =
        std::count(in.told_promise_ids().begin(), in.told_promise_ids().end(), p.promise_id()) > 0;
    wishes.promises.push_back(std::move(promise));
  }
  return wishes;
}

void EncodeTieNumbers(const Tie& tie, const Names& names, v1::Tie* out) {
  out->set_schema_version(kSchemaVersion);
  Assign(names.OwnerId(tie.owner), out->mutable_owner_id());
  TEND_PUT(tie.reference, out, reference_time);
  out->set_theirs(tie.theirs);
  out->set_ours(tie.ours);
  out->set_received(tie.received);
  out->set_sent(tie.sent);
  out->set_touches(tie.touches);
  out->set_answers(tie.answers);
  TEND_PUT(tie.first, out, first_time);
  TEND_PUT(tie.last_theirs, out, last_theirs_time);
  TEND_PUT(tie.last_ours, out, last_ours_time);
  for (const Exchange& e : tie.ring.all()) {
    v1::Exchange* exchange = out->add_exchanges();
    exchange->set_exchange_second(e.at.seconds());
    exchange->set_thread_hash(e.thread);
    exchange->set_ours(e.ours);
    exchange->set_answered(e.answered);
    exchange->set_in_time(e.in_time);
    exchange->set_unsolicited(e.unsolicited);
    exchange->set_stated(e.stated);
  }
  out->set_peak_strength(tie.peak_strength);
  TEND_PUT(tie.peak_at, out, peak_time);
  out->set_claimed(tie.claimed);
  out->set_cooled(tie.cooled);
}

Tie DecodeTieNumbers(const v1::Tie& in, OwnerIndex owner) {
  Tie tie;
  tie.owner = owner;
  tie.reference = TEND_GET(in, reference_time);
  tie.theirs = in.theirs();
  tie.ours = in.ours();
  tie.received = static_cast<uint32_t>(in.received());
  tie.sent = static_cast<uint32_t>(in.sent());
  tie.touches = static_cast<uint32_t>(in.touches());
  tie.answers = static_cast<uint32_t>(in.answers());
  tie.first = TEND_GET(in, first_time);
  tie.last_theirs = TEND_GET(in, last_theirs_time);
  tie.last_ours = TEND_GET(in, last_ours_time);
  Exchange fallen;
  for (const v1::Exchange& e : in.exchanges()) {
    Exchange exchange{Instant(e.exchange_second())};
    exchange.thread = e.thread_hash() & 0xffffff;
    exchange.ours = e.ours();
    exchange.answered = e.answered();
    exchange.in_time = e.in_time();
    exchange.unsolicited = e.unsolicited();
    exchange.stated = e.stated();
    tie.ring.Insert(exchange, &fallen);
  }
  tie.peak_strength = static_cast<float>(in.peak_strength());
  tie.peak_at = TEND_GET(in, peak_time);
  tie.claimed = in.claimed();
  tie.cooled = in.cooled();
  return tie;
}

void EncodeDepartures(const Extras& extras, v1::Relationship* out) {
  out->set_identity_seq(extras.identity_seq);
  for (const Departure& d : extras.departures) {
    v1::Departure* departure = out->add_departures();
    PrintPersonKey(d.origin, departure->mutable_origin_id());
    PrintPersonKey(d.to, departure->mutable_to_person_id());
    departure->set_identity_seq(d.identity_seq);
  }
}

absl::Status DecodeDepartures(const v1::Relationship& in, Extras& extras) {
  extras.identity_seq = static_cast<uint32_t>(in.identity_seq());
  for (const v1::Departure& d : in.departures()) {
    TEND_ASSIGN_OR_RETURN(const PersonKey origin, ParsePersonKey(View(d.origin_id())));
    TEND_ASSIGN_OR_RETURN(const PersonKey to, ParsePersonKey(View(d.to_person_id())));
    extras.departures.push_back({origin, to, static_cast<uint32_t>(d.identity_seq())});
  }
  return absl::OkStatus();
}

// extras: nullptr where there are none.
void EncodeExtras(const Extras* extras, const Names& names, v1::Relationship* out) {
  if (extras == nullptr) return;
  for (const OpenMoment& m : extras->open) {
    v1::OpenMoment* moment = out->add_open_moments();
    moment->set_moment_id(m.id);
    moment->set_kind(static_cast<v1::MomentKind>(m.kind));
    Assign(names.OwnerId(m.owner), moment->mutable_owner_id());
    TEND_PUT(m.opened, moment, open_time);
    TEND_PUT(m.expires, moment, expire_time);
    TEND_PUT(m.cause_at, moment, cause_time);
    moment->set_cause_hash(m.cause);
  }
  for (const WaitingAct& w : extras->waiting) {
    v1::WaitingAct* waiting = out->add_waiting();
    TEND_PUT(w.at, waiting, act_time);
    waiting->set_interaction_hash(w.hash);
    Assign(names.OwnerId(w.owner), waiting->mutable_owner_id());
    waiting->set_at_once(w.at_once);
  }
  if (extras->merged_into != nullptr)
    PrintPersonKey(*extras->merged_into, out->mutable_merged_into_person_id());
  TEND_PUT(extras->rest_told, out, rest_told_time);
  EncodeDepartures(*extras, out);
}

absl::Status DecodeExtras(const v1::Relationship& in, Names& names, Relationship* r) {
  if (in.open_moments().empty() && in.waiting().empty() && in.merged_into_person_id().empty() &&
      in.identity_seq() == 0 && in.departures().empty() && !in.has_rest_told_time()) {
    return absl::OkStatus();
  }
  Extras& extras = r->extra();
  for (const v1::OpenMoment& m : in.open_moments()) {
    extras.open.push_back({static_cast<MomentKind>(m.kind()), names.Owner(View(m.owner_id())),
                           TEND_GET(m, open_time), TEND_GET(m, expire_time),
                           TEND_GET(m, cause_time), m.cause_hash(), m.moment_id()});
  }
  for (const v1::WaitingAct& w : in.waiting()) {
    extras.waiting.push_back({TEND_GET(w, act_time), w.interaction_hash(),
                              names.Owner(View(w.owner_id())), w.at_once()});
  }
  if (!in.merged_into_person_id().empty()) {
    TEND_ASSIGN_OR_RETURN(const PersonKey into, ParsePersonKey(View(in.merged_into_person_id())));
    extras.merged_into = std::make_unique<PersonKey>(into);
  }
  extras.rest_told = TEND_GET(in, rest_told_time);
  TEND_RETURN_IF_ERROR(DecodeDepartures(in, extras));
  if (extras.merged_into != nullptr && in.departures().empty())  // before departures were kept
    extras.departures.push_back({r->person, *extras.merged_into, extras.identity_seq});
  return absl::OkStatus();
}

// Takes back what an earlier record said. The joined parts become those of `record`, empty and in
// its order; ties stay with their parts, and go with a part that is not there any more.
absl::Status StartOver(const v1::Relationship& record, Relationship* r) {
  std::vector<JoinedPart> joined;
  for (const v1::Part& part : record.parts()) {
    TEND_ASSIGN_OR_RETURN(const PersonKey origin, ParsePersonKey(View(part.origin_id())));
    if (origin != r->person) joined.push_back({origin, {}, {}, {}});
  }
  const std::unique_ptr<Extras> before = std::move(r->extras);
  r->part = Part();
  if (!joined.empty()) r->extra().joined = std::move(joined);
  if (before == nullptr || before->joined.empty()) return absl::OkStatus();
  const std::vector<Tie> ties(r->ties.all().begin(), r->ties.all().end());
  for (const Tie& tie : ties) r->ties.Remove(tie.owner, tie.origin);
  for (const Tie& tie : ties) {
    const int part = tie.origin == 0 ? 0 : r->FindPart(before->joined[tie.origin - 1].origin);
    if (part < 0) continue;
    Tie& place = r->ties.At(tie.owner, part);
    place = tie;
    place.origin = static_cast<uint16_t>(part);
  }
  return absl::OkStatus();
}

absl::Status UnknownSchema(int version) {
  return absl::DataLossError(
      absl::StrCat("schema_version ", version, " is not known here; expected ", kSchemaVersion));
}

}  // namespace

void Encode(const Relationship& r, const Names& names, double readiness, Instant due, Instant now,
            absl::string_view model_version, v1::Relationship* out) {
  out->Clear();
  out->set_schema_version(kSchemaVersion);
  PrintPersonKey(r.person, out->mutable_person_id());
  out->set_version(r.version);
  out->set_input_offset(r.input_offset);
  out->set_erased(r.erased);
  if (r.erased && r.extras != nullptr) EncodeDepartures(*r.extras, out);
  if (r.erased) return;
  Assign(model_version, out->mutable_model_version());
  for (int i = 0; i < r.PartCount(); ++i) {
    v1::Part* part = out->add_parts();
    EncodePart(i == 0 ? r.person : r.extras->joined[i - 1].origin, r.PartAt(i), part);
    EncodeWishes(r.WishesAt(i), names, part);
    if (r.PartCount() > 1) EncodeOwnerClaim(OwnerClaimAt(r, i, names), names, part);
    part->set_identity_seq(i == 0 ? 0 : r.extras->joined[i - 1].identity_seq);
  }
  TEND_PUT(now, out, as_of_time);
  out->set_readiness(readiness);
  TEND_PUT(due.is_never() ? Instant() : due, out, next_due_time);
  out->set_stage(static_cast<v1::Stage>(r.stage));
  TEND_PUT(r.stage_since, out, stage_time);
  out->set_stage_cause(static_cast<v1::StageCause>(r.stage_cause));
  out->set_stage_cause_hash(r.stage_cause_hash);
  TEND_PUT(r.below_since, out, below_time);
  TEND_PUT(r.last_event, out, last_event_time);
  out->set_ready_moment_used(r.ready_used);
  const Profile& profile = names.ProfileAt(r.profile);
  out->set_account_id(profile.account_id);
  out->set_time_zone(profile.time_zone);
  const OwnerClaim claim = CrmOwner(r, names);
  Assign(names.OwnerId(claim.owner), out->mutable_owner_id());
  TEND_PUT(Instant(claim.day * kDay), out, owner_time);
  Assign(names.OwnerId(profile.account_owner), out->mutable_account_owner_id());
  EncodeExtras(r.extras.get(), names, out);
}

void Encode(const Relationship& r, const Tie& tie, const Names& names, Instant now,
            const ScoringModel& model, v1::Tie* out) {
  out->Clear();
  EncodeTieNumbers(tie, names, out);
  PrintPersonKey(r.person, out->mutable_person_id());
  PrintPersonKey(tie.origin == 0 ? r.person : r.extras->joined[tie.origin - 1].origin,
                 out->mutable_origin_id());
  out->set_z(TieTerms(r, tie.owner, now, model));
  out->set_strength(tie.StrengthAt(now, model));
  out->set_version(r.version);
}

absl::Status Decode(const v1::Relationship& in, Names& names, Relationship* r) {
  if (in.schema_version() != kSchemaVersion) return UnknownSchema(in.schema_version());
  TEND_RETURN_IF_ERROR(StartOver(in, r));
  r->profile =
      names.ProfileIndex({in.account_id(), in.time_zone(), names.Owner(View(in.owner_id())),
                          names.Owner(View(in.account_owner_id()))});
  r->crm_owner_day = DayOf(TEND_GET(in, owner_time));
  const bool claims_by_part = HasOwnerClaims(in);
  for (const v1::Part& part : in.parts()) {
    TEND_ASSIGN_OR_RETURN(const PersonKey origin, ParsePersonKey(View(part.origin_id())));
    const int index = PartIndex(*r, origin);
    r->PartAt(index) = DecodePart(part);
    Wishes wishes = DecodeWishes(part, names);
    if (!wishes.empty()) r->WishesAt(index) = std::move(wishes);
    if (claims_by_part) SetOwnerClaim(*r, index, DecodeOwnerClaim(part, names), names);
    if (index > 0)
      r->extras->joined[index - 1].identity_seq = static_cast<uint32_t>(part.identity_seq());
  }
  r->version = static_cast<uint32_t>(in.version());
  r->input_offset = in.input_offset();
  r->erased = in.erased();
  r->stage = static_cast<Stage>(in.stage());
  r->stage_since = TEND_GET(in, stage_time);
  r->stage_cause = static_cast<StageCause>(in.stage_cause());
  r->stage_cause_hash = in.stage_cause_hash();
  r->below_since = TEND_GET(in, below_time);
  r->last_event = TEND_GET(in, last_event_time);
  r->ready_used = in.ready_moment_used();
  return DecodeExtras(in, names, r);
}

absl::Status Decode(const v1::Tie& in, Names& names, Relationship* r) {
  if (in.schema_version() != kSchemaVersion) return UnknownSchema(in.schema_version());
  TEND_ASSIGN_OR_RETURN(const PersonKey origin, ParsePersonKey(View(in.origin_id())));
  const int index = PartIndex(*r, origin);
  const OwnerIndex owner = names.Owner(View(in.owner_id()));
  Tie& tie = r->ties.At(owner, index);
  tie = DecodeTieNumbers(in, owner);
  tie.origin = static_cast<uint16_t>(index);
  return absl::OkStatus();
}

void ForgetTie(absl::string_view tie_key, Names& names, Relationship* r) {
  const std::optional<TieKeyParts> key = ParseTieKey(tie_key);
  if (!key.has_value()) return;
  const OwnerIndex owner = names.Owner(key->owner_id);
  const int part = r->FindPart(key->origin);
  if (part >= 0) r->ties.Remove(owner, part);
}

void Restored(Relationship& r, const Policy& policy) {
  RecountUnanswered(r);
  RecountConversing(r, policy.conversing);
  InvalidateBounds(r);
  r.booked = kAnyBooked;
  r.cooling_check = r.ties.size() > 0 ? Instant(1) : Instant();
}

void Encode(const MovedPart& moved, const Names& names, v1::PartMoved* out) {
  EncodePart(moved.origin, moved.part, out->mutable_part());
  EncodeWishes(moved.wishes, names, out->mutable_part());
  EncodeOwnerClaim(moved.owner_claim, names, out->mutable_part());
  out->set_identity_seq(moved.identity_seq);
  for (const Tie& tie : moved.ties) {
    v1::Tie* record = out->add_ties();
    EncodeTieNumbers(tie, names, record);
    record->set_origin_id(out->part().origin_id());
  }
}

absl::StatusOr<MovedPart> Decode(const v1::PartMoved& in, Names& names) {
  MovedPart moved;
  TEND_ASSIGN_OR_RETURN(moved.origin, ParsePersonKey(View(in.part().origin_id())));
  moved.identity_seq = static_cast<uint32_t>(in.identity_seq());
  moved.part = DecodePart(in.part());
  moved.wishes = DecodeWishes(in.part(), names);
  moved.owner_claim = DecodeOwnerClaim(in.part(), names);
  for (const v1::Tie& tie : in.ties()) {
    if (tie.schema_version() != kSchemaVersion) return UnknownSchema(tie.schema_version());
    moved.ties.push_back(DecodeTieNumbers(tie, names.Owner(View(tie.owner_id()))));
  }
  return moved;
}

}  // namespace tend::model
