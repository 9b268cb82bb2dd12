#include "services/query/postgres/projection_statements.h"

namespace tend::query {
namespace {

using postgres::Batch;
using postgres::Params;

// Where there are many rows, their columns are unnested in the select list: in FROM each column
// first becomes a table of its own, which is 2.3 us a row of eight columns instead of .5.

constexpr const char* kInteractions = R"sql(
    INSERT INTO interaction (occur_time, event_offset, source_offset, origin_id, event_partition,
                             source_partition, fact, event)
    SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6), unnest($7),
           unnest($8)
    ON CONFLICT DO NOTHING)sql";
constexpr const char* kRelationships = R"sql(
    INSERT INTO relationship AS r (person_id, version, input_offset, readiness, as_of_time,
                                   merged_into, partition, stage, erased, account_id, owner_id, state)
    SELECT person, version, input, readiness, as_of,
           nullif(merged, '00000000-0000-0000-0000-000000000000'), partition, stage, erased <> 0,
           account, owner, state
    FROM (SELECT unnest($1) person, unnest($2) version, unnest($3) input, unnest($4) readiness,
                 unnest($5) as_of, unnest($6) merged, unnest($7) partition, unnest($8) stage,
                 unnest($9) erased, unnest($10) account, unnest($11) owner, unnest($12) state) n
    ON CONFLICT (person_id) DO UPDATE
    SET version = excluded.version, input_offset = excluded.input_offset,
        readiness = excluded.readiness, as_of_time = excluded.as_of_time,
        merged_into = excluded.merged_into, partition = excluded.partition, stage = excluded.stage,
        erased = excluded.erased, account_id = excluded.account_id, owner_id = excluded.owner_id,
        state = excluded.state
    WHERE r.version < excluded.version)sql";
constexpr const char* kScored = R"sql(
    INSERT INTO scored_offset AS s (partition, next_offset) SELECT * FROM unnest($1, $2)
    ON CONFLICT (partition) DO UPDATE SET next_offset = excluded.next_offset)sql";
constexpr const char* kStages = R"sql(
    INSERT INTO stage_change (person_id, change_time, stage, cause, cause_hash)
    SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5)
    ON CONFLICT DO NOTHING)sql";
constexpr const char* kTies = R"sql(
    INSERT INTO tie AS t (person_id, origin_id, owner_id, version, z, strength, state)
    SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6), unnest($7)
    ON CONFLICT (person_id, owner_id, origin_id) DO UPDATE
    SET version = excluded.version, z = excluded.z, strength = excluded.strength,
        state = excluded.state
    WHERE t.version < excluded.version)sql";
constexpr const char* kGoneTies = R"sql(
    DELETE FROM tie t USING unnest($1, $2, $3) n(person, origin, owner)
    WHERE t.person_id = n.person AND t.origin_id = n.origin AND t.owner_id = n.owner)sql";
constexpr const char* kOriginPersons = R"sql(
    INSERT INTO origin_person AS o (origin_id, person_id, identity_seq)
    SELECT * FROM unnest($1, $2, $3)
    ON CONFLICT (origin_id) DO UPDATE
    SET person_id = excluded.person_id, identity_seq = excluded.identity_seq
    WHERE o.identity_seq < excluded.identity_seq)sql";
constexpr const char* kProfiles = R"sql(
    INSERT INTO origin_profile AS p (origin_id, source_time, display_name, company, title)
    SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5)
    ON CONFLICT (origin_id) DO UPDATE
    SET source_time = excluded.source_time,
        display_name = coalesce(nullif(excluded.display_name, ''), p.display_name),
        company = coalesce(nullif(excluded.company, ''), p.company),
        title = coalesce(nullif(excluded.title, ''), p.title)
    WHERE p.source_time <= excluded.source_time
      AND (excluded.display_name NOT IN ('', p.display_name) OR
           excluded.company NOT IN ('', p.company) OR excluded.title NOT IN ('', p.title)))sql";
constexpr const char* kIdentifiers = R"sql(
    INSERT INTO identifier AS i (origin_id, kind, system, normalized, raw)
    SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5)
    ON CONFLICT (normalized, kind, system) DO UPDATE SET origin_id = excluded.origin_id
    WHERE i.origin_id <> excluded.origin_id)sql";
