// The other half of row_maker.h: what a PersonEvent becomes.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/hash.h"
#include "common/model/person_key.h"
#include "services/query/domain/row_maker.h"
#include "services/query/domain/row_text.h"

namespace tend::query {
namespace {

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

// The name, company and title that an interaction shows of the person.
struct Shown {
  absl::string_view name, company, title;
  bool empty() const { return name.empty() && company.empty() && title.empty(); }
};

Shown ShownBy(const v1::Interaction& interaction, const v1::Party* party) {
  if (interaction.has_profile_changed()) {
    const v1::ProfileChanged& p = interaction.profile_changed();
    return {View(p.name()), View(p.company()), View(p.title())};
  }
  if (interaction.has_list_row_entered()) {
    const v1::ListRowEntered& row = interaction.list_row_entered();
    return {View(row.name()), View(row.company()), View(row.title())};
  }
  if (party == nullptr) return {};
  return {View(party->display_name()), {}, {}};
}

// Whether what is shown takes the place of what is known.
bool Changes(absl::string_view shown, absl::string_view known) {
  return !shown.empty() && RowText(shown) != known;
}

const v1::Party* PartyOf(const v1::PersonEvent& event) {
  for (const v1::Party& party : event.interaction().parties()) {
    if (party.side() == v1::SIDE_THEIRS && party.person_id() == event.person_id()) return &party;
  }
  return nullptr;
}

Unusable Invalid(absl::string_view detail) { return {v1::REJECT_REASON_FIELD_INVALID, detail}; }

}  // namespace

bool RowMaker::IsErased(const Id& person, const Id& origin) const {
  return erasures_.persons.contains(person) || erasures_.origins.contains(origin) ||
         erased_now_.contains(person);
}

std::optional<Unusable> RowMaker::AddPersonEvent(const Projected& record) {
  if (record.tombstone ||
      !event_.ParseFromArray(record.value.data(), static_cast<int>(record.value.size()))) {
    return Unusable{v1::REJECT_REASON_MALFORMED, "is no PersonEvent"};
  }
  const auto person = model::ParsePersonKey(View(event_.person_id()));
  if (!person.ok()) return Invalid("person_id is no id");
  Id origin = *person;
  if (!event_.origin_id().empty()) {
    const auto read = model::ParsePersonKey(View(event_.origin_id()));
    if (!read.ok()) return Invalid("origin_id is no id");
    origin = *read;
  }
  switch (event_.event_case()) {
    case v1::PersonEvent::kInteraction:
      if (!IsErased(*person, origin)) AddInteraction(record, origin);
      return std::nullopt;
    case v1::PersonEvent::kPartMoved:
      return AddPartMoved(*person);
    case v1::PersonEvent::kErased:
      if (erased_now_.insert(*person).second) rows_.erased_persons.push_back(*person);
      return std::nullopt;
    case v1::PersonEvent::EVENT_NOT_SET:
      return Unusable{v1::REJECT_REASON_VERSION_UNKNOWN, "no event of this version"};
    default:
      return std::nullopt;  // where parts go, PartMoved tells
  }
}

std::optional<Unusable> RowMaker::AddPartMoved(const Id& person) {
  const auto origin = model::ParsePersonKey(View(event_.part_moved().part().origin_id()));
  if (!origin.ok()) return Invalid("part_moved.part.origin_id is no id");
  OriginPersonRows& rows = rows_.origin_persons;
  const int64_t seq = event_.part_moved().identity_seq();
  const auto [found, is_new] = origin_at_.try_emplace(*origin, rows.origins.size());
  if (is_new) {
    rows.origins.push_back(*origin);
    rows.persons.push_back(person);
    rows.identity_seqs.push_back(seq);
  } else if (rows.identity_seqs[found->second] < seq) {
    rows.persons[found->second] = person;
    rows.identity_seqs[found->second] = seq;
  }
  if (IsErased(person, *origin)) rows_.erased_origins.push_back(*origin);
  return std::nullopt;
}

void RowMaker::AddInteraction(const Projected& record, const Id& origin) {
  const v1::Interaction& interaction = event_.interaction();
  InteractionRows& rows = rows_.interactions;
  rows.origins.push_back(origin);
  rows.occurs.push_back(RowTime(interaction.occur_time()));
  rows.partitions.push_back(record.partition);
  rows.offsets.push_back(record.offset);
  // Without a source (nothing of ours sends that) its own place keeps it apart from all others.
  const bool sourced = event_.has_source_position();
  rows.source_partitions.push_back(sourced ? event_.source_position().partition()
                                           : -1 - record.partition);
  rows.source_offsets.push_back(sourced ? event_.source_position().offset() : record.offset);
  rows.facts.push_back(interaction.fact_case());
  rows.events.push_back(record.value);
  const v1::Party* const party = PartyOf(event_);
  if (party != nullptr) AddIdentifiers(origin, *party);
  const Shown shown = ShownBy(interaction, party);
  if (!shown.empty()) AddProfile(origin, shown.name, shown.company, shown.title);
  if (interaction.has_list_row_entered()) AddListRow(origin);
}

void RowMaker::AddProfile(const Id& origin, absl::string_view name, absl::string_view company,
                          absl::string_view title) {
  const absl::Time time = RowTime(event_.interaction().occur_time());
  const uint64_t hash = StableHash(absl::StrCat(name, "\n", company, "\n", title));
  if (!known_.IsNewProfile(origin, hash, time)) return;
  ProfileRows& rows = rows_.profiles;
  const auto [found, is_new] = profile_at_.try_emplace(origin, rows.origins.size());
  const size_t at = found->second;
  if (is_new) {
    rows.origins.push_back(origin);
    rows.sources.push_back(time);
    rows.names.emplace_back(), rows.companies.emplace_back(), rows.titles.emplace_back();
  } else if (time < rows.sources[at] ||
             !(Changes(name, rows.names[at]) || Changes(company, rows.companies[at]) ||
               Changes(title, rows.titles[at]))) {
    return;
  }
  rows.sources[at] = time;
  if (!name.empty()) rows.names[at] = Keep(name);
  if (!company.empty()) rows.companies[at] = Keep(company);
  if (!title.empty()) rows.titles[at] = Keep(title);
}

void RowMaker::AddIdentifiers(const Id& origin, const v1::Party& party) {
  const absl::string_view origin_bytes(reinterpret_cast<const char*>(origin.data()), origin.size());
  IdentifierRows& rows = rows_.identifiers;
  for (const v1::Identifier& identifier : party.identifiers()) {
    // One that is longer than an index takes cannot be looked for.
    if (identifier.normalized().empty() || identifier.normalized().size() > kMostTextBytes)
      continue;
    std::string key =
        absl::StrCat(identifier.kind(), "\n", identifier.system(), "\n", identifier.normalized());
    if (!known_.IsNewIdentifier(StableHash(absl::StrCat(key, origin_bytes)))) continue;
    const auto [found, is_new] = identifier_at_.try_emplace(std::move(key), rows.origins.size());
    if (!is_new) {
      rows.origins[found->second] = origin;
      continue;
    }
    rows.origins.push_back(origin);
    rows.kinds.push_back(identifier.kind());
    rows.systems.push_back(Keep(View(identifier.system())));
    rows.normalized.push_back(Keep(View(identifier.normalized())));
    rows.raw.push_back(Keep(View(identifier.raw())));
  }
}

void RowMaker::AddListRow(const Id& origin) {
  const v1::ListRowEntered& row = event_.interaction().list_row_entered();
  ListRowRows& rows = rows_.list_rows;
  const absl::string_view list = Keep(View(row.list_id()));
  const auto found =
      list_row_at_.try_emplace(absl::StrCat(row.row(), "\n", list), rows.origins.size()).first;
  const size_t at = found->second;
  PutAt(rows.origins, at, origin);
  PutAt(rows.rows, at, row.row());
  PutAt(rows.unsubscribed, at, row.unsubscribed());
  PutAt(rows.receives, at, RowTime(event_.interaction().receive_time()));
  PutAt(rows.lists, at, list);
  PutAt(rows.names, at, Keep(View(row.name())));
  PutAt(rows.companies, at, Keep(View(row.company())));
}

}  // namespace tend::query
