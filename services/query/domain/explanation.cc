#include "services/query/domain/explanation.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "common/model/act.h"
#include "common/model/codec.h"
#include "common/model/explain.h"
#include "common/model/explain_codec.h"
#include "common/model/fold.h"
#include "common/model/parts.h"
#include "common/model/person_key.h"
#include "common/model/readiness.h"

namespace tend::query {
namespace {

using model::EvidenceRow;
using model::Instant;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

// The history as the model sees it, with what the contract wants beside the numbers.
class Told {
 public:
  Told(model::Names& names, const Judgement& judgement) : names_(names), judgement_(judgement) {}

  const model::Act& Add(const v1::PersonEvent& event) {
    const v1::Interaction& interaction = event.interaction();
    model::Act act = model::Interpret(interaction, View(event.person_id()), judgement_.model,
                                      [&](absl::string_view id) { return names_.Owner(id); });
    ids_.emplace(act.hash, &interaction.id());
    if (act.CountsNothing()) {
      const auto* const fact =
          v1::Interaction::descriptor()->FindFieldByNumber(interaction.fact_case());
      ++uncounted_[fact == nullptr ? "unknown" : fact->name()];
    }
    return acts_.emplace_back(std::move(act));
  }

  const std::vector<model::Act>& acts() const { return acts_; }

  v1::Explanation Explanation(const model::Relationship& r, const std::vector<EvidenceRow>& rows,
                              absl::string_view owner_id, Instant now) const {
    v1::Explanation out;
    out.set_person_id(model::PrintPersonKey(r.person));
    out.set_owner_id(std::string(owner_id.data(), owner_id.size()));
    out.mutable_as_of_time()->set_seconds(now.seconds());
    out.set_model_version(judgement_.model.version);
    out.set_z(model::Sum(rows));
    out.set_readiness(model::Sigma(out.z()));
    out.set_trust(model::Trust(r, now, judgement_.model));
    for (const EvidenceRow& row : rows) {
      v1::Evidence* const evidence = out.add_evidence();
      model::Encode(row, evidence);
      const auto id = ids_.find(row.hash);
      if (row.term == model::Term::kInteraction && id != ids_.end()) {
        evidence->set_interaction_id(*id->second);
      }
    }
    model::Encode(model::MaySuggest(r, now, judgement_.model, judgement_.policy),
                  out.mutable_guard());
    for (const auto& [fact, count] : uncounted_) {
      v1::UncountedFacts* const facts = out.add_uncounted();
      facts->set_fact(fact);
      facts->set_count(count);
    }
    return out;
  }

 private:
  model::Names& names_;
  const Judgement& judgement_;
  std::vector<model::Act> acts_;
  std::map<uint64_t, const std::string*> ids_;  // of the history's
  std::map<std::string, int64_t> uncounted_;
};

void SortByWeight(std::vector<EvidenceRow>& rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const EvidenceRow& a, const EvidenceRow& b) {
    return std::abs(a.contribution) > std::abs(b.contribution);
  });
}

model::OwnerIndex OwnerOf(absl::string_view owner_id, model::Names& names,
                          const model::Relationship& r, Instant now,
                          const model::ScoringModel& model) {
  return owner_id.empty() ? model::BestOwner(r, now, model) : names.Owner(owner_id);
}

}  // namespace

v1::Explanation ExplainNow(LiveRelationship& live, int partition,
                           const std::vector<HistoryItem>& history, absl::string_view owner_id,
                           Instant now) {
  const model::ScoringModel& model = live.judgement().model;
  const model::Relationship& r = live.relationship();
  Told told(live.names(), live.judgement());
  for (const HistoryItem& item : history) {
    if (item.partition == partition && item.offset > live.state().input_offset()) continue;
    told.Add(item.event);
  }
  const model::OwnerIndex owner = OwnerOf(owner_id, live.names(), r, now, model);
  std::vector<EvidenceRow> rows = model::Explain(r, told.acts(), owner, now, model);
  model::AddEarlier(r, owner, now, model, rows);
  SortByWeight(rows);
  return told.Explanation(r, rows, owner_id, now);
}

v1::Explanation ExplainPast(const LiveRelationship& live, const std::vector<HistoryItem>& history,
                            absl::string_view owner_id, Instant at) {
  const Judgement& judgement = live.judgement();
  std::vector<const HistoryItem*> then;
  for (const HistoryItem& item : history) {
    const auto occurred = Instant(item.event.interaction().occur_time().seconds());
    if (occurred <= at) then.push_back(&item);
  }
  // As they came in, which is as scoring folded them.
  std::stable_sort(then.begin(), then.end(), [](const HistoryItem* a, const HistoryItem* b) {
    const auto key = [](const HistoryItem* i) {
      return std::tuple(i->event.interaction().receive_time().seconds(), i->partition, i->offset);
    };
    return key(a) < key(b);
  });
  model::Names names;
  model::Relationship r;
  r.person = live.relationship().person;
  Told told(names, judgement);
  for (const HistoryItem* item : then) {
    const std::string& origin_id =
        item->event.origin_id().empty() ? item->event.person_id() : item->event.origin_id();
    const auto origin = model::ParsePersonKey(View(origin_id));
    if (!origin.ok()) continue;  // the projector took none such
    const int part = model::PartIndex(r, *origin);
    model::Fold(r, told.Add(item->event), part, at, judgement.model, judgement.policy);
  }
  model::Restored(r, judgement.policy);
  const model::OwnerIndex owner = OwnerOf(owner_id, names, r, at, judgement.model);
  std::vector<EvidenceRow> rows = model::Explain(r, told.acts(), owner, at, judgement.model);
  SortByWeight(rows);
  return told.Explanation(r, rows, owner_id, at);
}

}  // namespace tend::query