constexpr const char* kListRows = R"sql(
    INSERT INTO list_row AS l (list_id, row, origin_id, receive_time, unsubscribed, name, company)
    SELECT list, row, origin, received, unsubscribed <> 0, name, company
    FROM unnest($1, $2, $3, $4, $5, $6, $7)
         n(list, row, origin, received, unsubscribed, name, company)
    ON CONFLICT (list_id, row) DO UPDATE
    SET origin_id = excluded.origin_id, receive_time = excluded.receive_time,
        unsubscribed = excluded.unsubscribed, name = excluded.name, company = excluded.company
    WHERE l.receive_time <= excluded.receive_time)sql";
constexpr const char* kNudges = R"sql(
    INSERT INTO nudge AS n (nudge_id, person_id, create_time, deliver_not_before_time,
                            change_offset, partition, kind, state, owner_id, subject, nudge)
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (nudge_id) DO UPDATE
    SET deliver_not_before_time = excluded.deliver_not_before_time,
        change_offset = excluded.change_offset, state = excluded.state, subject = excluded.subject,
        nudge = excluded.nudge
    WHERE n.change_offset < excluded.change_offset)sql";
constexpr const char* kNudgeChanges = R"sql(
    INSERT INTO nudge_change (partition, change_offset, person_id, change_time, source_topic,
                              source_partition, source_offset, nudge_id, change)
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING)sql";
constexpr const char* kRejects = R"sql(
    INSERT INTO reject (partition, reject_offset, reject_time, reason, service, file, line,
                        import_id, of_list, record_topic, record_partition, record_offset, reject,
                        rejected)
    SELECT partition, "offset", time, reason, service, file, line, import, of_list <> 0, topic,
           record_partition, record_offset, reject, rejected
    FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         n(partition, "offset", time, reason, service, file, line, import, of_list, topic,
           record_partition, record_offset, reject, rejected)
    ON CONFLICT DO NOTHING)sql";

void Add(const InteractionRows& r, Batch& batch) {
  if (r.origins.empty()) return;
  batch.Add(kInteractions, Params()
                               .Times(r.occurs)
                               .Ints(r.offsets)
                               .Ints(r.source_offsets)
                               .Uuids(r.origins)
                               .Ints(r.partitions)
                               .Ints(r.source_partitions)
                               .Ints(r.facts)
                               .Bytes(r.events));
}

void Add(const RelationshipRows& r, Batch& batch) {
  if (r.persons.empty()) return;
  batch.Add(kRelationships, Params()
                                .Uuids(r.persons)
                                .Ints(r.versions)
                                .Ints(r.input_offsets)
                                .Doubles(r.readiness)
                                .Times(r.as_of)
                                .Uuids(r.merged_into)
                                .Ints(r.partitions)
                                .Ints(r.stages)
                                .Ints(r.erased)
                                .Texts(r.accounts)
                                .Texts(r.owners)
                                .Bytes(r.states));
}

void Add(const ScoredRows& r, Batch& batch) {
  if (r.partitions.empty()) return;
  batch.Add(kScored, Params().Ints(r.partitions).Ints(r.next_offsets));
}

void Add(const StageRows& r, Batch& batch) {
  if (r.persons.empty()) return;
  batch.Add(kStages, Params().Uuids(r.persons).Times(r.changes).Ints(r.stages).Ints(r.causes).Ints(
                         r.cause_hashes));
}

void Add(const TieRows& r, Batch& batch) {
  if (r.versions.empty()) return;
  batch.Add(kTies, Params()
                       .Uuids(r.keys.persons)
                       .Uuids(r.keys.origins)
                       .Texts(r.keys.owners)
                       .Ints(r.versions)
                       .Doubles(r.z)
                       .Doubles(r.strengths)
                       .Bytes(r.states));
}

void Add(const TieKeys& r, Batch& batch) {
  if (r.persons.empty()) return;
  batch.Add(kGoneTies, Params().Uuids(r.persons).Uuids(r.origins).Texts(r.owners));
}

void Add(const OriginPersonRows& r, Batch& batch) {
  if (r.origins.empty()) return;
  batch.Add(kOriginPersons, Params().Uuids(r.origins).Uuids(r.persons).Ints(r.identity_seqs));
}

void Add(const ProfileRows& r, Batch& batch) {
  if (r.origins.empty()) return;
  batch.Add(
      kProfiles,
      Params().Uuids(r.origins).Times(r.sources).Texts(r.names).Texts(r.companies).Texts(r.titles));
}

