#include "common/model/explain.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "common/model/readiness.h"

namespace tend::model {
namespace {

double Decayed(SpanSeconds age, double per_second) {
  return std::exp2(-static_cast<double>(age) * per_second);
}

// The tie of one owner over all origins, read out.
struct OwnTie {
  double theirs = 0;
  uint32_t received = 0, sent = 0, touches = 0, answers = 0;
  bool history() const { return received + sent + touches > 0; }
};

OwnTie Read(const Relationship& r, OwnerIndex owner, Instant now, const ScoringModel& model) {
  OwnTie sums;
  for (int i = 0; i < r.PartCount(); ++i) {
    const Tie* tie = r.ties.Find(owner, i);
    if (tie == nullptr) continue;
    sums.theirs += tie->TheirsAt(now, model);
    sums.received += tie->received, sums.sent += tie->sent;
    sums.touches += tie->touches, sums.answers += tie->answers;
  }
  return sums;
}

EvidenceRow TermRow(Term term, double contribution, int64_t count = 0, bool on_tie = false) {
  return {term, SignalClass::kNone, contribution, {}, 0, count, on_tie};
}

// A class of signals as the rows see it: its decayed count and what one unit of it is worth.
struct ClassShare {
  double total = 0;
  double worth = 0;  // w * log1p(A) / A
};

ClassShare ShareOf(double total, double weight) {
  return {total, total > 0 ? weight * Log1p(total) / total : 0};
}

std::array<ClassShare, kClasses> Shares(const Relationship& r, Instant now,
                                        const ScoringModel& model) {
  std::array<ClassShare, kClasses> shares;
  const ClassValues values = r.ValuesAt(now, model);
  for (int c = 1; c <= kLastSignalClass; ++c) shares[c] = ShareOf(values[c], model.weight[c]);
  return shares;
}

void Append(std::vector<EvidenceRow>& rows, const std::vector<EvidenceRow>& more) {
  rows.insert(rows.end(), more.begin(), more.end());
}

EvidenceRow Earlier(SignalClass signal, double contribution, bool on_tie) {
  EvidenceRow row = TermRow(Term::kEarlier, contribution, 0, on_tie);
  row.signal = signal;
  return row;
}

}  // namespace

std::vector<EvidenceRow> TermRows(const Relationship& r, OwnerIndex owner, Instant now,
                                  const ScoringModel& model) {
  const OwnTie tie = Read(r, owner, now, model);
  const auto rate = [&](double weight, uint32_t answers, uint32_t touches) {
    return weight * (answers + model.rate_prior) / (touches + 1.0);
  };
  std::vector<EvidenceRow> rows;
  rows.push_back(TermRow(Term::kIntercept, model.intercept));
  rows.push_back(TermRow(Term::kTieAnswerRate,
                         rate(model.tie_answer_rate, tie.answers, tie.touches), tie.touches, true));
  rows.push_back(TermRow(Term::kPersonAnswerRate,
                         rate(model.person_answer_rate, r.Answers(), r.Touches()), r.Touches()));
  if (tie.history()) {
    rows.push_back(TermRow(Term::kReciprocity,
                           model.tie_reciprocity * tie.received / (tie.sent + tie.received + 1.0),
                           tie.sent + tie.received, true));
  } else {
    rows.push_back(TermRow(Term::kNoHistory, model.no_history, 0, true));
  }
  const int unanswered = std::min<int>(r.unanswered, model.unanswered_cap);
  if (unanswered > 0)
    rows.push_back(TermRow(Term::kUnanswered, model.unanswered * unanswered, unanswered));
  rows.push_back(TermRow(Term::kRecipients, model.recipients * std::log1p(1.0), 1));
  return rows;
}

std::vector<EvidenceRow> SignalRows(const Relationship& r, Instant now, const ScoringModel& model) {
  std::vector<EvidenceRow> rows;
  const auto shares = Shares(r, now, model);
  std::array<double, kClasses> rest{};
  for (int c = 1; c <= kLastSignalClass; ++c) rest[c] = shares[c].total * shares[c].worth;
  for (int i = 0; i < r.PartCount(); ++i) {
    for (const LastSignal& s : r.PartAt(i).last_signals()) {
      const int c = Index(s.signal());
      const double part = Decayed(now - s.at(), model.per_second[c]) * shares[c].worth;
      rows.push_back({Term::kInteraction, s.signal(), part, s.at(), s.hash(), 1, false});
      rest[c] -= part;
    }
  }
  for (int c = 1; c <= kLastSignalClass; ++c) {
    if (std::abs(rest[c]) > 1e-12)
      rows.push_back(Earlier(static_cast<SignalClass>(c), rest[c], false));
  }
  return rows;
}

std::vector<EvidenceRow> Explain(const Relationship& r, OwnerIndex owner, Instant now,
                                 const ScoringModel& model) {
  std::vector<EvidenceRow> rows = SignalRows(r, now, model);
  const double theirs = Read(r, owner, now, model).theirs;
  if (theirs > 0)
    rows.push_back(Earlier(SignalClass::kMessage, model.tie_message_weight * Log1p(theirs), true));
  Append(rows, TermRows(r, owner, now, model));
  return rows;
}

std::vector<EvidenceRow> Explain(const Relationship& r, absl::Span<const Act> history,
                                 OwnerIndex owner, Instant now, const ScoringModel& model) {
  std::vector<EvidenceRow> rows;
  const auto shares = Shares(r, now, model);
  const ClassShare on_tie = ShareOf(Read(r, owner, now, model).theirs, model.tie_message_weight);
  const auto add = [&](const Act& act, SignalClass signal, double per_second,
                       const ClassShare& share, bool tie) {
    rows.push_back({Term::kInteraction, signal, Decayed(now - act.at, per_second) * share.worth,
                    act.at, act.hash, 1, tie});
  };
  for (const Act& act : history) {
    if (act.TheirAct())
      add(act, act.signal, model.per_second[Index(act.signal)], shares[Index(act.signal)], false);
    if (!act.message) continue;
    constexpr int kMessage = Index(SignalClass::kMessage);
    if (act.signal != SignalClass::kMessage) {
      add(act, SignalClass::kMessage, model.per_second[kMessage], shares[kMessage], false);
    }
    const bool addressed =
        std::find(act.owners.begin(), act.owners.end(), owner) != act.owners.end();
    if (owner != kNobody && addressed)
      add(act, SignalClass::kMessage, model.tie_message_per_second, on_tie, true);
  }
  Append(rows, TermRows(r, owner, now, model));
  return rows;
}

void AddEarlier(const Relationship& r, OwnerIndex owner, Instant now, const ScoringModel& model,
                std::vector<EvidenceRow>& rows) {
  constexpr double kRounding = 1e-12;
  const auto shares = Shares(r, now, model);
  std::array<double, kClasses> rest{};
  for (int c = 1; c <= kLastSignalClass; ++c) rest[c] = shares[c].total * shares[c].worth;
  double tie_rest = model.tie_message_weight * Log1p(Read(r, owner, now, model).theirs);
  for (const EvidenceRow& row : rows) {
    if (row.term != Term::kInteraction) continue;
    (row.on_tie ? tie_rest : rest[Index(row.signal)]) -= row.contribution;
  }
  for (int c = 1; c <= kLastSignalClass; ++c) {
    if (std::abs(rest[c]) > kRounding)
      rows.push_back(Earlier(static_cast<SignalClass>(c), rest[c], false));
  }
  if (std::abs(tie_rest) > kRounding)
    rows.push_back(Earlier(SignalClass::kMessage, tie_rest, true));
}

double Sum(absl::Span<const EvidenceRow> rows) {
  double sum = 0;
  for (const EvidenceRow& row : rows) sum += row.contribution;
  return sum;
}

OwnerIndex BestOwner(const Relationship& r, Instant now, const ScoringModel& model) {
  OwnerIndex best = kNobody;
  double best_terms = EmptyTieTerms(model);
  for (const Tie& tie : r.ties.all()) {
    const double terms = TieTerms(r, tie.owner, now, model);
    if (terms > best_terms) best = tie.owner, best_terms = terms;
  }
  return best;
}

}  // namespace tend::model
