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

std::unique_ptr<Extras> Copy(const Extras* extras) {
  if (extras == nullptr) return nullptr;
  auto copy = std::make_unique<Extras>();
  copy->wishes = extras->wishes;
  copy->joined = extras->joined;
  copy->open = extras->open;
  copy->waiting = extras->waiting;
  if (extras->merged_into != nullptr)
    copy->merged_into = std::make_unique<PersonKey>(*extras->merged_into);
  copy->rest_told = extras->rest_told;
  copy->identity_seq = extras->identity_seq;
  copy->departures = extras->departures;
  return copy;
}

// Everything but the ties.
void CopyOwn(const Relationship& from, Relationship* to) {
  to->person = from.person;
  to->part = from.part;
  to->extras = Copy(from.extras.get());
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

// -1 where the person has no part of that origin.
int PartOf(const Relationship& r, const PersonKey& origin) {
  if (origin == r.person) return 0;
  for (int i = 1; i < r.PartCount(); ++i) {
    if (r.extras->joined[i - 1].origin == origin) return i;
  }
  return -1;
}

const PersonKey& OriginOf(const Relationship& r, const Tie& tie) {
  return tie.origin == 0 ? r.person : r.extras->joined[tie.origin - 1].origin;
}

const Tie* FindTie(const Relationship& r, OwnerIndex owner, const PersonKey& origin) {
  const int part = PartOf(r, origin);
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
  const auto row = static_cast<Row>(rows_.size());
  rows_.emplace_back().person = person;
  index_.insert(row);
  return row;
}

RelationshipTable::Kept& RelationshipTable::Keep(Row row) {
  const auto [found, made] = journaled_.try_emplace(row, journal_.size());
  if (made) {
    journal_.emplace_back().row = row;
    CopyOwn(rows_[row], &journal_.back().before);
  }
  return journal_[found->second];
}

void RelationshipTable::Touch(Row row) { Keep(row).write = true; }

void RelationshipTable::MarkUnchanged(Row row) {
  Kept& kept = Keep(row);
  if (kept.ties.empty() && kept.before.version == rows_[row].version) kept.write = false;
}

void RelationshipTable::TouchTie(Row row, OwnerIndex owner, const PersonKey& origin) {
  Kept& kept = Keep(row);
  kept.write = true;
  for (const KeptTie& tie : kept.ties) {
    if (tie.owner == owner && tie.origin == origin) return;
  }
  const Tie* tie = FindTie(rows_[row], owner, origin);
  kept.ties.push_back({owner, origin, tie == nullptr ? std::nullopt : std::optional<Tie>(*tie)});
}

void RelationshipTable::TouchAllTies(Row row) {
  Touch(row);
  for (const Tie& tie : rows_[row].ties.all()) TouchTie(row, tie.owner, OriginOf(rows_[row], tie));
}

void RelationshipTable::ForEachChanged(
    absl::FunctionRef<void(Relationship&)> person,
    absl::FunctionRef<void(const Relationship&, const ChangedTie&)> tie) {
  for (const Kept& kept : journal_) {
    if (!kept.write) continue;
    Relationship& r = rows_[kept.row];
    person(r);
    for (const KeptTie& t : kept.ties) tie(r, {t.owner, t.origin, FindTie(r, t.owner, t.origin)});
  }
}

void RelationshipTable::Commit() {
  journal_.clear();
  journaled_.clear();
}

void RelationshipTable::Restore(Kept& kept) {
  Relationship& r = rows_[kept.row];
  for (const KeptTie& t : kept.ties) {  // what the batch made or changed, by today's part numbers
    const int part = PartOf(r, t.origin);
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
  for (Kept& kept : journal_) Restore(kept);
  journal_.clear();
  journaled_.clear();
}

void RelationshipTable::Schedule(Row row, Instant due) {
  Relationship& r = rows_[row];
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
    if (rows_[due.row].queued_due != due.at) continue;  // an earlier time has taken its place
    return due.row;
  }
  return std::nullopt;
}

}  // namespace tend::scoring
