#include <map>
#include <string>
#include <vector>

#include "common/model/act.h"
#include "common/model/codec.h"
#include "common/model/explain.h"
#include "common/model/explain_codec.h"
#include "common/model/fold.h"
#include "common/model/guards.h"
#include "common/model/names.h"
#include "common/model/person_key.h"
#include "common/model/proto_time.h"
#include "common/model/readiness.h"
#include "services/cli/trial/trial_print.h"
#include "services/cli/view_text.h"
#include "tend/v1/evidence.pb.h"

namespace tend::cli {
namespace {

using model::Instant;

// The explained person's history, folded again: the same code over the same facts.
struct Told {
  model::Names names;
  model::Relationship relationship;
  std::vector<model::Act> history;
  std::map<std::string, int64_t> uncounted;  // facts that count nothing, by name
};

std::string FactOf(const v1::Interaction& interaction) {
  const auto* fact = v1::Interaction::descriptor()->FindFieldByNumber(interaction.fact_case());
  return fact == nullptr ? "unknown fact" : fact->name();
}

void Tell(const TrialResult& r, Instant now, const model::ScoringModel& model,
          const model::Policy& policy, Told& told) {
  const auto person = model::ParsePersonKey({r.explained_person.data(), r.explained_person.size()});
  told.relationship.person = *person;
  for (const v1::Interaction& interaction : r.history) {
    model::Act act =
        model::Interpret(interaction, {r.explained_person.data(), r.explained_person.size()}, model,
                         [&](absl::string_view id) { return told.names.Owner(id); });
    model::Fold(told.relationship, act, 0, now, model, policy);
    if (act.CountsNothing()) ++told.uncounted[FactOf(interaction)];
    told.history.push_back(std::move(act));
  }
}

// What query would answer of it.
v1::Explanation ExplanationOf(const Told& told, Instant now, const model::ScoringModel& model,
                              const model::Policy& policy) {
  const model::OwnerIndex owner = model::BestOwner(told.relationship, now, model);
  const std::vector<model::EvidenceRow> rows =
      model::Explain(told.relationship, told.history, owner, now, model);
  v1::Explanation explanation;
  if (owner != model::kNobody) {
    const absl::string_view id = told.names.OwnerId(owner);
    explanation.set_owner_id(id.data(), id.size());
  }
  *explanation.mutable_as_of_time() = model::ToStamp(now.ToTime());
  explanation.set_z(model::Sum(rows));
  explanation.set_readiness(model::Sigma(explanation.z()));
  for (const model::EvidenceRow& row : rows) model::Encode(row, explanation.add_evidence());
  for (const auto& [fact, count] : told.uncounted) {
    v1::UncountedFacts* facts = explanation.add_uncounted();
    facts->set_fact(fact);
    facts->set_count(count);
  }
  model::Encode(model::MaySuggest(told.relationship, now, model, policy),
                explanation.mutable_guard());
  return explanation;
}

}  // namespace

std::string PrintExplanation(const TrialResult& r, const model::ScoringModel& model,
                             const model::Policy& policy, const TerminalStyle& style) {
  if (r.explained_person.empty())
    return "Nobody of that name or address was seen. Try one that a nudge names.\n";
  const Instant now = Instant::FromTime(r.last);
  Told told;
  Tell(r, now, model, policy, told);
  return absl::StrCat("\n",
                      ExplanationText(ExplanationOf(told, now, model, policy), r.explained_person,
                                      "somebody they do not know yet", style));
}

}  // namespace tend::cli
