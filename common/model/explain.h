// Evidence: why a readiness is what it is, as rows in log-odds that sum to z.

#ifndef TEND_COMMON_MODEL_EXPLAIN_H_
#define TEND_COMMON_MODEL_EXPLAIN_H_

#include <vector>

#include "absl/types/span.h"
#include "common/model/act.h"
#include "common/model/relationship.h"

namespace tend::model {

// Twin: v1.EvidenceTerm.
enum class Term : uint8_t {
  kNone,
  kInteraction,
  kEarlier,
  kIntercept,
  kTieAnswerRate,
  kPersonAnswerRate,
  kReciprocity,
  kNoHistory,
  kUnanswered,
  kRecipients,
};

struct EvidenceRow {
  Term term = Term::kNone;
  SignalClass signal = SignalClass::kNone;
  double contribution = 0;  // log-odds
  Instant at;               // of an interaction
  uint64_t hash = 0;        // of an interaction's id
  int64_t count = 0;        // interactions the row stands for; of a rate, the touches
  bool on_tie = false;
};

// The rows that do not come from single interactions: intercept, rates, reciprocity, silence,
// recipients.
std::vector<EvidenceRow> TermRows(const Relationship& relationship, OwnerIndex owner, Instant now,
                                  const ScoringModel& model);

// The person's signals from the state alone: the last 6 of each part one by one, what is older as
// one row "earlier" a class. A moment's top evidence.
std::vector<EvidenceRow> SignalRows(const Relationship& relationship, Instant now,
                                    const ScoringModel& model);

// All rows from the state alone: SignalRows, what they wrote to the owner as one row "earlier" of
// the tie, then TermRows. The sum is z to 1e-9.
std::vector<EvidenceRow> Explain(const Relationship& relationship, OwnerIndex owner, Instant now,
                                 const ScoringModel& model);

// All rows from the history: per interaction a_i / A_k * w_k * log1p(A_k), then TermRows of the
// folded state. REQUIRES: `relationship` is the fold of `history`, in any order. The sum equals z
// to 1e-9.
std::vector<EvidenceRow> Explain(const Relationship& relationship, absl::Span<const Act> history,
                                 OwnerIndex owner, Instant now, const ScoringModel& model);

// Where `history` lacks some of what was folded (it is older than what is kept), adds one row
// "earlier" a class, so that the sum is z again. rows: of Explain from that history.
void AddEarlier(const Relationship& relationship, OwnerIndex owner, Instant now,
                const ScoringModel& model, std::vector<EvidenceRow>& rows);

double Sum(absl::Span<const EvidenceRow> rows);

// The owner with the greatest z; kNobody where the empty tie is best.
OwnerIndex BestOwner(const Relationship& relationship, Instant now, const ScoringModel& model);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_EXPLAIN_H_
