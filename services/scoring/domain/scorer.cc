#include "services/scoring/domain/scorer.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/model/act.h"
#include "common/model/fold.h"
#include "common/model/stage.h"
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

}  // namespace

Scorer::Scorer(const model::ScoringModel& model, const model::Policy& policy,
               absl::string_view pool_owner_id, absl::string_view product_owner_id)
    : model_(model),
      policy_(policy),
      pool_(names_.Owner(pool_owner_id)),
      product_(names_.Owner(product_owner_id)) {}

Instant Scorer::DueOf(Relationship& r, Instant now) const {
  if (r.erased) return Instant::Never();
  return std::min(model::StageDue(r, now, model_, policy_), model::MomentDue(r, policy_));
}

// Calls body(context) with everything a moment needs; what it opens and closes becomes messages.
template <typename Body>
void Scorer::WithMoments(Row row, Call& call, Body body) {
  Relationship& r = table_[row];
  const model::Profile& profile = names_.ProfileAt(r.profile);
  const model::Owners owners{profile.crm_owner, profile.account_owner, pool_, product_,
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
    WriteMoment(change, source, &moment_);
    call.outputs.moment(moment_, names_.OwnerId(change.moment.owner));
  };
  const auto keep_tie = [&](const model::Tie& tie) {
    table_.TouchTie(row, tie.owner,
                    tie.origin == 0 ? r.person : r.extras->joined[tie.origin - 1].origin);
  };
  body(MomentContext{call.now, model_, policy_, owners, sink, keep_tie});
}

void Scorer::Requeue(Row row, Instant now) {
  const Instant due = DueOf(table_[row], now);
  table_.Schedule(row, std::max(due, now + 1));
}

absl::Status Scorer::Fold(const v1::PersonEvent& event, int64_t offset, Instant now,
                          Outputs outputs) {
  const auto person = model::ParsePersonKey(View(event.person_id()));
  if (!person.ok()) return Named(person.status(), "person_id");
  const auto origin = model::ParsePersonKey(
      View(event.origin_id().empty() ? event.person_id() : event.origin_id()));
  if (!origin.ok()) return Named(origin.status(), "origin_id");
  if (event.event_case() == v1::PersonEvent::EVENT_NOT_SET) {
    return absl::UnimplementedError("event: not known by this version");
  }
  if (event.has_part_moved()) {
    auto moved = model::Decode(event.part_moved(), names_);
    if (!moved.ok()) return Named(moved.status(), "part_moved");
    const Row row = table_.At(*person);
    const Relationship& here = table_[row];
    if (here.extras != nullptr && here.extras->merged_into != nullptr && *origin != here.person) {
      v1::PersonEvent forward = event;  // it was on its way when this person was merged too
      forward.set_person_id(model::PrintPersonKey(*here.extras->merged_into));
      outputs.person_event(forward);
      return absl::OkStatus();
    }
    Call call{now, outputs, &event, {}, 0};
    PartMoved(row, *std::move(moved), call);
    table_[row].input_offset = offset;
    return absl::OkStatus();
  }
  const Row row = table_.At(*person);
  Relationship& r = table_[row];
  if (r.erased) return absl::NotFoundError("person_id: the person was erased");
  Call call{now, outputs, &event, {}, 0};
  table_.Touch(row);
  r.input_offset = offset;
  if (r.extras != nullptr && r.extras->merged_into != nullptr && event.has_interaction()) {
    v1::PersonEvent forward = event;  // resolved before the merge was known
    forward.set_person_id(model::PrintPersonKey(*r.extras->merged_into));
    forward.set_origin_id(model::PrintPersonKey(*origin));
    outputs.person_event(forward);
    return absl::OkStatus();
  }
  switch (event.event_case()) {
    case v1::PersonEvent::kInteraction:
      FoldInteraction(row, event, *origin, call);
      break;
    case v1::PersonEvent::kMerged:
      TEND_RETURN_IF_ERROR(
          Named(model::ParsePersonKey(View(event.merged().survivor_person_id())).status(),
                "merged.survivor_person_id"));
      Merged(row, event, call);
      break;
    case v1::PersonEvent::kSplit: {
      const auto leaving = model::ParsePersonKey(View(event.split().origin_id()));
      if (!leaving.ok()) return Named(leaving.status(), "split.origin_id");
      Split(row, event, *leaving, call);
      break;
    }
    case v1::PersonEvent::kErased:
      Erase(row, call);
      break;
    default:
      break;  // a model or policy in force: the numbers are given at start; nothing to fold
  }
  ++r.version;
  Requeue(row, now);
  return absl::OkStatus();
}

void Scorer::UpdateProfile(Relationship& r, const v1::PersonEvent& event) {
  const model::Profile& held = names_.ProfileAt(r.profile);
  const model::OwnerIndex account_owner = names_.Owner(View(event.account_owner_id()));
  const bool changed = event.interaction().has_owner_changed();
  if (!changed && (event.account_id().empty() || event.account_id() == held.account_id) &&
      (event.time_zone().empty() || event.time_zone() == held.time_zone) &&
      (account_owner == model::kNobody || account_owner == held.account_owner)) {
    return;
  }
  model::Profile profile = held;
  if (!event.account_id().empty()) profile.account_id = event.account_id();
  if (!event.time_zone().empty()) profile.time_zone = event.time_zone();
  if (account_owner != model::kNobody) profile.account_owner = account_owner;
  if (changed) profile.crm_owner = names_.Owner(View(event.interaction().owner_changed().owner()));
  r.profile = names_.ProfileIndex(profile);
}

