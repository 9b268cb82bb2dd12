#include "common/model/readiness.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tend::model {
namespace {

constexpr double kLn2 = 0.693147180559945309;

// The decayed counts and counts of one owner's ties, summed over origins.
struct TieSums {
  double theirs = 0;
  uint32_t received = 0, sent = 0, touches = 0, answers = 0;
  bool history = false;

  void Add(const Tie& tie, Instant now, const ScoringModel& model) {
    theirs += tie.TheirsAt(now, model);
    received += tie.received, sent += tie.sent, touches += tie.touches, answers += tie.answers;
    history = history || tie.HasHistory();
  }
};

double Rate(uint32_t answers, uint32_t touches, double prior) {
  return (answers + prior) / (touches + 1.0);
}

double Terms(const TieSums& sums, const ScoringModel& model) {
  double z = model.tie_answer_rate * Rate(sums.answers, sums.touches, model.rate_prior);
  if (!sums.history) return z + model.no_history;
  if (sums.theirs > 0) z += model.tie_message_weight * Log1p(sums.theirs);
  return z + model.tie_reciprocity * sums.received / (sums.sent + sums.received + 1.0);
}

// The ties of the owner at `index`, over origins: a run in the sorted list.
TieSums SumsAt(const Relationship& r, int index, Instant now, const ScoringModel& model) {
  const absl::Span<const Tie> ties = r.ties.all();
  TieSums sums;
  sums.Add(ties[index], now, model);
  if (r.PartCount() > 1) {
    const OwnerIndex owner = ties[index].owner;
    for (int i = index - 1; i >= 0 && ties[i].owner == owner; --i) sums.Add(ties[i], now, model);
    for (int i = index + 1; i < r.ties.size() && ties[i].owner == owner; ++i)
      sums.Add(ties[i], now, model);
  }
  return sums;
}

double TermsAt(const Relationship& r, int index, Instant now, const ScoringModel& model) {
  return Terms(SumsAt(r, index, now, model), model);
}

// A float that is never under `value`.
float AtLeast(double value) {
  const auto rounded = static_cast<float>(value);
  return rounded >= value ? rounded
                          : std::nextafter(rounded, std::numeric_limits<float>::infinity());
}

// The terms of the tie at `index`, which renew its bound.
double Evaluate(Relationship& r, int index, Instant now, const ScoringModel& model) {
  const double z = TermsAt(r, index, now, model);
  r.ties.all()[index].bound = AtLeast(z);
  return z;
}

int TopByBound(absl::Span<const Tie> ties) {
  int top = 0;
  for (int i = 1; i < static_cast<int>(ties.size()); ++i) {
    if (ties[i].bound > ties[top].bound) top = i;
  }
  return top;
}

// Finds the best tie, `best` being the likeliest, worth `best_z`: only ties whose bound could beat
// it are evaluated, each once. Leaves best_tie and second_bound valid.
double FindBest(Relationship& r, int best, double best_z, Instant now, const ScoringModel& model) {
  const absl::Span<Tie> ties = r.ties.all();
  for (int i = 0; i < r.ties.size(); ++i) {
    if (i == best || ties[i].bound <= best_z) continue;
    const double z = Evaluate(r, i, now, model);
    if (z > best_z) best = i, best_z = z;
  }
  float second = -std::numeric_limits<float>::infinity();
  for (int i = 0; i < r.ties.size(); ++i) {
    if (i != best) second = std::max(second, ties[i].bound);
  }
  r.best_tie = static_cast<uint16_t>(best);
  r.second_bound = second;
  r.bounds_valid = true;
  return best_z;
}

double BestTieTerms(Relationship& r, Instant now, const ScoringModel& model) {
  const int best = r.bounds_valid ? r.best_tie : TopByBound(r.ties.all());
  const double z = Evaluate(r, best, now, model);
  if (r.bounds_valid && z >= r.second_bound) return z;
  return FindBest(r, best, z, now, model);
}

// -dz/dt per second at `now`, >= 0.
double PersonSlope(const Relationship& r, Instant now, const ScoringModel& model) {
  double slope = 0;
  const ClassValues values = r.ValuesAt(now, model);
  for (int c = 1; c <= kLastSignalClass; ++c) {
    if (values[c] == 0) continue;
    slope += model.weight[c] * kLn2 * model.per_second[c] * values[c] / (1 + values[c]);
  }
  return slope;
}

}  // namespace

