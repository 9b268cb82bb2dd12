#include "services/query/domain/live_relationship.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "common/base/status_macros.h"
#include "common/model/codec.h"
#include "common/model/explain_codec.h"
#include "common/model/fold.h"
#include "common/model/guards.h"
#include "common/model/person_key.h"
#include "common/model/readiness.h"

namespace tend::query {
namespace {

using model::Instant;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

// The ties of one owner over all origins.
struct OwnerTie {
  double strength = 0;
  uint32_t received = 0, sent = 0;
  Instant last_theirs, last_ours;
  bool claimed = false;
};

v1::TieStatus StatusOf(const OwnerTie& tie) {
  if (tie.received > 0 && tie.sent > 0) return v1::TIE_STATUS_MUTUAL;
  if (tie.last_theirs.is_set() && tie.last_ours.is_set()) return v1::TIE_STATUS_MUTUAL;
  if (tie.claimed && !tie.last_theirs.is_set() && !tie.last_ours.is_set()) {
    return v1::TIE_STATUS_CLAIMED;
  }
  return v1::TIE_STATUS_UNPROVEN;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LiveRelationship>> LiveRelationship::Make(
    StoredRelationship stored, const Judgement& judgement) {
  auto live = std::unique_ptr<LiveRelationship>(new LiveRelationship(std::move(stored), judgement));
  const StoredRelationship& read = live->stored_;
  model::Relationship& r = live->relationship_;
  TEND_ASSIGN_OR_RETURN(r.person, model::ParsePersonKey(View(read.state.person_id())));
  TEND_RETURN_IF_ERROR(model::Decode(read.state, live->names_, &r));
  for (const v1::Tie& tie : read.ties) {
    TEND_RETURN_IF_ERROR(model::Decode(tie, live->names_, &r));
  }
  model::Restored(r, judgement.policy);
  return live;
}

double LiveRelationship::Readiness(absl::string_view owner_id, Instant now) {
  if (owner_id.empty())
    return model::Sigma(model::OrganizationZ(relationship_, now, judgement_.model));
  return model::Sigma(model::OwnerZ(relationship_, names_.Owner(owner_id), now, judgement_.model));
}

v1::RelationshipView LiveRelationship::Show(Instant now, Detail detail,
                                            absl::string_view only_owner_id) {
  const v1::Relationship& state = stored_.state;
  v1::RelationshipView view;
  v1::Person* const person = view.mutable_person();
  person->set_person_id(state.person_id());
  person->set_account_id(state.account_id());
  person->set_time_zone(state.time_zone());
  person->set_owner_id(state.owner_id());
  view.mutable_as_of_time()->set_seconds(now.seconds());
  view.set_stage(state.stage());
  if (state.has_stage_time()) *view.mutable_stage_time() = state.stage_time();
  view.set_stage_cause(state.stage_cause());
  view.set_readiness(Readiness("", now));
  view.set_trust(model::Trust(relationship_, now, judgement_.model));
  view.set_model_version(judgement_.model.version);
  model::Encode(model::MaySuggest(relationship_, now, judgement_.model, judgement_.policy),
                view.mutable_guard());
  *view.mutable_open_moments() = state.open_moments();
  const Instant last_act = relationship_.LastAct();
  if (last_act.is_set()) view.mutable_last_act_time()->set_seconds(last_act.seconds());
  Instant last_touch;
  for (const model::Tie& tie : relationship_.ties.all())
    last_touch = std::max(last_touch, tie.last_ours);
  if (last_touch.is_set()) view.mutable_last_touch_time()->set_seconds(last_touch.seconds());
  view.set_version(state.version());
  if (detail == Detail::kWhole || !only_owner_id.empty()) ShowTies(now, only_owner_id, &view);
  if (detail == Detail::kWhole) ShowWishes(now, &view);
  return view;
}

void LiveRelationship::ShowTies(Instant now, absl::string_view only_owner_id,
                                v1::RelationshipView* view) {
  std::map<model::OwnerIndex, OwnerTie> owners;
  for (const model::Tie& tie : relationship_.ties.all()) {
    OwnerTie& sum = owners[tie.owner];
    sum.strength = std::max(sum.strength, tie.StrengthAt(now, judgement_.model));
    sum.received += tie.received, sum.sent += tie.sent;
    sum.last_theirs = std::max(sum.last_theirs, tie.last_theirs);
    sum.last_ours = std::max(sum.last_ours, tie.last_ours);
    sum.claimed |= tie.claimed;
  }
  for (const auto& [owner, tie] : owners) {
    const absl::string_view owner_id = names_.OwnerId(owner);
    if (!only_owner_id.empty() && owner_id != only_owner_id) continue;
    v1::TieView* const shown = view->add_ties();
    shown->set_owner_id(std::string(owner_id.data(), owner_id.size()));
    shown->set_readiness(Readiness(owner_id, now));
    shown->set_strength(tie.strength);
    shown->set_status(StatusOf(tie));
    shown->set_received(tie.received);
    shown->set_sent(tie.sent);
    if (tie.last_theirs.is_set())
      shown->mutable_last_theirs_time()->set_seconds(tie.last_theirs.seconds());
    if (tie.last_ours.is_set())
      shown->mutable_last_ours_time()->set_seconds(tie.last_ours.seconds());
  }
  std::stable_sort(view->mutable_ties()->begin(), view->mutable_ties()->end(),
                   [](const v1::TieView& a, const v1::TieView& b) {
                     return std::pair(a.strength(), a.readiness()) >
                            std::pair(b.strength(), b.readiness());
                   });
}

void LiveRelationship::ShowWishes(Instant now, v1::RelationshipView* view) const {
  const model::Rest* const holding = model::HoldingRest(relationship_, now);
  for (const v1::Part& part : stored_.state.parts()) {
    view->mutable_consents()->MergeFrom(part.consents());
    for (const v1::Promise& promise : part.promises()) {
      if (promise.state() == v1::PROMISE_STATE_OPEN) *view->add_promises() = promise;
    }
    if (holding != nullptr && part.has_rest() &&
        part.rest().state_time().seconds() == holding->stated.seconds()) {
      *view->mutable_rest() = part.rest();
    }
  }
  std::stable_sort(
      view->mutable_consents()->begin(), view->mutable_consents()->end(),
      [](const v1::Consent& a, const v1::Consent& b) { return a.status() > b.status(); });
  std::stable_sort(view->mutable_promises()->begin(), view->mutable_promises()->end(),
                   [](const v1::Promise& a, const v1::Promise& b) {
                     return a.due_time().seconds() < b.due_time().seconds();
                   });
}

}  // namespace tend::query
