// A merge moves, it never mixes: parts and their ties change relationships whole, and can go back.

#ifndef TEND_COMMON_MODEL_PARTS_H_
#define TEND_COMMON_MODEL_PARTS_H_

#include <vector>

#include "common/model/relationship.h"

namespace tend::model {

// One part with all that belongs to it.
struct MovedPart {
  PersonKey origin{};
  Part part;
  Wishes wishes;
  std::vector<Tie> ties;
};

// Takes every part out of the relationship, which is then empty (its own origin included).
std::vector<MovedPart> TakeParts(Relationship& relationship, SpanSeconds conversing);

// Takes the part of one origin out; an empty own part stays where the origin is the person's own.
// Returns an empty part if the relationship has none of that origin.
MovedPart TakePart(Relationship& relationship, const PersonKey& origin, SpanSeconds conversing);

// Puts a part in: the own part where its origin is the person, a joined one otherwise. Putting the
// same origin in again replaces it (a repeat is a no-op). Recounts what is cached; stage and
// moments are the caller's.
void PutPart(Relationship& relationship, MovedPart moved, SpanSeconds conversing);

// Puts a part in that comes from another person, together with what is here of its origin already:
// interactions whose person was resolved anew come here before the part does. Numbers add up, the
// rest is as folded in any order; only an answer that crosses from one to the other is not seen.
void JoinPart(Relationship& relationship, MovedPart moved, const ScoringModel& model,
              SpanSeconds conversing);

// The index of the part of an origin; makes an empty joined part where there is none.
int PartIndex(Relationship& relationship, const PersonKey& origin);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_PARTS_H_
