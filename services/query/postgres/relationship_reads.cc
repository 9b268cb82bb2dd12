#include "services/query/postgres/relationship_reads.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/status_macros.h"
#include "common/model/person_key.h"
#include "common/model/social.h"
#include "services/query/domain/row_text.h"

namespace tend::query {
namespace {

using postgres::Batch;
using postgres::Connection;
using postgres::Params;
using postgres::Rows;

constexpr const char* kRelationships =
    "SELECT person_id, partition, state FROM relationship WHERE person_id = ANY($1)";
constexpr const char* kTies = "SELECT person_id, state FROM tie WHERE person_id = ANY($1)";
// A chain of merges ends at who was not merged.
constexpr const char* kSurvivor = R"sql(
    WITH RECURSIVE chain(person_id, merged_into, erased, length) AS (
      SELECT person_id, merged_into, erased, 0 FROM relationship WHERE person_id = $1
      UNION ALL
      SELECT r.person_id, r.merged_into, r.erased, c.length + 1
      FROM chain c JOIN relationship r ON r.person_id = c.merged_into WHERE c.length < 100)
    SELECT person_id FROM chain WHERE merged_into IS NULL AND NOT erased)sql";
constexpr const char* kHistory = R"sql(
    SELECT event_partition, event_offset, event FROM interaction WHERE origin_id = ANY($1)
    ORDER BY occur_time, event_partition, event_offset)sql";
constexpr const char* kNames = R"sql(
    SELECT display_name FROM origin_profile WHERE origin_id = ANY($1) AND display_name <> ''
    ORDER BY source_time DESC, origin_id LIMIT 1)sql";
constexpr const char* kIdentifiers = R"sql(
    SELECT kind, system, raw, normalized FROM identifier WHERE origin_id = ANY($1)
    ORDER BY kind, system, normalized)sql";

// The same list by three ways in. $1..$2: after which place (a bound of 2 is before all); $3: how
// many; $4: stages.
constexpr const char* kBounds = R"sql(
    SELECT readiness, person_id FROM relationship
    WHERE NOT erased AND merged_into IS NULL AND readiness <= $1
      AND (readiness < $1 OR person_id > $2) AND (cardinality($4) = 0 OR stage = ANY($4))
      AND ($5 = '' OR account_id = $5)
    ORDER BY readiness DESC, person_id LIMIT $3)sql";
constexpr const char* kBoundsOfAccount = R"sql(
    SELECT readiness, person_id FROM relationship
    WHERE account_id = $5 AND account_id <> '' AND NOT erased AND merged_into IS NULL
      AND readiness <= $1 AND (readiness < $1 OR person_id > $2)
      AND (cardinality($4) = 0 OR stage = ANY($4))
    ORDER BY readiness DESC, person_id LIMIT $3)sql";
constexpr const char* kBoundsOfOwner = R"sql(
    SELECT readiness, person_id FROM relationship r
    WHERE EXISTS (SELECT FROM tie t WHERE t.owner_id = $6 AND t.person_id = r.person_id)
      AND NOT erased AND merged_into IS NULL AND readiness <= $1
      AND (readiness < $1 OR person_id > $2) AND (cardinality($4) = 0 OR stage = ANY($4))
      AND ($5 = '' OR account_id = $5)
    ORDER BY readiness DESC, person_id LIMIT $3)sql";

constexpr const char* kTimelineInteractions = R"sql(
    SELECT event FROM interaction WHERE origin_id = ANY($1) AND occur_time <= $2
    ORDER BY occur_time DESC, event_partition, event_offset DESC LIMIT $3)sql";
constexpr const char* kTimelineStages = R"sql(
    SELECT person_id, change_time, stage, cause, before FROM (
      SELECT *, coalesce(lag(stage) OVER (PARTITION BY person_id ORDER BY change_time), 0) AS before
      FROM stage_change WHERE person_id = ANY($1)) s
    WHERE change_time <= $2 AND stage <> before ORDER BY change_time DESC, person_id LIMIT $3)sql";
constexpr const char* kTimelineNudges = R"sql(
    SELECT c.change, n.nudge, n.subject FROM nudge_change c JOIN nudge n USING (nudge_id)
    WHERE c.person_id = ANY($1) AND c.change_time <= $2
    ORDER BY c.change_time DESC, c.partition, c.change_offset DESC LIMIT $3)sql";

constexpr const char* kFindOrigins = R"sql(
    (SELECT origin_id FROM identifier WHERE normalized = ANY($1) LIMIT $3)
    UNION (SELECT origin_id FROM origin_profile WHERE lower(display_name) LIKE $2 LIMIT $3))sql";
constexpr const char* kPersonsOf = R"sql(
    SELECT DISTINCT coalesce(o.person_id, n.id)
    FROM unnest($1) n(id) LEFT JOIN origin_person o ON o.origin_id = n.id)sql";

