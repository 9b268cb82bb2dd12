#include "services/enrichment/postgres/schema.h"

#include <array>

namespace tend::enrichment {
namespace {

// Keys are bytes, for a record id may hold any character; pgcrypto or convert_from show them.
constexpr const char* kIdentity = R"sql(
-- An identifier's origin never changes. key: see IdentityKey. Personal data.
CREATE TABLE identity_identifier (
  key bytea PRIMARY KEY,
  origin_id uuid NOT NULL
);
CREATE INDEX ON identity_identifier (origin_id);

-- An origin's person changes at merge and split. number: the order of founding.
CREATE TABLE identity_origin (
  origin_id uuid PRIMARY KEY,
  number bigint GENERATED ALWAYS AS IDENTITY,
  person_id uuid NOT NULL,
  account text,
  strong boolean NOT NULL,
  erased boolean NOT NULL DEFAULT false
);
CREATE INDEX ON identity_origin (person_id);

-- Keyed hashes of the identifiers of erased persons.
CREATE TABLE identity_erased (hash uuid PRIMARY KEY);

-- Who holds an inference's key; and of two origins, the earlier first, what speaks for their being
-- one (a bit per InferenceKey) and whether somebody keeps them apart.
CREATE TABLE identity_holder (
  hash bigint NOT NULL,
  origin_id uuid NOT NULL,
  PRIMARY KEY (hash, origin_id)
);
CREATE TABLE identity_pair (
  a uuid NOT NULL,
  b uuid NOT NULL,
  agreeing bigint NOT NULL,
  apart boolean NOT NULL,
  PRIMARY KEY (a, b)
);
CREATE INDEX ON identity_pair (b);

-- seq: from 1, without gaps. entry: a tend.v1.IdentityLogEntry without its identifiers, which are
-- another one in `compared`, and go when the person is erased.
CREATE TABLE identity_log (
  seq bigint PRIMARY KEY,
  person_id uuid NOT NULL,
  entry bytea NOT NULL,
  compared bytea
);
CREATE INDEX ON identity_log (person_id);
CREATE TABLE identity_relay (one boolean PRIMARY KEY DEFAULT true CHECK (one), seq bigint NOT NULL);
INSERT INTO identity_relay (seq) VALUES (0);

-- Persons of whom something was changed: what other instances may have in their caches. From 1,
-- without gaps; old ones are removed.
CREATE TABLE identity_change (version bigint PRIMARY KEY, person_id uuid NOT NULL);
)sql";

// What IdentityStore::Erase says is gone, of whom an earlier version has erased.
constexpr const char* kForgetErased = R"sql(
CREATE INDEX ON identity_holder (origin_id);
UPDATE identity_log SET compared = NULL
WHERE person_id IN (
  SELECT origin_id FROM identity_origin WHERE erased
  UNION SELECT b FROM identity_origin JOIN identity_pair ON a = origin_id WHERE erased AND apart
  UNION SELECT a FROM identity_origin JOIN identity_pair ON b = origin_id WHERE erased AND apart);
DELETE FROM identity_holder WHERE origin_id IN (SELECT origin_id FROM identity_origin WHERE erased);
DELETE FROM identity_pair WHERE a IN (SELECT origin_id FROM identity_origin WHERE erased);
DELETE FROM identity_pair WHERE b IN (SELECT origin_id FROM identity_origin WHERE erased);
UPDATE identity_origin SET account = NULL, strong = false WHERE erased;
)sql";

constexpr std::array kMigrations = {postgres::Migration{"identity", kIdentity},
                                    postgres::Migration{"forget_erased", kForgetErased}};

}  // namespace

absl::Span<const postgres::Migration> IdentityMigrations() { return kMigrations; }

}  // namespace tend::enrichment
