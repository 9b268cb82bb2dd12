// Readiness: sigma(z), the probability that the person answers within 7 days if this owner reaches
// out now.
//
// z = the person's terms + the tie's terms. All terms only fall with time (law 1: weights >= 0 on
// what decays), so a stored value is an upper bound, and the maximum over ties looks at bounds
// first. Formulas: docs/model.md.

#ifndef TEND_COMMON_MODEL_READINESS_H_
#define TEND_COMMON_MODEL_READINESS_H_

#include "common/model/relationship.h"

namespace tend::model {

double Sigma(double z);
double Logit(double readiness);

// Log-odds that are the same for every owner: intercept, the signals of the person, how they answer
// anybody, silence, one recipient.
double PersonTerms(const Relationship& relationship, Instant now, const ScoringModel& model);

// Log-odds of the tie with `owner`, over all origins; an owner without any history has the empty
// tie's terms.
double TieTerms(const Relationship& relationship, OwnerIndex owner, Instant now,
                const ScoringModel& model);
double EmptyTieTerms(const ScoringModel& model);

// z for one owner.
double OwnerZ(const Relationship& relationship, OwnerIndex owner, Instant now,
              const ScoringModel& model);

// z of the organization: the maximum over the ties and the empty tie. Refreshes the bounds it looks
// at.
double OrganizationZ(Relationship& relationship, Instant now, const ScoringModel& model);
// The same without touching the bounds (O(ties)): for explanations.
double OrganizationZ(const Relationship& relationship, Instant now, const ScoringModel& model);

// After a change on the tie at `index` of relationship.ties: renews its bound and the order of
// bounds. Returns the tie's terms. REQUIRES: the tie existed when the bounds were last valid, or
// InvalidateBounds was called.
double RefreshBound(Relationship& relationship, int index, Instant now, const ScoringModel& model);
void InvalidateBounds(Relationship& relationship);

// A lower bound of the first time at which the organization's z is under `threshold`: the tangent
// of a convex falling function never overshoots its crossing, so repeating it when it comes up
// finds the second of the crossing exactly. REQUIRES: z(now) >= threshold. Never() where nothing
// falls.
Instant EarliestBelow(const Relationship& relationship, double z, double threshold, Instant now,
                      const ScoringModel& model);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_READINESS_H_