template <typename Message>
absl::Status Parse(absl::string_view bytes, Message* message) {
  if (message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("a row's bytes are no ", Message::descriptor()->name()));
}

std::string Str(absl::string_view s) { return {s.data(), s.size()}; }

Ids IdsOf(const Rows& rows) {
  Ids ids;
  for (int i = 0; i < rows.size(); ++i) ids.push_back(rows.UuidOf(i, 0));
  return ids;
}

absl::Status AddInteractions(const Rows& rows, std::vector<v1::TimelineEntry>& entries) {
  v1::PersonEvent event;
  for (int i = 0; i < rows.size(); ++i) {
    TEND_RETURN_IF_ERROR(Parse(rows.Text(i, 0), &event));
    v1::TimelineEntry& entry = entries.emplace_back();
    *entry.mutable_entry_time() = event.interaction().occur_time();
    *entry.mutable_interaction() = std::move(*event.mutable_interaction());
  }
  return absl::OkStatus();
}

void AddStages(const Rows& rows, std::vector<v1::TimelineEntry>& entries) {
  for (int i = 0; i < rows.size(); ++i) {
    v1::TimelineEntry& entry = entries.emplace_back();
    SetTime(rows.Time(i, 1), entry.mutable_entry_time());
    v1::StageChanged& stage = *entry.mutable_stage_changed();
    stage.set_person_id(rows.Uuid(i, 0));
    stage.set_to_stage(static_cast<v1::Stage>(rows.Int(i, 2)));
    stage.set_cause(static_cast<v1::StageCause>(rows.Int(i, 3)));
    stage.set_from_stage(static_cast<v1::Stage>(rows.Int(i, 4)));
    *stage.mutable_change_time() = entry.entry_time();
  }
}

absl::Status AddNudges(const Rows& rows, std::vector<v1::TimelineEntry>& entries) {
  v1::Nudge nudge;
  for (int i = 0; i < rows.size(); ++i) {
    v1::TimelineEntry& entry = entries.emplace_back();
    v1::NudgeChanged& change = *entry.mutable_nudge_changed();
    TEND_RETURN_IF_ERROR(Parse(rows.Text(i, 0), &change));
    TEND_RETURN_IF_ERROR(Parse(rows.Text(i, 1), &nudge));
    *change.mutable_nudge()->mutable_moment() = nudge.moment();
    change.mutable_nudge()->mutable_moment()->set_subject(Str(rows.Text(i, 2)));
    *entry.mutable_entry_time() = change.change_time();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<ReadRelationship>> ReadRelationships(Connection& connection,
                                                                const Ids& persons) {
  const Params ids = Params().Uuids(persons);
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows,
                        connection.Run(Batch().Add(kRelationships, ids).Add(kTies, ids)));
  std::vector<ReadRelationship> read(persons.size());
  absl::flat_hash_map<Id, size_t> places;
  for (size_t i = 0; i < persons.size(); ++i) places.emplace(persons[i], i);
  for (int i = 0; i < rows[0].size(); ++i) {
    ReadRelationship& r = read[places.at(rows[0].UuidOf(i, 0))];
    r.partition = static_cast<int>(rows[0].Int(i, 1));
    TEND_RETURN_IF_ERROR(Parse(rows[0].Text(i, 2), &r.stored.state));
  }
  for (int i = 0; i < rows[1].size(); ++i) {
    ReadRelationship& r = read[places.at(rows[1].UuidOf(i, 0))];
    TEND_RETURN_IF_ERROR(Parse(rows[1].Text(i, 1), &r.stored.ties.emplace_back()));
  }
  std::erase_if(read, [](const ReadRelationship& r) { return r.stored.state.person_id().empty(); });
  return read;
}

absl::StatusOr<Id> IdOf(const std::string& person_id) {
  const auto id = model::ParsePersonKey({person_id.data(), person_id.size()});
  if (!id.ok()) return Annotate(id.status(), "person_id");
  return *id;
}

absl::StatusOr<ReadRelationship> ReadSurvivor(Connection& connection,
                                              const std::string& person_id) {
  TEND_ASSIGN_OR_RETURN(const Id asked, IdOf(person_id));
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows,
                        connection.Run(Batch().Add(kSurvivor, Params().Uuid(asked))));
  if (rows[0].size() == 0) return absl::NotFoundError("person_id: nobody, or erased");
  TEND_ASSIGN_OR_RETURN(std::vector<ReadRelationship> read,
                        ReadRelationships(connection, {rows[0].UuidOf(0, 0)}));
  if (read.empty()) return absl::NotFoundError("person_id: nobody");
  return std::move(read[0]);
}

