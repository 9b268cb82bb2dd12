// Evidence and verdicts as their contracts.

#ifndef TEND_COMMON_MODEL_EXPLAIN_CODEC_H_
#define TEND_COMMON_MODEL_EXPLAIN_CODEC_H_

#include "common/model/explain.h"
#include "common/model/guards.h"

namespace tend::v1 {
class Evidence;
class GuardVerdict;
}  // namespace tend::v1

namespace tend::model {

// Both fill an empty message. The interaction's id is the caller's to add.
void Encode(const EvidenceRow& row, v1::Evidence* out);
void Encode(const Verdict& verdict, v1::GuardVerdict* out);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_EXPLAIN_CODEC_H_
