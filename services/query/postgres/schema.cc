#include "services/query/postgres/schema.h"

#include <array>

namespace tend::query {
namespace {

// Columns stand by their alignment: a row of `interaction` is 64 bytes and the event's.
constexpr const char* kProjection = R"sql(
-- How far each partition of each topic is projected; moves in the transaction of the rows.
CREATE TABLE projection_offset (
  topic text NOT NULL,
  partition bigint NOT NULL,
  next_offset bigint NOT NULL,
  PRIMARY KEY (topic, partition)
);

-- How far scoring had read each partition of tend.person-events.v1 when the relationships were so.
CREATE TABLE scored_offset (partition bigint PRIMARY KEY, next_offset bigint NOT NULL);

-- One thing that happened to one origin: the system of record for history. By month of its time;
-- what lies outside of the months kept is in interaction_default. event: a tend.v1.PersonEvent.
-- (event_partition, event_offset): its place on tend.person-events.v1; source_: on
-- tend.interactions.v1. fact: the field number of Interaction.fact. Personal data.
-- A PersonEvent that scoring sends on to another person comes twice: the same source and origin.
CREATE TABLE interaction (
  occur_time timestamptz NOT NULL,
  event_offset bigint NOT NULL,
  source_offset bigint NOT NULL,
  origin_id uuid NOT NULL,
  event_partition smallint NOT NULL,
  source_partition smallint NOT NULL,
  fact smallint NOT NULL,
  event bytea NOT NULL,
  UNIQUE (source_partition, source_offset, origin_id, occur_time)
) PARTITION BY RANGE (occur_time);
CREATE INDEX ON interaction (origin_id, occur_time);
CREATE TABLE interaction_default PARTITION OF interaction DEFAULT;

-- Makes the month's partition where there is none, of what the default one has of it.
CREATE FUNCTION interaction_add_month(at timestamptz) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  month timestamp := date_trunc('month', at AT TIME ZONE 'UTC');
  first timestamptz := month AT TIME ZONE 'UTC';
  after timestamptz := (month + interval '1 month') AT TIME ZONE 'UTC';
  name text := 'interaction_' || to_char(month, 'YYYY_MM');
BEGIN
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I (LIKE interaction INCLUDING ALL)', name);
  EXECUTE format('WITH moved AS (DELETE FROM interaction_default WHERE occur_time >= %L AND
                  occur_time < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
                 first, after, name);
  EXECUTE format('ALTER TABLE interaction ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                 name, first, after);
END $body$;

-- Drops the months that end at `before` or earlier, and what is older in the default partition.
CREATE FUNCTION interaction_drop_before(before timestamptz) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  month timestamp := date_trunc('month', before AT TIME ZONE 'UTC');
  last text := 'interaction_' || to_char(month, 'YYYY_MM');
  name text;
BEGIN
  FOR name IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
              WHERE i.inhparent = 'interaction'::regclass AND c.relname ~ '^interaction_\d{4}_\d\d$'
                AND c.relname < last LOOP
    EXECUTE format('DROP TABLE %I', name);
  END LOOP;
  DELETE FROM interaction_default WHERE occur_time < month AT TIME ZONE 'UTC';
END $body$;

-- Scoring's state of a person as last seen. state: a tend.v1.Relationship. readiness: the
-- organization's at as_of_time, an upper bound from then on. partition: of tend.person-events.v1,
-- read up to input_offset.
CREATE TABLE relationship (
  person_id uuid PRIMARY KEY,
  version bigint NOT NULL,
  input_offset bigint NOT NULL,
  readiness double precision NOT NULL,
  as_of_time timestamptz NOT NULL,
  merged_into uuid,
  partition smallint NOT NULL,
  stage smallint NOT NULL,
  erased boolean NOT NULL,
  account_id text NOT NULL,
  owner_id text NOT NULL,
  state bytea NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX ON relationship (readiness DESC, person_id) WHERE NOT erased AND merged_into IS NULL;
CREATE INDEX ON relationship (account_id) WHERE account_id <> '';

-- state: a tend.v1.Tie. z: its terms, an upper bound since they were computed.
CREATE TABLE tie (
  person_id uuid NOT NULL,
  origin_id uuid NOT NULL,
  version bigint NOT NULL,
  z double precision NOT NULL,
  strength double precision NOT NULL,
  owner_id text NOT NULL,
  state bytea NOT NULL,
  PRIMARY KEY (person_id, owner_id, origin_id)
) WITH (fillfactor = 80);
CREATE INDEX ON tie (owner_id, person_id);

-- The stages a person had, as far as records of tend.relationships.v1 showed them.
CREATE TABLE stage_change (
  person_id uuid NOT NULL,
  change_time timestamptz NOT NULL,
  stage smallint NOT NULL,
  cause smallint NOT NULL,
  cause_hash bigint NOT NULL,
  PRIMARY KEY (person_id, change_time)
);

-- Whose an origin is, where it has moved; everybody else's is their own.
CREATE TABLE origin_person (
  origin_id uuid PRIMARY KEY,
  person_id uuid NOT NULL,
  identity_seq bigint NOT NULL
);
CREATE INDEX ON origin_person (person_id);

-- How an origin was last called. Personal data.
CREATE TABLE origin_profile (
  origin_id uuid PRIMARY KEY,
  source_time timestamptz NOT NULL,
  display_name text NOT NULL,
  company text NOT NULL,
  title text NOT NULL
);
CREATE INDEX ON origin_profile (lower(display_name) text_pattern_ops);

-- kind: tend.v1.IdentifierKind. Personal data.
CREATE TABLE identifier (
  origin_id uuid NOT NULL,
  kind smallint NOT NULL,
  system text NOT NULL,
  normalized text NOT NULL,
  raw text NOT NULL,
  PRIMARY KEY (normalized, kind, system)
);
CREATE INDEX ON identifier (origin_id);

-- Rows of lists. Name and company are personal data.
CREATE TABLE list_row (
  list_id text NOT NULL,
  row bigint NOT NULL,
  origin_id uuid NOT NULL,
  receive_time timestamptz NOT NULL,
  unsubscribed boolean NOT NULL,
  name text NOT NULL,
  company text NOT NULL,
  PRIMARY KEY (list_id, row)
);
CREATE INDEX ON list_row (origin_id);

-- A nudge as it is. nudge: a tend.v1.Nudge without moment.subject, which is in `subject` (personal
-- data). (partition, change_offset): of the last change on tend.nudges.v1.
CREATE TABLE nudge (
  nudge_id text PRIMARY KEY,
  person_id uuid NOT NULL,
  create_time timestamptz NOT NULL,
  deliver_not_before_time timestamptz NOT NULL,
  change_offset bigint NOT NULL,
  partition smallint NOT NULL,
  kind smallint NOT NULL,
  state smallint NOT NULL,
  owner_id text NOT NULL,
  subject text NOT NULL,
  nudge bytea NOT NULL
);
CREATE INDEX ON nudge (owner_id, create_time DESC, nudge_id);
CREATE INDEX ON nudge (create_time DESC, nudge_id);
CREATE INDEX ON nudge (person_id);

-- Each change of one. change: a tend.v1.NudgeChanged without nudge.moment. source: the record that
-- caused it; empty where time did.
CREATE TABLE nudge_change (
  partition smallint NOT NULL,
  change_offset bigint NOT NULL,
  person_id uuid NOT NULL,
  change_time timestamptz NOT NULL,
  source_partition bigint NOT NULL,
  source_offset bigint NOT NULL,
  source_topic text NOT NULL,
  nudge_id text NOT NULL,
  change bytea NOT NULL,
  PRIMARY KEY (partition, change_offset)
);
CREATE INDEX ON nudge_change (person_id, change_time);
CREATE INDEX ON nudge_change (source_offset, source_partition, source_topic) WHERE source_topic <> '';

-- (partition, reject_offset): on tend.rejects.v1. reject: a tend.v1.Reject. file and line, or
-- record_: what was rejected. Personal data.
CREATE TABLE reject (
  partition smallint NOT NULL,
  reject_offset bigint NOT NULL,
  reject_time timestamptz NOT NULL,
  record_partition bigint NOT NULL,
  record_offset bigint NOT NULL,
  reason smallint NOT NULL,
  service text NOT NULL,
  file text NOT NULL,
  record_topic text NOT NULL,
  reject bytea NOT NULL,
  PRIMARY KEY (partition, reject_offset)
);
CREATE INDEX ON reject (reject_time DESC);
CREATE INDEX ON reject (record_offset, record_partition, record_topic) WHERE record_topic <> '';

-- Ids that mean nobody any more: what comes about them is not kept.
CREATE TABLE erased_person (person_id uuid PRIMARY KEY);
CREATE TABLE erased_origin (origin_id uuid PRIMARY KEY);
)sql";

// For reports: what others than query may read (docs/formats.md). The tables behind may change,
// these columns stay.
constexpr const char* kReports = R"sql(
CREATE SCHEMA report;

-- The names of enumerators, by their numbers; NULL for what this version does not know.
CREATE FUNCTION report.stage_name(n smallint) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
  SELECT (ARRAY[
    'seed', 'sprouting', 'growing', 'ready', 'conversing', 'resting', 'fallow'])[n] $body$;
CREATE FUNCTION report.stage_cause_name(n smallint) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
  SELECT (ARRAY[
    'their_act', 'our_act', 'time', 'backlog', 'identity', 'model', 'their_wish'])[n] $body$;
CREATE FUNCTION report.moment_kind_name(n smallint) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
  SELECT (ARRAY[
    'became_ready', 'waits_for_us', 'promise_due', 'cooling', 'over_contacted', 'rest_over',
    'life_event', 'product_feedback'])[n] $body$;
CREATE FUNCTION report.nudge_state_name(n smallint) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
  SELECT (ARRAY[
    'open', 'snoozed', 'answered', 'withdrawn', 'expired'])[n] $body$;
CREATE FUNCTION report.reject_reason_name(n smallint) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
  SELECT (ARRAY[
    'malformed', 'field_missing', 'field_invalid', 'time_invalid', 'out_of_order',
    'fact_unknown', 'party_unknown', 'too_large', 'column_missing', 'file_repeated',
    'version_unknown', 'person_erased'])[n] $body$;
-- By the field's number in Interaction.fact.
CREATE FUNCTION report.fact_name(n smallint) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
  SELECT (ARRAY[
    'message_sent', 'message_delivered', 'message_opened', 'message_bounced', 'meeting_held',
    'meeting_declined', 'call_held', 'call_missed', 'page_visited', 'content_wanted',
    'form_sent', 'event_attended', 'connected', 'commented', 'introduced', 'referred',
    'question_asked', 'question_answered', 'promise_made', 'promise_kept', 'promise_broken',
    'product_used', 'product_feedback', 'purchased', 'job_changed', 'profile_changed',
    'owner_changed', 'list_row_entered', 'consent_given', 'consent_revoked', 'rest_wished',
    'rest_ended', 'unsubscribed', 'complained', 'erasure_asked'])[n - 19] $body$;

CREATE VIEW report.relationship AS
  SELECT person_id, report.stage_name(stage) AS stage, readiness, as_of_time,
         nullif(account_id, '') AS account_id, nullif(owner_id, '') AS owner_id
  FROM relationship WHERE NOT erased AND merged_into IS NULL;

CREATE VIEW report.tie AS
  SELECT t.person_id, nullif(t.owner_id, '') AS owner_id, t.strength
  FROM tie t JOIN relationship r USING (person_id) WHERE NOT r.erased AND r.merged_into IS NULL;

CREATE VIEW report.stage_change AS
  SELECT person_id, change_time, report.stage_name(stage) AS stage,
         report.stage_cause_name(cause) AS cause
  FROM stage_change;

CREATE VIEW report.interaction AS
  SELECT i.occur_time, coalesce(p.person_id, i.origin_id) AS person_id,
         report.fact_name(i.fact) AS fact
  FROM interaction i LEFT JOIN origin_person p USING (origin_id);

CREATE VIEW report.nudge AS
  SELECT nudge_id, person_id, owner_id, report.moment_kind_name(kind) AS kind,
         report.nudge_state_name(state) AS state, create_time, deliver_not_before_time
  FROM nudge;

CREATE VIEW report.reject AS
  SELECT reject_time, service, report.reject_reason_name(reason) AS reason FROM reject;
)sql";

// Rejects in the order of their pages, by three ways in. import_id: FilePlace's; empty where it has
// none, and in rows from before it was known.
constexpr const char* kRejectPages = R"sql(
ALTER TABLE reject ADD COLUMN import_id text NOT NULL DEFAULT '';
DROP INDEX reject_reject_time_idx;
CREATE INDEX ON reject (reject_time, partition, reject_offset);
CREATE INDEX ON reject (file, reject_time, partition, reject_offset) WHERE file <> '';
CREATE INDEX ON reject (import_id, reject_time, partition, reject_offset) WHERE import_id <> '';
)sql";

// The nudges of everybody that are open or snoozed: few among all that ever were.
constexpr const char* kOpenNudges = R"sql(
CREATE INDEX nudge_open ON nudge (create_time DESC, nudge_id) WHERE state IN (1, 2);
)sql";

