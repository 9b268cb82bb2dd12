#include "services/scoring/domain/moment_message.h"

#include <algorithm>
#include <string>
#include <vector>

#include "common/model/codec.h"
#include "common/model/explain.h"
#include "common/model/explain_codec.h"
#include "common/model/person_key.h"
#include "common/model/readiness.h"

namespace tend::scoring {
namespace {

using model::EvidenceRow;
using model::Instant;
using model::MomentChange;
using model::Term;

// A reader takes in a handful of reasons.
constexpr size_t kTopEvidence = 8;
// Signals are kept to the minute; what that leaves of a class is no row of its own.
constexpr double kSmallest = 1e-3;

std::string Str(absl::string_view s) { return std::string(s.data(), s.size()); }

void PutTime(Instant at, google::protobuf::Timestamp* out) { out->set_seconds(at.seconds()); }

void WriteEvidence(const MomentSource& s, v1::MomentOpened* out) {
  std::vector<EvidenceRow> rows = model::SignalRows(s.relationship, s.now, s.model);
  std::erase_if(rows, [](const EvidenceRow& row) {
    return row.contribution <= (row.term == Term::kEarlier ? kSmallest : 0);
  });
  std::stable_sort(rows.begin(), rows.end(), [](const EvidenceRow& a, const EvidenceRow& b) {
    return a.contribution > b.contribution;
  });
  if (rows.size() > kTopEvidence) rows.resize(kTopEvidence);
  for (const EvidenceRow& row : rows) {
    v1::Evidence* evidence = out->add_evidence();
    model::Encode(row, evidence);
    if (row.hash != 0 && row.hash == s.interaction_hash)
      evidence->set_interaction_id(Str(s.interaction_id));
  }
}

void WriteOpened(const MomentChange& change, const MomentSource& s, v1::MomentOpened* out) {
  out->Clear();
  const model::OpenMoment& moment = change.moment;
  const model::Profile& profile = s.names.ProfileAt(s.relationship.profile);
  out->set_moment_id(moment.id);
  out->set_kind(static_cast<v1::MomentKind>(moment.kind));
  out->set_family(model::IsOutreach(moment.kind) ? v1::MOMENT_FAMILY_OUTREACH
                                                 : v1::MOMENT_FAMILY_CARE);
  model::PrintPersonKey(s.relationship.person, out->mutable_person_id());
  out->set_owner_id(Str(s.names.OwnerId(moment.owner)));
  out->set_account_id(profile.account_id);
  out->set_time_zone(profile.time_zone);
  out->set_cause_hash(moment.cause);
  if (moment.cause == s.interaction_hash) out->set_cause_interaction_id(Str(s.interaction_id));
  out->set_initiator(static_cast<v1::Initiator>(change.initiator));
  PutTime(moment.opened, out->mutable_open_time());
  PutTime(moment.expires, out->mutable_expire_time());
  out->set_readiness(model::Sigma(model::OwnerZ(s.relationship, moment.owner, s.now, s.model)));
  out->set_trust(model::Trust(s.relationship, s.now, s.model));
  if (model::IsOutreach(moment.kind)) WriteEvidence(s, out);
  model::Encode(change.verdict, out->mutable_guard());
  out->set_subject(change.subject);
  if (change.subject_time.is_set()) PutTime(change.subject_time, out->mutable_subject_time());
  if (s.position != nullptr) *out->mutable_source_position() = *s.position;
}

void WriteClosed(const MomentChange& change, const MomentSource& s, v1::MomentClosed* out) {
  out->Clear();
  out->set_moment_id(change.moment.id);
  out->set_kind(static_cast<v1::MomentKind>(change.moment.kind));
  model::PrintPersonKey(s.relationship.person, out->mutable_person_id());
  out->set_owner_id(Str(s.names.OwnerId(change.moment.owner)));
  out->set_cause(static_cast<v1::CloseCause>(change.cause));
  PutTime(s.now, out->mutable_close_time());
  if (s.position != nullptr) *out->mutable_source_position() = *s.position;
}

}  // namespace

void WriteMoment(const MomentChange& change, const MomentSource& source, v1::MomentEvent* out) {
  if (change.opened) {
    WriteOpened(change, source, out->mutable_opened());
  } else {
    WriteClosed(change, source, out->mutable_closed());
  }
}

}  // namespace tend::scoring