void Add(const IdentifierRows& r, Batch& batch) {
  if (r.origins.empty()) return;
  batch.Add(
      kIdentifiers,
      Params().Uuids(r.origins).Ints(r.kinds).Texts(r.systems).Texts(r.normalized).Texts(r.raw));
}

void Add(const ListRowRows& r, Batch& batch) {
  if (r.origins.empty()) return;
  batch.Add(kListRows, Params()
                           .Texts(r.lists)
                           .Ints(r.rows)
                           .Uuids(r.origins)
                           .Times(r.receives)
                           .Ints(r.unsubscribed)
                           .Texts(r.names)
                           .Texts(r.companies));
}

void Add(const NudgeRows& r, Batch& batch) {
  if (r.persons.empty()) return;
  batch.Add(kNudges, Params()
                         .Texts(r.nudge_ids)
                         .Uuids(r.persons)
                         .Times(r.creates)
                         .Times(r.deliveries)
                         .Ints(r.offsets)
                         .Ints(r.partitions)
                         .Ints(r.kinds)
                         .Ints(r.states)
                         .Texts(r.owners)
                         .Texts(r.subjects)
                         .Bytes(r.nudges));
}

void Add(const NudgeChangeRows& r, Batch& batch) {
  if (r.persons.empty()) return;
  batch.Add(kNudgeChanges, Params()
                               .Ints(r.partitions)
                               .Ints(r.offsets)
                               .Uuids(r.persons)
                               .Times(r.changes)
                               .Texts(r.source_topics)
                               .Ints(r.source_partitions)
                               .Ints(r.source_offsets)
                               .Texts(r.nudge_ids)
                               .Bytes(r.bytes));
}

void Add(const RejectRows& r, Batch& batch) {
  if (r.offsets.empty()) return;
  batch.Add(kRejects, Params()
                          .Ints(r.partitions)
                          .Ints(r.offsets)
                          .Times(r.rejects)
                          .Ints(r.reasons)
                          .Texts(r.services)
                          .Texts(r.files)
                          .Ints(r.lines)
                          .Texts(r.imports)
                          .Ints(r.of_lists)
                          .Texts(r.record_topics)
                          .Ints(r.record_partitions)
                          .Ints(r.record_offsets)
                          .Bytes(r.bytes)
                          .Bytes(r.rejected));
}

}  // namespace

void AddStatements(const BatchRows& rows, Batch& batch) {
  Add(rows.interactions, batch);
  Add(rows.relationships, batch);
  Add(rows.scored, batch);
  Add(rows.stages, batch);
  Add(rows.ties, batch);
  Add(rows.gone_ties, batch);
  Add(rows.origin_persons, batch);
  Add(rows.profiles, batch);
  Add(rows.identifiers, batch);
  Add(rows.list_rows, batch);
  Add(rows.nudges, batch);
  Add(rows.nudge_changes, batch);
  Add(rows.rejects, batch);
}

void AddErasure(const Ids& persons, const Ids& origins, Batch& batch) {
  Ids both = persons;  // a nudge may be about a person who merged since
  both.insert(both.end(), origins.begin(), origins.end());
  const Params of_persons = Params().Uuids(persons), of_origins = Params().Uuids(origins);
  const Params of_both = Params().Uuids(both);
  batch.Add("DELETE FROM interaction WHERE origin_id = ANY($1)", of_origins)
      .Add("DELETE FROM identifier WHERE origin_id = ANY($1)", of_origins)
      .Add("DELETE FROM origin_profile WHERE origin_id = ANY($1)", of_origins)
      .Add("UPDATE list_row SET name = '', company = '' WHERE origin_id = ANY($1)", of_origins)
      .Add("DELETE FROM nudge_change WHERE person_id = ANY($1)", of_both)
      .Add("DELETE FROM nudge WHERE person_id = ANY($1)", of_both)
      .Add("DELETE FROM stage_change WHERE person_id = ANY($1)", of_both)
      .Add("INSERT INTO erased_person SELECT unnest($1) ON CONFLICT DO NOTHING", of_persons)
      .Add("INSERT INTO erased_origin SELECT unnest($1) ON CONFLICT DO NOTHING", of_origins);
}

}  // namespace tend::query
