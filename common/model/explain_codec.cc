#include "common/model/explain_codec.h"

#include "tend/v1/evidence.pb.h"
#include "tend/v1/guard.pb.h"

namespace tend::model {

void Encode(const EvidenceRow& row, v1::Evidence* out) {
  out->set_term(static_cast<v1::EvidenceTerm>(row.term));
  out->set_signal_class(static_cast<v1::SignalClass>(row.signal));
  out->set_contribution(row.contribution);
  out->set_interaction_hash(row.hash);
  out->set_count(row.count);
  out->set_on_tie(row.on_tie);
  if (row.at.is_set()) out->mutable_occur_time()->set_seconds(row.at.seconds());
}

void Encode(const Verdict& verdict, v1::GuardVerdict* out) {
  out->set_decision(static_cast<v1::GuardDecision>(verdict.decision));
  out->set_reason(static_cast<v1::GuardReason>(verdict.reason));
  out->set_give_first(verdict.give_first);
  out->set_unsolicited_touches(verdict.unsolicited);
  if (verdict.not_before.is_set()) {
    out->mutable_not_before_time()->set_seconds(verdict.not_before.seconds());
  }
}

}  // namespace tend::model
