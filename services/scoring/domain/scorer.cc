#include "services/scoring/domain/scorer.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/model/act.h"
#include "common/model/fold.h"
#include "common/model/person_key.h"
#include "services/scoring/domain/moment_message.h"

namespace tend::scoring {
namespace {

using model::Act;
using model::Instant;
using model::MomentContext;
using model::PersonKey;
using model::Relationship;
using model::Stage;
using model::StageCause;
using model::Statement;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

absl::Status Named(const absl::Status& status, const char* field) {
  return Annotate(status, field);
}

// What OnTime may change of a person's own state; a record is written only when it did.
auto Fingerprint(const Relationship& r) {
  size_t open = 0, waiting = 0, told = 0;
  Instant rest_told;
  if (r.extras != nullptr) {
    open = r.extras->open.size(), waiting = r.extras->waiting.size(),
    rest_told = r.extras->rest_told;
  }
  for (int i = 0; i < r.PartCount(); ++i) {
    for (const model::Promise& p : r.WishesAt(i).promises) told += p.told ? 1 : 0;
  }
  return std::tuple(r.stage, r.stage_since, r.below_since, open, waiting, told, rest_told);
}

bool IsLogEntry(const v1::PersonEvent& event) {
  return event.has_merged() || event.has_split() || event.has_erased();
}

// A person's entries come in the log's order; after a fault of the relay some come again.
bool IsRepeat(const Relationship& r, const v1::PersonEvent& entry) {
  if (r.erased && entry.has_erased()) return true;
  return r.extras != nullptr && entry.identity_seq() <= r.extras->identity_seq;
}

absl::Status ReadId(const std::string& text, const char* field, PersonKey* id) {
  const auto parsed = model::ParsePersonKey(View(text));
  if (parsed.ok()) *id = *parsed;
  return parsed.ok() ? absl::OkStatus() : Named(parsed.status(), field);
}

}  // namespace

absl::StatusOr<Scorer::Ids> Scorer::ReadIds(const v1::PersonEvent& event) {
  Ids ids;
  TEND_RETURN_IF_ERROR(ReadId(event.person_id(), "person_id", &ids.person));
  ids.origin = ids.person;
  if (!event.origin_id().empty() && event.origin_id() != event.person_id())
    TEND_RETURN_IF_ERROR(ReadId(event.origin_id(), "origin_id", &ids.origin));
  if (event.event_case() == v1::PersonEvent::EVENT_NOT_SET)
    return absl::UnimplementedError("event: not known by this version");
  const int64_t seq = event.identity_seq();
  ids.identity_seq = static_cast<uint32_t>(seq);
  if (seq != ids.identity_seq || (seq == 0 && IsLogEntry(event)))
    return absl::InvalidArgumentError(absl::StrCat("identity_seq: ", seq, " is no position"));
  if (event.has_part_moved()) {
    TEND_RETURN_IF_ERROR(
        ReadId(event.part_moved().part().origin_id(), "part_moved.part.origin_id", &ids.origin));
  }
  if (event.has_merged()) {
    ids.origin = ids.person;
    TEND_RETURN_IF_ERROR(
        ReadId(event.merged().survivor_person_id(), "merged.survivor_person_id", &ids.to));
  }
  if (event.has_split()) {
    TEND_RETURN_IF_ERROR(ReadId(event.split().origin_id(), "split.origin_id", &ids.origin));
    TEND_RETURN_IF_ERROR(ReadId(event.split().to_person_id(), "split.to_person_id", &ids.to));
    if (ids.origin == ids.person)
      return absl::InvalidArgumentError("split.origin_id: the person's own origin stays");
  }
  if ((event.has_merged() || event.has_split()) && ids.to == ids.person)
    return absl::InvalidArgumentError("person_id: goes to itself");
  return ids;
}

Scorer::Scorer(const model::ScoringModel& model, const model::Policy& policy,
               absl::string_view pool_owner_id, absl::string_view product_owner_id)
    : model_(model),
      policy_(policy),
      pool_(names_.Owner(pool_owner_id)),
      product_(names_.Owner(product_owner_id)) {}

// Calls body(context) with everything a moment needs; what it opens and closes becomes messages.
template <typename Body>
void Scorer::WithMoments(Row row, Call& call, Body body) {
  Relationship& r = table_[row];
  const model::Profile& profile = names_.ProfileAt(r.profile);
  const model::Owners owners{model::CrmOwner(r, names_).owner, profile.account_owner, pool_,
                             product_,
                             [&](model::OwnerIndex owner) { return names_.OwnerId(owner); }};
  const MomentSource source{r,
                            names_,
                            model_,
                            call.now,
                            call.interaction_id,
                            call.interaction_hash,
                            call.event != nullptr && call.event->has_source_position()
                                ? &call.event->source_position()
                                : nullptr};
  const auto sink = [&](const model::MomentChange& change) {
    call.spoke = true;
    v1::MomentEvent& message = change.opened ? opened_ : closed_;
    WriteMoment(change, source, &message);
    call.outputs.moment(message, names_.OwnerId(change.moment.owner));
  };
  const auto keep_tie = [&](const model::Tie& tie) {
    table_.TouchTie(row, tie.owner,
                    tie.origin == 0 ? r.person : r.extras->joined[tie.origin - 1].origin);
  };
  body(MomentContext{call.now, model_, policy_, owners, sink, keep_tie});
}

void Scorer::UpdateStage(Row row, const model::StageTrigger& trigger, Call& call) {
  call.stage_due = model::UpdateStage(table_[row], trigger, call.now, model_, policy_);
}

void Scorer::Requeue(Row row, const Call& call) {
  const Relationship& r = table_[row];
  if (r.erased) return;
  const Instant due = std::min(call.stage_due, model::MomentDue(r, policy_));
  table_.Schedule(row, std::max(due, call.now + 1));
}

absl::Status Scorer::Fold(const v1::PersonEvent& event, int64_t offset, Instant now,
                          Outputs outputs) {
  const absl::StatusOr<Ids> ids = ReadIds(event);
  if (!ids.ok()) return ids.status();
  std::optional<model::MovedPart> moved;
  if (event.has_part_moved()) {
    auto decoded = model::Decode(event.part_moved(), names_);
    if (!decoded.ok()) return Named(decoded.status(), "part_moved");
    moved = *std::move(decoded);
  }
  const Row row = table_.At(ids->person);
  Relationship& r = table_[row];
  const bool entry = IsLogEntry(event);
  if (entry && IsRepeat(r, event)) return absl::OkStatus();
  const model::Departure* departure = event.has_interaction() || event.has_part_moved()
                                          ? model::DepartureAfter(r, ids->origin, ids->identity_seq)
                                          : nullptr;
  if (r.erased && departure == nullptr) {
    if (event.has_part_moved()) return absl::OkStatus();  // it is erased as the rest was
    return absl::NotFoundError("person_id: the person was erased");
  }
  table_.Touch(row);
  r.input_offset = offset;
  ++r.version;
  Call call{now, outputs, &event, {}, 0};
  if (departure != nullptr) {
    Forward(event, *departure, ids->origin, call);
    return absl::OkStatus();
  }
  Handle(row, *ids, moved, call);
  if (entry && (!r.erased || r.extras != nullptr)) r.extra().identity_seq = ids->identity_seq;
  Requeue(row, call);
  return absl::OkStatus();
}

void Scorer::Handle(Row row, const Ids& ids, std::optional<model::MovedPart>& moved, Call& call) {
  switch (call.event->event_case()) {
    case v1::PersonEvent::kInteraction:
      return FoldInteraction(row, *call.event, ids, call);
    case v1::PersonEvent::kPartMoved:
      return PartMoved(row, *std::move(moved), ids, call);
    case v1::PersonEvent::kMerged:
      return Merged(row, ids, call);
    case v1::PersonEvent::kSplit:
      return Split(row, ids, call);
    case v1::PersonEvent::kErased:
      return Erase(row, call);
    default:
      break;  // a model or policy in force: the numbers are given at start; nothing to fold
  }
}

// What was this person's once and is not any more goes after its origin.
void Scorer::Forward(const v1::PersonEvent& event, const model::Departure& departure,
                     const PersonKey& origin, Call& call) {
  v1::PersonEvent forward = event;
  const std::string to = model::PrintPersonKey(departure.to);
  forward.set_person_id(to);
  forward.set_origin_id(model::PrintPersonKey(origin));
  forward.set_identity_seq(departure.identity_seq);
  if (event.has_part_moved()) {
    forward.mutable_part_moved()->set_identity_seq(departure.identity_seq);
  } else {
    for (v1::Party& party : *forward.mutable_interaction()->mutable_parties()) {
      if (party.person_id() == event.person_id()) party.set_person_id(to);
    }
  }
  call.outputs.person_event(forward);
}

// Of the latest interaction; an earlier one that comes late tells only what is not known yet.
void Scorer::UpdateProfile(Relationship& r, const v1::PersonEvent& event, Instant at) {
  const model::Profile& held = names_.ProfileAt(r.profile);
  const auto counts = [late = at < r.last_event](const std::string& told,
                                                 const std::string& known) {
    return !told.empty() && (!late || known.empty());
  };
  const absl::string_view account_owner = View(event.account_owner_id());
  const bool account = counts(event.account_id(), held.account_id) &&
                       (event.account_id() != held.account_id ||
                        account_owner != names_.OwnerId(held.account_owner));
  const bool time_zone =
      counts(event.time_zone(), held.time_zone) && event.time_zone() != held.time_zone;
  if (!account && !time_zone) return;
  model::Profile profile = held;
  if (account) {
    profile.account_id = event.account_id();
    profile.account_owner = names_.Owner(account_owner);
  }
  if (time_zone) profile.time_zone = event.time_zone();
  r.profile = names_.ProfileIndex(profile);
}

void Scorer::UpdateOwnerClaim(Relationship& r, int part, const v1::Interaction& interaction,
                              Instant at) {
  const model::OwnerClaim claim{names_.Owner(View(interaction.owner_changed().owner())),
                                model::DayOf(at)};
  if (claim.day >= model::OwnerClaimAt(r, part, names_).day)
    model::SetOwnerClaim(r, part, claim, names_);
}

void Scorer::FoldInteraction(Row row, const v1::PersonEvent& event, const Ids& ids, Call& call) {
  Relationship& r = table_[row];
  const Act act = model::Interpret(event.interaction(), View(event.person_id()), model_,
                                   [&](absl::string_view id) { return names_.Owner(id); });
  call.interaction_id = View(event.interaction().id());
  call.interaction_hash = act.hash;
  for (const model::OwnerIndex owner : act.owners) table_.TouchTie(row, owner, ids.origin);
  UpdateProfile(r, event, act.at);
  const bool backlog = act.received - act.at > policy_.fresh;
  const bool fresh = !backlog && act.statement != Statement::kListRow &&
                     !event.interaction().has_list_row_entered();
  const Stage before = r.stage;
  const int part = model::PartIndex(r, ids.origin);
  if (event.interaction().has_owner_changed())
    UpdateOwnerClaim(r, part, event.interaction(), act.at);
  model::NoteHere(r, part, ids.identity_seq);
  const model::Folded folded = model::Fold(r, act, part, call.now, model_, policy_);
  UpdateStage(row, {model::StageCauseOf(act, backlog), act.hash}, call);
  WithMoments(row, call, [&](const MomentContext& context) {
    model::AfterAct(r, act, folded, fresh, before, context);
  });
}

void Scorer::PartMoved(Row row, model::MovedPart moved, const Ids& ids, Call& call) {
  Relationship& r = table_[row];
  table_.TouchAllTies(row);
  for (const model::Tie& tie : moved.ties) table_.TouchTie(row, tie.owner, moved.origin);
  model::JoinPart(r, std::move(moved), names_, model_, policy_.conversing);
  model::NoteHere(r, model::PartIndex(r, ids.origin), ids.identity_seq);
  const Stage before = r.stage;
  UpdateStage(row, {StageCause::kIdentity, 0}, call);
  WithMoments(row, call,
              [&](const MomentContext& context) { model::AfterTime(r, before, context); });
}

void Scorer::SendPart(model::MovedPart moved, const Ids& ids, Call& call) {
  v1::PersonEvent event;
  event.set_person_id(model::PrintPersonKey(ids.to));
  event.set_origin_id(model::PrintPersonKey(moved.origin));
  event.set_identity_seq(ids.identity_seq);
  moved.identity_seq = ids.identity_seq;
  v1::PartMoved* part = event.mutable_part_moved();
  part->set_from_person_id(call.event->person_id());
  model::Encode(moved, names_, part);
  call.outputs.person_event(event);
}

void Scorer::Merged(Row row, const Ids& ids, Call& call) {
  Relationship& r = table_[row];
  table_.TouchAllTies(row);
  WithMoments(row, call, [&](const MomentContext& context) {
    model::CloseAll(r, model::CloseCause::kMerged, context);
  });
  for (model::MovedPart& moved : model::TakeParts(r, names_, policy_.conversing, ids.identity_seq))
    SendPart(std::move(moved), ids, call);
  r.extra().merged_into = std::make_unique<PersonKey>(ids.to);
  r.extra().departures.push_back({ids.origin, ids.to, ids.identity_seq});
  UpdateStage(row, {StageCause::kIdentity, 0}, call);
}

void Scorer::Split(Row row, const Ids& ids, Call& call) {
  Relationship& r = table_[row];
  r.extra().departures.push_back({ids.origin, ids.to, ids.identity_seq});
  if (model::HereAt(r, ids.origin) >= ids.identity_seq) return;  // it is back already
  table_.TouchAllTies(row);
  SendPart(model::TakePart(r, ids.origin, names_, policy_.conversing), ids, call);
  const Stage before = r.stage;
  UpdateStage(row, {StageCause::kIdentity, 0}, call);
  WithMoments(row, call,
              [&](const MomentContext& context) { model::AfterTime(r, before, context); });
}

void Scorer::Erase(Row row, Call& call) {
  Relationship& r = table_[row];
  table_.TouchAllTies(row);
  WithMoments(row, call, [&](const MomentContext& context) {
    model::CloseAll(r, model::CloseCause::kErased, context);
  });
  Relationship erased;
  erased.person = r.person;
  erased.version = r.version;
  erased.input_offset = r.input_offset;
  erased.erased = true;
  if (r.extras != nullptr && !r.extras->departures.empty())  // who left before is not erased
    erased.extra().departures = std::move(r.extras->departures);
  r = std::move(erased);
}

void Scorer::OnDue(Row row, Call& call) {
  Relationship& r = table_[row];
  table_.Touch(row);
  r.queued_due = Instant();
  if (r.erased) return table_.MarkUnchanged(row);
  const auto before = Fingerprint(r);
  const Stage stage_before = r.stage;
  UpdateStage(row, {StageCause::kTime, 0}, call);
  WithMoments(row, call,
              [&](const MomentContext& context) { model::AfterTime(r, stage_before, context); });
  if (call.spoke || Fingerprint(r) != before) {
    ++r.version;
  } else {
    table_.MarkUnchanged(row);
  }
  Requeue(row, call);
}

void Scorer::OnTime(Instant now, Outputs outputs) {
  while (const std::optional<Row> row = table_.PopDue(now)) {
    Call call{now, outputs, nullptr, {}, 0};
    OnDue(*row, call);
  }
}

}  // namespace tend::scoring
