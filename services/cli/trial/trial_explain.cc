#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "common/model/act.h"
#include "common/model/codec.h"
#include "common/model/explain.h"
#include "common/model/explain_codec.h"
#include "common/model/fold.h"
#include "common/model/guards.h"
#include "common/model/names.h"
#include "common/model/readiness.h"
#include "services/cli/table.h"
#include "services/cli/trial/trial_print.h"
#include "services/notification/domain/words.h"
#include "tend/v1/evidence.pb.h"

namespace tend::cli {
namespace {

using model::EvidenceRow;
using model::Instant;

// The explained person's history, folded again: the same code over the same facts.
struct Told {
  model::Names names;
  model::Relationship relationship;
  std::vector<model::Act> history;
  std::map<std::string, int64_t> uncounted;  // facts that count nothing, by name
};

std::string Plain(const std::string& name, size_t prefix) {
  std::string words = name.substr(std::min(prefix, name.size()));
  absl::AsciiStrToLower(&words);
  return absl::StrReplaceAll(words, {{"_", " "}});
}

std::string FactOf(const v1::Interaction& interaction) {
  const auto* fact = v1::Interaction::descriptor()->FindFieldByNumber(interaction.fact_case());
  return fact == nullptr ? "unknown fact" : Plain(fact->name(), 0);
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

std::string RowName(const EvidenceRow& row) {
  if (row.term == model::Term::kInteraction) {
    const std::string act(
        notification::WordsOfAct(static_cast<v1::SignalClass>(row.signal), row.on_tie));
    return absl::StrCat("they ", act, " (",
                        absl::FormatTime("%Y-%m-%d", row.at.ToTime(), absl::UTCTimeZone()), ")");
  }
  return Plain(v1::EvidenceTerm_Name(static_cast<v1::EvidenceTerm>(row.term)),
               sizeof("EVIDENCE_TERM_") - 1);
}

}  // namespace

std::string PrintExplanation(const TrialResult& r, const model::ScoringModel& model,
                             const model::Policy& policy, const TerminalStyle& style) {
  if (r.explained_person.empty())
    return "Nobody of that name or address was seen. Try one that a nudge names.\n";
  const Instant now = Instant::FromTime(r.last);
  Told told;
  Tell(r, now, model, policy, told);
  const model::OwnerIndex owner = model::BestOwner(told.relationship, now, model);
  std::vector<EvidenceRow> rows =
      model::Explain(told.relationship, told.history, owner, now, model);
  std::stable_sort(rows.begin(), rows.end(), [](const EvidenceRow& a, const EvidenceRow& b) {
    return std::abs(a.contribution) > std::abs(b.contribution);
  });
  const double z = model::Sum(rows);
  std::string out = absl::StrFormat(
      "\n%s: readiness %.3f for %s on %s (the chance of an answer within 7 days; not of a "
      "purchase)\n",
      r.explained_person, model::Sigma(z),
      owner == model::kNobody
          ? "somebody they do not know yet"
          : std::string(told.names.OwnerId(owner).data(), told.names.OwnerId(owner).size()),
      absl::FormatTime("%Y-%m-%d", r.last, absl::UTCTimeZone()));
  Table table({{"why", false, 20}, {"log-odds", true}});
  for (const EvidenceRow& row : rows)
    table.AddRow({RowName(row), absl::StrFormat("%+.3f", row.contribution)});
  table.AddRow({{"sum (z)", Tone::kStrong}, absl::StrFormat("%+.3f", z)});
  absl::StrAppend(&out, table.Format(style));
  for (const auto& [fact, count] : told.uncounted) {
    absl::StrAppend(&out, WithCommas(count), " x ", fact, ": kept, and counts nothing\n");
  }
  const model::Verdict verdict = model::MaySuggest(told.relationship, now, model, policy);
  v1::GuardVerdict contract;
  model::Encode(verdict, &contract);
  notification::Reader reader{"This person", r.last};
  const std::string guard = notification::WordsOfGuard(contract, reader);
  absl::StrAppend(&out, guard.empty() ? "No guard holds." : guard, "\n");
  return out;
}

}  // namespace tend::cli