double Sigma(double z) { return 1 / (1 + std::exp(-z)); }
double Logit(double readiness) { return std::log(readiness / (1 - readiness)); }

double PersonTerms(const Relationship& r, Instant now, const ScoringModel& model) {
  double z = model.intercept + model.recipients * kLn2;  // log1p(1 recipient)
  const ClassValues values = r.ValuesAt(now, model);
  for (int c = 1; c <= kLastSignalClass; ++c) {
    if (values[c] > 0 && model.weight[c] > 0) z += model.weight[c] * Log1p(values[c]);
  }
  z += model.person_answer_rate * Rate(r.Answers(), r.Touches(), model.rate_prior);
  return z + model.unanswered * std::min<int>(r.unanswered, model.unanswered_cap);
}

double EmptyTieTerms(const ScoringModel& model) { return Terms(TieSums(), model); }

double TieTerms(const Relationship& r, OwnerIndex owner, Instant now, const ScoringModel& model) {
  TieSums sums;
  for (int i = 0; i < r.PartCount(); ++i) {
    if (const Tie* tie = r.ties.Find(owner, i)) sums.Add(*tie, now, model);
  }
  return Terms(sums, model);
}

double OwnerZ(const Relationship& r, OwnerIndex owner, Instant now, const ScoringModel& model) {
  return PersonTerms(r, now, model) + TieTerms(r, owner, now, model);
}

double OrganizationZ(Relationship& r, Instant now, const ScoringModel& model) {
  double tie = EmptyTieTerms(model);
  if (r.ties.size() > 0) tie = std::max(tie, BestTieTerms(r, now, model));
  return PersonTerms(r, now, model) + tie;
}

double OrganizationZ(const Relationship& r, Instant now, const ScoringModel& model) {
  double tie = EmptyTieTerms(model);
  for (int i = 0; i < r.ties.size(); ++i) tie = std::max(tie, TermsAt(r, i, now, model));
  return PersonTerms(r, now, model) + tie;
}

void InvalidateBounds(Relationship& r) {
  r.bounds_valid = false;
  for (Tie& tie : r.ties.all()) tie.bound = std::numeric_limits<float>::infinity();
}

double RefreshBound(Relationship& r, int index, Instant now, const ScoringModel& model) {
  const double terms = TermsAt(r, index, now, model);
  if (!r.bounds_valid) return terms;
  Tie& tie = r.ties.all()[index];
  const float old_best = r.ties.all()[r.best_tie].bound;
  tie.bound = AtLeast(terms);
  if (index == r.best_tie) return terms;  // BestTieTerms compares it with second_bound
  if (tie.bound > old_best) {
    r.second_bound = std::max(r.second_bound, old_best);
    r.best_tie = static_cast<uint16_t>(index);
  } else {
    r.second_bound = std::max(r.second_bound, tie.bound);
  }
  return terms;
}

Instant EarliestBelow(const Relationship& r, double z, double threshold, Instant now,
                      const ScoringModel& model) {
  double slope = PersonSlope(r, now, model);
  if (r.ties.size() > 0 && r.bounds_valid) {
    const TieSums sums = SumsAt(r, r.best_tie, now, model);
    if (Terms(sums, model) >= EmptyTieTerms(model)) {
      slope += model.tie_message_weight * kLn2 * model.tie_message_per_second * sums.theirs /
               (1 + sums.theirs);
    }
  }
  if (slope <= 0) return Instant::Never();
  const double seconds = std::floor((z - threshold) / slope);
  if (seconds > 4e9) return Instant::Never();
  return now + std::max<SpanSeconds>(1, static_cast<SpanSeconds>(seconds));
}

}  // namespace tend::model
