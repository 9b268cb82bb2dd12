#include "services/scoring/domain/relationship_table.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

namespace tend::scoring {
namespace {

using model::Extras;
using model::Instant;
using model::OwnerIndex;
using model::PersonKey;
using model::Relationship;
using model::Tie;

// Entries whose memory stays for the next batch: 2 MB. The batch after a restore, when everybody is
// due, leaves none.
constexpr size_t kEntriesKept = 4096;

// Both into memory that `to` has from an earlier use, where it fits.
void Copy(const Extras& from, Extras* to) {
  if (!from.wishes.empty() || !to->wishes.empty()) to->wishes = from.wishes;
  to->joined = from.joined;
  to->open = from.open;
  to->waiting = from.waiting;
  to->merged_into =
      from.merged_into == nullptr ? nullptr : std::make_unique<PersonKey>(*from.merged_into);
  to->rest_told = from.rest_told;
  to->identity_seq = from.identity_seq;
  to->departures = from.departures;
}

// Everything but the ties.
void CopyOwn(const Relationship& from, Relationship* to) {
  to->person = from.person;
  to->part = from.part;
  if (from.extras != nullptr) {
    Copy(*from.extras, &to->extra());
  } else {
    to->extras = nullptr;
  }
  to->stage_cause_hash = from.stage_cause_hash;
  to->input_offset = from.input_offset;
  to->version = from.version;
  to->profile = from.profile;
  to->crm_owner_day = from.crm_owner_day;
  to->stage_since = from.stage_since;
  to->last_event = from.last_event;
  to->below_since = from.below_since;
  to->conversing_until = from.conversing_until;
  to->cooling_check = from.cooling_check;
  to->queued_due = from.queued_due;
  to->second_bound = from.second_bound;
  to->best_tie = from.best_tie;
  to->stage = from.stage;
  to->stage_cause = from.stage_cause;
  to->unanswered = from.unanswered;
  to->booked = from.booked;
  to->ready_used = from.ready_used;
  to->erased = from.erased;
  to->bounds_valid = from.bounds_valid;
}

const PersonKey& OriginOf(const Relationship& r, const Tie& tie) {
  return tie.origin == 0 ? r.person : r.extras->joined[tie.origin - 1].origin;
}

const Tie* FindTie(const Relationship& r, OwnerIndex owner, const PersonKey& origin) {
  const int part = r.FindPart(origin);
  return part < 0 ? nullptr : r.ties.Find(owner, part);
}

}  // namespace

// The person id is a hash itself (UUIDv5): its first bytes are good enough.
size_t RelationshipTable::RowHash::operator()(const PersonKey& person) const {
  uint64_t head = 0;
  std::memcpy(&head, person.data(), sizeof(head));
  return absl::Hash<uint64_t>()(head);
}

std::optional<Row> RelationshipTable::Find(const PersonKey& person) const {
  const auto found = index_.find(person);
  if (found == index_.end()) return std::nullopt;
  return *found;
}

Row RelationshipTable::At(const PersonKey& person) {
  if (const auto found = Find(person)) return *found;
  const Row row = size_++;
  if (row % kChunk == 0) chunks_.push_back(std::make_unique<Relationship[]>(kChunk));
  (*this)[row].person = person;
  index_.insert(row);
  return row;
}

RelationshipTable::Kept& RelationshipTable::Keep(Row row) {
  if (changed_ > 0 && journal_[changed_ - 1].row == row) return journal_[changed_ - 1];
  const auto [found, made] = journaled_.try_emplace(row, changed_);
  if (!made) return journal_[found->second];
  if (changed_ == journal_.size()) journal_.emplace_back();
  Kept& kept = journal_[changed_++];
  kept.row = row;
  CopyOwn((*this)[row], &kept.before);
  kept.ties.clear();
  kept.write = true;
  return kept;
}

void RelationshipTable::Touch(Row row) { Keep(row).write = true; }

void RelationshipTable::MarkUnchanged(Row row) {
  Kept& kept = Keep(row);
  if (kept.ties.empty() && kept.before.version == (*this)[row].version) kept.write = false;
}

void RelationshipTable::TouchTie(Row row, OwnerIndex owner, const PersonKey& origin) {
  Kept& kept = Keep(row);
  kept.write = true;
  for (const KeptTie& tie : kept.ties) {
    if (tie.owner == owner && tie.origin == origin) return;
  }
  const Tie* tie = FindTie((*this)[row], owner, origin);
  kept.ties.push_back({owner, origin, tie == nullptr ? std::nullopt : std::optional<Tie>(*tie)});
}

void RelationshipTable::TouchAllTies(Row row) {
  Touch(row);
  for (const Tie& tie : (*this)[row].ties.all())
    TouchTie(row, tie.owner, OriginOf((*this)[row], tie));
}

void RelationshipTable::ForEachChanged(
    absl::FunctionRef<void(Relationship&)> person,
    absl::FunctionRef<void(const Relationship&, const ChangedTie&)> tie) {
  for (const Kept& kept : Journal()) {
    if (!kept.write) continue;
    Relationship& r = (*this)[kept.row];
    person(r);
    for (const KeptTie& t : kept.ties) tie(r, {t.owner, t.origin, FindTie(r, t.owner, t.origin)});
  }
}

void RelationshipTable::Commit() {
  changed_ = 0;
  journaled_.clear();
  if (journal_.size() > kEntriesKept) std::vector<Kept>().swap(journal_);
}

void RelationshipTable::Restore(Kept& kept) {
  Relationship& r = (*this)[kept.row];
  for (const KeptTie& t : kept.ties) {  // what the batch made or changed, by today's part numbers
    const int part = r.FindPart(t.origin);
    if (part >= 0) r.ties.Remove(t.owner, part);
  }
  kept.before.ties = std::move(r.ties);
  r = std::move(kept.before);
  for (KeptTie& t : kept.ties) {
    if (!t.before.has_value()) continue;
    Tie& place = r.ties.At(t.owner, t.before->origin);
    place = *std::move(t.before);
  }
  if (r.queued_due.is_set()) due_.push({r.queued_due, kept.row});
}

void RelationshipTable::Rollback() {
  for (Kept& kept : Journal()) Restore(kept);
  Commit();  // nothing is kept any more
}

void RelationshipTable::Schedule(Row row, Instant due) {
  Relationship& r = (*this)[row];
  if (due.is_never() || (r.queued_due.is_set() && r.queued_due <= due)) return;
  r.queued_due = due;
  due_.push({due, row});
}

Instant RelationshipTable::NextDue() const {
  return due_.empty() ? Instant::Never() : due_.top().at;
}

std::optional<Row> RelationshipTable::PopDue(Instant now) {
  while (!due_.empty() && due_.top().at <= now) {
    const Due due = due_.top();
    due_.pop();
    if ((*this)[due.row].queued_due != due.at) continue;  // an earlier time has taken its place
    return due.row;
  }
  return std::nullopt;
}

}  // namespace tend::scoring
