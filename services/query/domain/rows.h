// The rows that a batch of records becomes, column by column: each column is one array of a
// statement. What stands at the same index of a table's columns is one row.

#ifndef TEND_SERVICES_QUERY_DOMAIN_ROWS_H_
#define TEND_SERVICES_QUERY_DOMAIN_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/model/relationship.h"

namespace tend::query {

// A person's or an origin's.
using Id = model::PersonKey;

using Ids = std::vector<Id>;
using Times = std::vector<absl::Time>;
using Ints = std::vector<int64_t>;
using Doubles = std::vector<double>;
// Of the records, or of the RowMaker's own.
using Views = std::vector<absl::string_view>;

// Puts a value into a column, at the place of an earlier row or behind the last one.
template <typename Column, typename Value>
void PutAt(Column& column, size_t place, Value value) {
  if (place == column.size()) column.emplace_back();
  column[place] = std::move(value);
}

struct InteractionRows {
  Ids origins;
  Times occurs;
  Ints partitions, offsets, source_partitions, source_offsets, facts;
  Views events;
};

struct ScoredRows {
  Ints partitions, next_offsets;
};

struct RelationshipRows {
  Ids persons, merged_into;  // merged_into: all zero where it is not
  Ints versions, partitions, input_offsets, stages, erased;
  Doubles readiness;
  Times as_of;
  Views accounts, owners, states;
};

struct StageRows {
  Ids persons;
  Times changes;
  Ints stages, causes, cause_hashes;
};

struct TieKeys {
  Ids persons, origins;
  Views owners;
};

struct TieRows {
  TieKeys keys;
  Ints versions;
  Doubles z, strengths;
  Views states;
};

struct OriginPersonRows {
  Ids origins, persons;
  Ints identity_seqs;
};

struct ProfileRows {
  Ids origins;
  Times sources;
  Views names, companies, titles;
};

struct IdentifierRows {
  Ids origins;
  Ints kinds;
  Views systems, normalized, raw;
};

struct ListRowRows {
  Ids origins;
  Ints rows, unsubscribed;
  Times receives;
  Views lists, names, companies;
};

struct NudgeRows {
  Ids persons;
  Times creates, deliveries;
  Ints partitions, offsets, kinds, states;
  Views nudge_ids, owners, subjects, nudges;
};

struct NudgeChangeRows {
  Ids persons;
  Times changes;
  Ints partitions, offsets, source_partitions, source_offsets;
  Views source_topics, nudge_ids, bytes;
};

struct RejectRows {
  Ints partitions, offsets, reasons, lines, of_lists, record_partitions, record_offsets;
  Times rejects;
  Views services, files, imports, record_topics, bytes, rejected;
};

// In the order in which they are to be written: what is erased goes last.
struct BatchRows {
  InteractionRows interactions;
  RelationshipRows relationships;
  ScoredRows scored;
  StageRows stages;
  TieRows ties;
  TieKeys gone_ties;
  OriginPersonRows origin_persons;
  ProfileRows profiles;
  IdentifierRows identifiers;
  ListRowRows list_rows;
  NudgeRows nudges;
  NudgeChangeRows nudge_changes;
  RejectRows rejects;
  Ids erased_persons;  // with all origins that are theirs
  Ids erased_origins;  // that came to a person erased before
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_DOMAIN_ROWS_H_
