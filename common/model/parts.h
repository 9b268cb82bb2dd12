// A merge moves, it never mixes: parts and their ties change relationships whole, and can go back.
// Whatever is about an origin carries a position of the identity log at which the origin was the
// addressed person's; docs/decisions/2026-11-25-where-a-part-lives.md says why that is enough.

#ifndef TEND_COMMON_MODEL_PARTS_H_
#define TEND_COMMON_MODEL_PARTS_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "common/model/names.h"
#include "common/model/relationship.h"

namespace tend::model {

// One part with all that belongs to it.
struct MovedPart {
  PersonKey origin{};
  Part part;
  Wishes wishes;
  OwnerClaim owner_claim;
  std::vector<Tie> ties;
  uint32_t identity_seq = 0;  // a position at which it is of whoever has it
};

// Takes every part out of the relationship, its own included, but joined ones that are known to be
// here at identity log position `before` or later.
std::vector<MovedPart> TakeParts(Relationship& relationship, Names& names, SpanSeconds conversing,
                                 uint32_t before = std::numeric_limits<uint32_t>::max());

// Takes the part of one origin out; an empty own part stays where the origin is the person's own.
// Returns an empty part if the relationship has none of that origin.
MovedPart TakePart(Relationship& relationship, const PersonKey& origin, Names& names,
                   SpanSeconds conversing);

// Puts a part in: the own part where its origin is the person, a joined one otherwise. Putting the
// same origin in again replaces it (a repeat is a no-op). Recounts what is cached; stage and
// moments are the caller's.
void PutPart(Relationship& relationship, MovedPart moved, Names& names, SpanSeconds conversing);

// Puts a part in that comes from another person, together with what is here of its origin already:
// interactions whose person was resolved anew come here before the part does. Numbers add up, the
// rest is as folded in any order; only an answer that crosses from one to the other is not seen.
void JoinPart(Relationship& relationship, MovedPart moved, Names& names, const ScoringModel& model,
              SpanSeconds conversing);

// The index of the part of an origin; makes an empty joined part where there is none.
int PartIndex(Relationship& relationship, const PersonKey& origin);

// Who owns the person by what was stated about the origin of one part; by all parts: the statement
// of the latest day, of one day that of the first part.
OwnerClaim OwnerClaimAt(const Relationship& relationship, int part, const Names& names);
OwnerClaim CrmOwner(const Relationship& relationship, const Names& names);
void SetOwnerClaim(Relationship& relationship, int part, OwnerClaim claim, Names& names);

// What is about `origin` and was this person's at `identity_seq` follows this; nullptr: it is home.
const Departure* DepartureAfter(const Relationship& relationship, const PersonKey& origin,
                                uint32_t identity_seq);

// A part that was this person's at `identity_seq`, or something about it, has come in and stays.
void NoteHere(Relationship& relationship, int part, uint32_t identity_seq);

// The last position at which the part of an origin is known to be here; 0 where there is no joined
// one.
uint32_t HereAt(const Relationship& relationship, const PersonKey& origin);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_PARTS_H_
