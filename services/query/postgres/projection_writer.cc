#include "services/query/postgres/projection_writer.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "common/postgres/migrations.h"
#include "services/query/postgres/projection_statements.h"
#include "services/query/postgres/schema.h"

namespace tend::query {
namespace {

using postgres::Batch;
using postgres::Params;
using postgres::Rows;

// Any number that no other lock of ours has (746561640x are migrations' and enrichment's).
constexpr const char* kLead = "SELECT pg_try_advisory_lock(7465616410)";
constexpr const char* kAddOffsets = R"sql(
    INSERT INTO projection_offset (topic, partition, next_offset)
    SELECT topic, partition, -1 FROM unnest($1, $2) n(topic, partition) ON CONFLICT DO NOTHING)sql";
constexpr const char* kOffsets = "SELECT topic, partition, next_offset FROM projection_offset";
constexpr const char* kErasedPersons = "SELECT person_id FROM erased_person";
constexpr const char* kErasedOrigins = "SELECT origin_id FROM erased_origin";
constexpr const char* kMoveOffsets = R"sql(
    UPDATE projection_offset p SET next_offset = n.after
    FROM unnest($1, $2, $3, $4) n(topic, partition, before, after)
    WHERE p.topic = n.topic AND p.partition = n.partition AND p.next_offset = n.before)sql";
constexpr const char* kAddMonth = "SELECT interaction_add_month($1)";
constexpr const char* kDropBefore = "SELECT interaction_drop_before($1)";
constexpr const char* kDropRejects = "DELETE FROM reject WHERE reject_time < $1";
// So many at a time, some seconds' work: more go with the next call.
constexpr const char* kDropRejected = R"sql(
    UPDATE reject SET rejected = '' WHERE (partition, reject_offset) IN
      (SELECT partition, reject_offset FROM reject WHERE reject_time < $1 AND rejected <> ''
       ORDER BY reject_time LIMIT 200000))sql";
constexpr const char* kDropUnparted = R"sql(
    DELETE FROM reject WHERE (partition, reject_offset) IN
      (SELECT partition, reject_offset FROM reject WHERE reject_time < $1 AND rejected IS NULL
       ORDER BY reject_time LIMIT 200000))sql";

// The person's own origin, unless it has moved, and those that have moved to them.
constexpr const char* kOriginsOf = R"sql(
    SELECT id FROM unnest($1) n(id) WHERE NOT EXISTS
      (SELECT FROM origin_person o WHERE o.origin_id = id AND o.person_id <> id)
    UNION SELECT origin_id FROM origin_person WHERE person_id = ANY($1))sql";

constexpr int64_t kNothing = -1;

postgres::ConnectionOptions Prepared(postgres::ConnectionOptions options) {
  absl::StrAppend(&options.settings, " -c synchronous_commit=off");
  options.answer_timeout = absl::Seconds(60);  // a batch may wait for a partition to be moved
  return options;
}

Params OffsetParams(absl::Span<const Advance> advances) {
  std::vector<absl::string_view> topics;
  std::vector<int64_t> partitions, before, after;
  for (const Advance& advance : advances) {
    topics.emplace_back(advance.from.topic.data(), advance.from.topic.size());
    partitions.push_back(advance.from.partition);
    before.push_back(advance.from.next_offset.value_or(kNothing));
    after.push_back(advance.to);
  }
  return Params().Texts(topics).Ints(partitions).Ints(before).Ints(after);
}

void ReadErasures(const Rows& persons, const Rows& origins, Erasures& erasures) {
  erasures = Erasures();
  for (int i = 0; i < persons.size(); ++i) erasures.persons.insert(persons.UuidOf(i, 0));
  for (int i = 0; i < origins.size(); ++i) erasures.origins.insert(origins.UuidOf(i, 0));
}

int64_t MonthIndex(absl::CivilMonth month) { return month.year() * 12 + month.month(); }

}  // namespace

ProjectionWriter::ProjectionWriter(postgres::ConnectionOptions connection,
                                   const ProjectionOptions& options)
    : connection_(Prepared(std::move(connection))), options_(options) {}