constexpr const char* kNudgeAbsent = R"sql(
CREATE OR REPLACE FUNCTION report.reject_reason_name(n smallint)
  RETURNS text LANGUAGE sql IMMUTABLE AS $body$
  SELECT (ARRAY[
    'malformed', 'field_missing', 'field_invalid', 'time_invalid', 'out_of_order',
    'fact_unknown', 'party_unknown', 'too_large', 'column_missing', 'file_repeated',
    'version_unknown', 'person_erased', 'nudge_absent'])[n] $body$;
)sql";

// FilePlace's line; 0 where it has none, and in rows from before it was known.
constexpr const char* kRejectLine = R"sql(
ALTER TABLE reject ADD COLUMN line bigint NOT NULL DEFAULT 0;
)sql";

// FilePlace's of_list; false in rows from before it was known.
constexpr const char* kRejectOfList = R"sql(
ALTER TABLE reject ADD COLUMN of_list boolean NOT NULL DEFAULT false;
)sql";

// reject: a tend.v1.Reject without key and value, which are in `rejected` (one that has nothing
// else) as long as the topic keeps them. Rows from before it was known have all in `reject`, and
// NULL here.
constexpr const char* kRejected = R"sql(
ALTER TABLE reject ADD COLUMN rejected bytea;
CREATE INDEX reject_rejected ON reject (reject_time) WHERE rejected <> '';
CREATE INDEX reject_unparted ON reject (reject_time) WHERE rejected IS NULL;
)sql";

// What erasures once left.
constexpr const char* kErasedNudges = R"sql(
CREATE TEMPORARY TABLE erased ON COMMIT DROP AS
  SELECT person_id FROM erased_person UNION SELECT origin_id FROM erased_origin;
DELETE FROM nudge_change WHERE person_id IN (SELECT person_id FROM erased);
DELETE FROM nudge WHERE person_id IN (SELECT person_id FROM erased);
DELETE FROM stage_change WHERE person_id IN (SELECT person_id FROM erased);
)sql";

constexpr std::array kMigrations = {postgres::Migration{"projection", kProjection},
                                    postgres::Migration{"reports", kReports},
                                    postgres::Migration{"reject_pages", kRejectPages},
                                    postgres::Migration{"open_nudges", kOpenNudges},
                                    postgres::Migration{"nudge_absent", kNudgeAbsent},
                                    postgres::Migration{"reject_line", kRejectLine},
                                    postgres::Migration{"reject_of_list", kRejectOfList},
                                    postgres::Migration{"rejected", kRejected},
                                    postgres::Migration{"erased_nudges", kErasedNudges}};

}  // namespace

absl::Span<const postgres::Migration> ReadModelMigrations() { return kMigrations; }

}  // namespace tend::query