absl::StatusOr<std::vector<HistoryItem>> ReadHistory(Connection& connection, const Ids& origins) {
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows,
                        connection.Run(Batch().Add(kHistory, Params().Uuids(origins))));
  std::vector<HistoryItem> history(static_cast<size_t>(rows[0].size()));
  for (size_t i = 0; i < history.size(); ++i) {
    const int row = static_cast<int>(i);
    history[i].partition = static_cast<int>(rows[0].Int(row, 0));
    history[i].offset = rows[0].Int(row, 1);
    TEND_RETURN_IF_ERROR(Parse(rows[0].Text(row, 2), &history[i].event));
  }
  return history;
}

absl::Status ReadPerson(Connection& connection, const Ids& origins, v1::Person* person) {
  const Params ids = Params().Uuids(origins);
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows,
                        connection.Run(Batch().Add(kNames, ids).Add(kIdentifiers, ids)));
  if (rows[0].size() > 0) person->set_display_name(Str(rows[0].Text(0, 0)));
  for (int i = 0; i < rows[1].size(); ++i) {
    v1::Identifier* const identifier = person->add_identifiers();
    identifier->set_kind(static_cast<v1::IdentifierKind>(rows[1].Int(i, 0)));
    identifier->set_system(Str(rows[1].Text(i, 1)));
    identifier->set_raw(Str(rows[1].Text(i, 2)));
    identifier->set_normalized(Str(rows[1].Text(i, 3)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Ranked>> ReadBounds(Connection& connection, const ListFilter& filter,
                                               const std::optional<Ranked>& after, int limit) {
  constexpr double kBeforeAll = 2;  // readiness is at most 1
  const Ranked from = after.value_or(Ranked{kBeforeAll, {}});
  Params params;
  params.Double(from.value)
      .Uuid(from.person)
      .Int(limit)
      .Ints(filter.stages)
      .Text({filter.account_id.data(), filter.account_id.size()});
  const char* sql = filter.account_id.empty() ? kBounds : kBoundsOfAccount;
  if (!filter.owner_id.empty()) {
    sql = kBoundsOfOwner;
    params.Text({filter.owner_id.data(), filter.owner_id.size()});
  }
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows, connection.Run(Batch().Add(sql, params)));
  std::vector<Ranked> bounds;
  bounds.reserve(static_cast<size_t>(rows[0].size()));
  for (int i = 0; i < rows[0].size(); ++i) {
    bounds.push_back({rows[0].Double(i, 0), rows[0].UuidOf(i, 1)});
  }
  return bounds;
}

absl::StatusOr<std::vector<v1::TimelineEntry>> ReadTimeline(Connection& connection,
                                                            const Ids& persons, const Ids& origins,
                                                            absl::Time until, int64_t limit) {
  const Params of_origins = Params().Uuids(origins).Time(until).Int(limit);
  const Params of_persons = Params().Uuids(persons).Time(until).Int(limit);
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows,
                        connection.Run(Batch()
                                           .Add(kTimelineInteractions, of_origins)
                                           .Add(kTimelineStages, of_persons)
                                           .Add(kTimelineNudges, of_persons)));
  std::vector<v1::TimelineEntry> entries;
  TEND_RETURN_IF_ERROR(AddInteractions(rows[0], entries));
  AddStages(rows[1], entries);
  TEND_RETURN_IF_ERROR(AddNudges(rows[2], entries));
  std::stable_sort(entries.begin(), entries.end(),
                   [](const v1::TimelineEntry& a, const v1::TimelineEntry& b) {
                     return RowTime(a.entry_time()) > RowTime(b.entry_time());
                   });
  if (entries.size() > static_cast<size_t>(limit)) entries.resize(static_cast<size_t>(limit));
  return entries;
}

absl::StatusOr<Ids> FindOrigins(Connection& connection, absl::string_view text, int64_t limit) {
  const std::string lower = absl::AsciiStrToLower(text);
  const std::string prefix =
      absl::StrCat(absl::StrReplaceAll(lower, {{"\\", "\\\\"}, {"%", "\\%"}, {"_", "\\_"}}), "%");
  std::vector<absl::string_view> forms = {text, {lower.data(), lower.size()}};
  std::string handle;
  if (model::NormalizeSocial("", text, handle)) forms.emplace_back(handle.data(), handle.size());
  TEND_ASSIGN_OR_RETURN(
      const std::vector<Rows> rows,
      connection.Run(Batch().Add(
          kFindOrigins, Params().Texts(forms).Text({prefix.data(), prefix.size()}).Int(limit))));
  return IdsOf(rows[0]);
}

absl::StatusOr<Ids> PersonsOf(Connection& connection, const Ids& origins) {
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows,
                        connection.Run(Batch().Add(kPersonsOf, Params().Uuids(origins))));
  return IdsOf(rows[0]);
}

Ids OriginsOf(const v1::Relationship& state) {
  Ids origins;
  for (const v1::Part& part : state.parts()) {
    const auto origin = model::ParsePersonKey({part.origin_id().data(), part.origin_id().size()});
    if (origin.ok()) origins.push_back(*origin);
  }
  return origins;
}

}  // namespace tend::query
