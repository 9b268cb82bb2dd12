// State to and from its contracts: what the changelog holds. decode(encode(state)) is the same
// state.

#ifndef TEND_COMMON_MODEL_CODEC_H_
#define TEND_COMMON_MODEL_CODEC_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/model/names.h"
#include "common/model/parts.h"
#include "common/model/relationship.h"

namespace tend::v1 {
class PartMoved;
class Relationship;
class Tie;
}  // namespace tend::v1

namespace tend::model {

// The person's own state, and a tie. `readiness` and `due` are of `now`. Overwrites *out, an
// earlier record or an empty one, and reuses its memory.
void Encode(const Relationship& relationship, const Names& names, double readiness, Instant due,
            Instant now, absl::string_view model_version, v1::Relationship* out);
void Encode(const Relationship& relationship, const Tie& tie, const Names& names, Instant now,
            const ScoringModel& model, v1::Tie* out);

// Puts a record into `relationship`, whose person is already set; it takes the place of an earlier
// record of the same key, as in a changelog that is not compacted yet. Ties may come before their
// person's own record. What is cached over ties is not valid before Restored(). Errors: DATA_LOSS
// on an unknown schema or malformed ids.
absl::Status Decode(const v1::Relationship& record, Names& names, Relationship* relationship);
absl::Status Decode(const v1::Tie& record, Names& names, Relationship* relationship);
// The tie of that key is gone.
void ForgetTie(absl::string_view tie_key, Names& names, Relationship* relationship);

// Derives again what is cached, after the last record.
void Restored(Relationship& relationship, const Policy& policy);

// A part on its way to another person.
void Encode(const MovedPart& moved, const Names& names, v1::PartMoved* out);
absl::StatusOr<MovedPart> Decode(const v1::PartMoved& record, Names& names);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_CODEC_H_