void Scorer::FoldInteraction(Row row, const v1::PersonEvent& event, const PersonKey& origin,
                             Call& call) {
  Relationship& r = table_[row];
  const Act act = model::Interpret(event.interaction(), View(event.person_id()), model_,
                                   [&](absl::string_view id) { return names_.Owner(id); });
  call.interaction_id = View(event.interaction().id());
  call.interaction_hash = act.hash;
  for (const model::OwnerIndex owner : act.owners) table_.TouchTie(row, owner, origin);
  UpdateProfile(r, event);
  const bool backlog = act.received - act.at > policy_.fresh;
  const bool fresh = !backlog && act.statement != Statement::kListRow &&
                     !event.interaction().has_list_row_entered();
  const Stage before = r.stage;
  const model::Folded folded =
      model::Fold(r, act, model::PartIndex(r, origin), call.now, model_, policy_);
  model::UpdateStage(r, {model::StageCauseOf(act, backlog), act.hash}, call.now, model_, policy_);
  WithMoments(row, call, [&](const MomentContext& context) {
    model::AfterAct(r, act, folded, fresh, before, context);
  });
}

void Scorer::PartMoved(Row row, model::MovedPart moved, Call& call) {
  Relationship& r = table_[row];
  table_.TouchAllTies(row);
  for (const model::Tie& tie : moved.ties) table_.TouchTie(row, tie.owner, moved.origin);
  if (r.extras != nullptr && moved.origin == r.person)
    r.extras->merged_into = nullptr;  // it came home: a split
  model::JoinPart(r, std::move(moved), model_, policy_.conversing);
  r.extra().identity_seq = static_cast<uint32_t>(call.event->part_moved().identity_seq());
  const Stage before = r.stage;
  model::UpdateStage(r, {StageCause::kIdentity, 0}, call.now, model_, policy_);
  WithMoments(row, call,
              [&](const MomentContext& context) { model::AfterTime(r, before, context); });
  ++r.version;
  Requeue(row, call.now);
}

void Scorer::SendPart(const model::MovedPart& moved, absl::string_view from, absl::string_view to,
                      int64_t identity_seq, Call& call) {
  v1::PersonEvent event;
  event.set_person_id(to.data(), to.size());
  event.set_origin_id(model::PrintPersonKey(moved.origin));
  event.set_identity_seq(identity_seq);
  v1::PartMoved* part = event.mutable_part_moved();
  part->set_from_person_id(from.data(), from.size());
  part->set_identity_seq(identity_seq);
  model::Encode(moved, names_, part);
  call.outputs.person_event(event);
}

void Scorer::Merged(Row row, const v1::PersonEvent& event, Call& call) {
  Relationship& r = table_[row];
  const std::string& survivor = event.merged().survivor_person_id();
  if (survivor == event.person_id()) return;
  table_.TouchAllTies(row);
  WithMoments(row, call, [&](const MomentContext& context) {
    model::CloseAll(r, model::CloseCause::kMerged, context);
  });
  for (const model::MovedPart& moved : model::TakeParts(r, policy_.conversing)) {
    SendPart(moved, View(event.person_id()), View(survivor), event.identity_seq(), call);
  }
  r.extra().merged_into = std::make_unique<PersonKey>(*model::ParsePersonKey(View(survivor)));
  r.extra().identity_seq = static_cast<uint32_t>(event.identity_seq());
  model::UpdateStage(r, {StageCause::kIdentity, 0}, call.now, model_, policy_);
}

void Scorer::Split(Row row, const v1::PersonEvent& event, const PersonKey& origin, Call& call) {
  Relationship& r = table_[row];
  if (event.split().to_person_id() == event.person_id()) return;
  table_.TouchAllTies(row);
  const model::MovedPart moved = model::TakePart(r, origin, policy_.conversing);
  SendPart(moved, View(event.person_id()), View(event.split().to_person_id()), event.identity_seq(),
           call);
  const Stage before = r.stage;
  model::UpdateStage(r, {StageCause::kIdentity, 0}, call.now, model_, policy_);
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
  r = std::move(erased);
}

void Scorer::OnDue(Row row, Call& call) {
  Relationship& r = table_[row];
  table_.Touch(row);
  r.queued_due = Instant();
  if (r.erased) return table_.MarkUnchanged(row);
  const auto before = Fingerprint(r);
  const Stage stage_before = r.stage;
  model::UpdateStage(r, {StageCause::kTime, 0}, call.now, model_, policy_);
  WithMoments(row, call,
              [&](const MomentContext& context) { model::AfterTime(r, stage_before, context); });
  if (call.spoke || Fingerprint(r) != before) {
    ++r.version;
  } else {
    table_.MarkUnchanged(row);
  }
  Requeue(row, call.now);
}

void Scorer::OnTime(Instant now, Outputs outputs) {
  while (const std::optional<Row> row = table_.PopDue(now)) {
    Call call{now, outputs, nullptr, {}, 0};
    OnDue(*row, call);
  }
}

}  // namespace tend::scoring
