#include "services/query/domain/row_maker.h"

#include <utility>

#include "common/model/person_key.h"
#include "services/query/domain/row_text.h"

namespace tend::query {
namespace {

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

template <typename Message>
bool Parse(absl::string_view bytes, Message* message) {
  return message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

// The row's place in its columns: that of an earlier row of the key, or a new one.
template <typename Map, typename Key>
std::pair<size_t, bool> PlaceOf(Map& places, Key key) {
  const auto [found, is_new] = places.try_emplace(std::move(key), places.size());
  return {found->second, is_new};
}

Unusable Malformed(absl::string_view detail) { return {v1::REJECT_REASON_MALFORMED, detail}; }
Unusable Invalid(absl::string_view detail) { return {v1::REJECT_REASON_FIELD_INVALID, detail}; }

}  // namespace

void RowMaker::Begin(bool written) {
  if (!written) known_.Forget();
  rows_ = BatchRows();
  erased_now_.clear();
  relationship_at_.clear(), profile_at_.clear(), origin_at_.clear();
  scored_at_.clear(), tie_at_.clear(), gone_tie_at_.clear();
  nudge_at_.clear(), list_row_at_.clear(), identifier_at_.clear();
  kept_.clear();
}

absl::string_view RowMaker::Keep(absl::string_view text) { return KeepBytes(RowText(text)); }

absl::string_view RowMaker::KeepBytes(std::string bytes) {
  return View(kept_.emplace_back(std::move(bytes)));
}

std::optional<Unusable> RowMaker::AddRelationship(const Projected& record) {
  // Keys that begin with a zero byte are the harness's (task_progress.proto).
  if (!record.key.empty() && record.key.front() == '\0') return AddScored(record);
  return record.key.size() > 36 ? AddTie(record) : AddPerson(record);
}

std::optional<Unusable> RowMaker::AddScored(const Projected& record) {
  if (!Parse(record.value, &progress_)) return Malformed("is no TaskProgress");
  for (const v1::InputProgress& input : progress_.inputs()) {
    const size_t at = PlaceOf(scored_at_, int64_t{record.partition}).first;
    PutAt(rows_.scored.partitions, at, record.partition);
    PutAt(rows_.scored.next_offsets, at, input.next_offset());
  }
  return std::nullopt;
}

std::optional<Unusable> RowMaker::AddPerson(const Projected& record) {
  if (record.tombstone || !Parse(record.value, &relationship_)) {
    return Malformed("is no Relationship");
  }
  const v1::Relationship& r = relationship_;
  const auto person = model::ParsePersonKey(View(r.person_id()));
  if (!person.ok()) return Invalid("person_id is no id");
  Id merged_into{};
  if (!r.merged_into_person_id().empty()) {
    const auto into = model::ParsePersonKey(View(r.merged_into_person_id()));
    if (!into.ok()) return Invalid("merged_into_person_id is no id");
    merged_into = *into;
  }
  const absl::Time as_of = RowTime(r.as_of_time());
  const size_t at = PlaceOf(relationship_at_, *person).first;
  RelationshipRows& rows = rows_.relationships;
  PutAt(rows.persons, at, *person);
  PutAt(rows.merged_into, at, merged_into);
  PutAt(rows.versions, at, r.version());
  PutAt(rows.partitions, at, record.partition);
  PutAt(rows.input_offsets, at, r.input_offset());
  PutAt(rows.stages, at, r.stage());
  PutAt(rows.erased, at, r.erased());
  PutAt(rows.readiness, at, r.readiness());
  PutAt(rows.as_of, at, as_of);
  PutAt(rows.accounts, at, Keep(View(r.account_id())));
  PutAt(rows.owners, at, Keep(View(r.owner_id())));
  PutAt(rows.states, at, record.value);
  // Scoring writes what it changes at the time of the change: this record is the change's own.
  if (r.stage() != v1::STAGE_UNSPECIFIED && r.stage_time().seconds() == r.as_of_time().seconds() &&
      !IsErased(*person, *person)) {
    StageRows& stages = rows_.stages;
    stages.persons.push_back(*person);
    stages.changes.push_back(RowTime(r.stage_time()));
    stages.stages.push_back(r.stage());
    stages.causes.push_back(r.stage_cause());
    stages.cause_hashes.push_back(static_cast<int64_t>(r.stage_cause_hash()));
  }
  return std::nullopt;
}

std::optional<Unusable> RowMaker::AddTie(const Projected& record) {
  const auto key = model::ParseTieKey(record.key);
  if (!key.has_value()) return Invalid("the key is not that of a tie");
  if (!record.tombstone && !Parse(record.value, &tie_)) return Malformed("is no Tie");
  const absl::string_view owner = Keep(key->owner_id);
  TieIndexKey index{key->person, key->origin, std::string(owner.data(), owner.size())};
  TieKeys& gone = rows_.gone_ties;
  if (record.tombstone) {  // what the batch brought before of it is deleted after its insertion
    const auto [at, is_new] = PlaceOf(gone_tie_at_, index);
    PutAt(gone.persons, at, key->person);
    PutAt(gone.origins, at, key->origin);
    PutAt(gone.owners, at, owner);
    return std::nullopt;
  }
  // A tie that comes back in the batch it went in: the deletion is of somebody who is nobody.
  if (const auto found = gone_tie_at_.find(index); found != gone_tie_at_.end()) {
    gone.persons[found->second] = Id{};
  }
  const size_t at = PlaceOf(tie_at_, std::move(index)).first;
  TieRows& ties = rows_.ties;
  PutAt(ties.keys.persons, at, key->person);
  PutAt(ties.keys.origins, at, key->origin);
  PutAt(ties.keys.owners, at, owner);
  PutAt(ties.versions, at, tie_.version());
  PutAt(ties.z, at, tie_.z());
  PutAt(ties.strengths, at, tie_.strength());
  PutAt(ties.states, at, record.value);
  return std::nullopt;
}

std::optional<Unusable> RowMaker::AddNudgeChange(const Projected& record) {
  if (record.tombstone || !Parse(record.value, &change_)) return Malformed("is no NudgeChanged");
  v1::Nudge& nudge = *change_.mutable_nudge();
  const auto person = model::ParsePersonKey(View(nudge.moment().person_id()));
  if (!person.ok()) return Invalid("nudge.moment.person_id is no id");
  if (nudge.nudge_id().empty()) {
    return Unusable{v1::REJECT_REASON_FIELD_MISSING, "nudge.nudge_id is empty"};
  }
  if (IsErased(*person, *person)) return std::nullopt;
  const absl::string_view subject = KeepBytes(RowBody(View(nudge.moment().subject())));
  nudge.mutable_moment()->clear_subject();
  const absl::string_view nudge_id = Keep(View(nudge.nudge_id()));
  const size_t at = PlaceOf(nudge_at_, std::string(nudge_id.data(), nudge_id.size())).first;
  NudgeRows& rows = rows_.nudges;
  PutAt(rows.persons, at, *person);
  PutAt(rows.creates, at, RowTime(nudge.create_time()));
  PutAt(rows.deliveries, at, RowTime(nudge.deliver_not_before_time()));
  PutAt(rows.partitions, at, record.partition);
  PutAt(rows.offsets, at, record.offset);
  PutAt(rows.kinds, at, nudge.moment().kind());
  PutAt(rows.states, at, nudge.state());
  PutAt(rows.nudge_ids, at, nudge_id);
  PutAt(rows.owners, at, Keep(View(nudge.owner_id())));
  PutAt(rows.subjects, at, subject);
  PutAt(rows.nudges, at, KeepBytes(nudge.SerializeAsString()));

  nudge.clear_moment();
  NudgeChangeRows& changes = rows_.nudge_changes;
  changes.persons.push_back(*person);
  changes.changes.push_back(RowTime(change_.change_time()));
  changes.partitions.push_back(record.partition);
  changes.offsets.push_back(record.offset);
  changes.source_topics.push_back(Keep(View(change_.source_position().topic())));
  changes.source_partitions.push_back(change_.source_position().partition());
  changes.source_offsets.push_back(change_.source_position().offset());
  changes.nudge_ids.push_back(nudge_id);
  changes.bytes.push_back(KeepBytes(change_.SerializeAsString()));
  return std::nullopt;
}

std::optional<Unusable> RowMaker::AddReject(const Projected& record) {
  if (record.tombstone || !Parse(record.value, &reject_)) return Malformed("is no Reject");
  RejectRows& rows = rows_.rejects;
  rows.partitions.push_back(record.partition);
  rows.offsets.push_back(record.offset);
  rows.reasons.push_back(reject_.reason());
  rows.rejects.push_back(RowTime(reject_.reject_time()));
  rows.services.push_back(Keep(View(reject_.service())));
  rows.files.push_back(Keep(View(reject_.file().file())));
  rows.lines.push_back(reject_.file().line());
  rows.imports.push_back(Keep(View(reject_.file().import_id())));
  rows.of_lists.push_back(reject_.file().of_list());
  rows.record_topics.push_back(Keep(View(reject_.record().topic())));
  rows.record_partitions.push_back(reject_.record().partition());
  rows.record_offsets.push_back(reject_.record().offset());
  v1::Reject rejected;
  rejected.mutable_key()->swap(*reject_.mutable_key());
  rejected.mutable_value()->swap(*reject_.mutable_value());
  rows.bytes.push_back(KeepBytes(reject_.SerializeAsString()));
  rows.rejected.push_back(KeepBytes(rejected.SerializeAsString()));
  return std::nullopt;
}

}  // namespace tend::query