absl::StatusOr<std::vector<Progress>> ProjectionWriter::Begin(absl::Span<const Progress> partitions,
                                                              Erasures& erasures) {
  months_.clear();
  TEND_RETURN_IF_ERROR(postgres::Migrate(connection_, "query", ReadModelMigrations()));
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> lead, connection_.Run(Batch().Add(kLead)));
  if (!lead[0].Bool(0, 0)) return absl::AbortedError("another instance projects");
  std::vector<absl::string_view> topics;
  std::vector<int64_t> numbers;
  for (const Progress& partition : partitions) {
    topics.emplace_back(partition.topic.data(), partition.topic.size());
    numbers.push_back(partition.partition);
  }
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows,
                        connection_.Run(Batch()
                                            .Add(kAddOffsets, Params().Texts(topics).Ints(numbers))
                                            .Add(kOffsets)
                                            .Add(kErasedPersons)
                                            .Add(kErasedOrigins)));
  ReadErasures(rows[2], rows[3], erasures);
  std::vector<Progress> found;
  for (int i = 0; i < rows[1].size(); ++i) {
    const absl::string_view topic = rows[1].Text(i, 0);
    const int64_t next = rows[1].Int(i, 2);
    found.push_back({std::string(topic.data(), topic.size()), static_cast<int>(rows[1].Int(i, 1)),
                     next == kNothing ? std::nullopt : std::optional<int64_t>(next)});
  }
  return found;
}

absl::Status ProjectionWriter::Write(const BatchRows& rows, absl::Span<const Advance> advances,
                                     Erasures& erasures) {
  Batch batch;
  batch.Add("BEGIN").Add(kMoveOffsets, OffsetParams(advances));
  AddMonths(rows.interactions, batch);
  AddStatements(rows, batch);
  absl::StatusOr<std::vector<Rows>> done = connection_.Run(batch);
  Erasures added;
  absl::Status status = done.status();
  if (status.ok() && (*done)[1].changed() != static_cast<int64_t>(advances.size())) {
    TEND_RETURN_IF_ERROR(connection_.Run(Batch().Add("ROLLBACK")).status());
    status = absl::AbortedError("the offsets were moved by somebody else");
  }
  if (status.ok()) status = Erase(rows, added);
  if (status.ok()) status = connection_.Run(Batch().Add("COMMIT")).status();
  if (!status.ok()) {
    months_.clear();  // those made in it are gone
    return status;
  }
  erasures.persons.insert(added.persons.begin(), added.persons.end());
  erasures.origins.insert(added.origins.begin(), added.origins.end());
  return absl::OkStatus();
}

void ProjectionWriter::AddMonths(const InteractionRows& rows, Batch& batch) {
  const absl::CivilMonth now = absl::ToCivilMonth(absl::Now(), absl::UTCTimeZone());
  for (const absl::Time time : rows.occurs) {
    const absl::CivilMonth month = absl::ToCivilMonth(time, absl::UTCTimeZone());
    if (month > now + 1 || month < now - options_.history_months) continue;
    if (months_.insert(MonthIndex(month)).second) batch.Add(kAddMonth, Params().Time(time));
  }
}

absl::StatusOr<Ids> ProjectionWriter::OriginsOf(const Ids& persons) {
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows,
                        connection_.Run(Batch().Add(kOriginsOf, Params().Uuids(persons))));
  Ids origins;
  for (int i = 0; i < rows[0].size(); ++i) origins.push_back(rows[0].UuidOf(i, 0));
  return origins;
}

// After the batch's rows: what it brought of them goes too.
absl::Status ProjectionWriter::Erase(const BatchRows& rows, Erasures& added) {
  if (rows.erased_persons.empty() && rows.erased_origins.empty()) return absl::OkStatus();
  TEND_ASSIGN_OR_RETURN(Ids origins, OriginsOf(rows.erased_persons));
  origins.insert(origins.end(), rows.erased_origins.begin(), rows.erased_origins.end());
  Batch batch;
  AddErasure(rows.erased_persons, origins, batch);
  TEND_RETURN_IF_ERROR(connection_.Run(batch).status());
  added.persons.insert(rows.erased_persons.begin(), rows.erased_persons.end());
  added.origins.insert(origins.begin(), origins.end());
  return absl::OkStatus();
}

absl::Status ProjectionWriter::DropBefore(absl::Time history, absl::Time rejected) {
  months_.clear();
  const Params before = Params().Time(history), bytes_before = Params().Time(rejected);
  return connection_
      .Run(Batch()
               .Add(kDropBefore, before)
               .Add(kDropRejects, before)
               .Add(kDropRejected, bytes_before)
               .Add(kDropUnparted, bytes_before))
      .status();
}

}  // namespace tend::query
