// All relationships of one partition, in memory: found by person, changed in place under a journal,
// waiting in a heap of due times.

#ifndef TEND_SERVICES_SCORING_DOMAIN_RELATIONSHIP_TABLE_H_
#define TEND_SERVICES_SCORING_DOMAIN_RELATIONSHIP_TABLE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "common/model/relationship.h"

namespace tend::scoring {

// A place in the table; stays valid for its life. 4 bytes in the index and in the heap.
using Row = uint32_t;

// For one thread. Before the first change of a row (or of a tie) in a batch the caller says so:
// Touch, TouchTie.
class RelationshipTable {
 public:
  RelationshipTable() : index_(0, RowHash{this}, RowEqual{this}) {}
  RelationshipTable(const RelationshipTable&) = delete;
  RelationshipTable& operator=(const RelationshipTable&) = delete;

  std::optional<Row> Find(const model::PersonKey& person) const;
  // Finds or makes an empty one. A row made in a batch that is rolled back stays, empty.
  Row At(const model::PersonKey& person);
  model::Relationship& operator[](Row row) { return chunks_[row / kChunk][row % kChunk]; }
  const model::Relationship& operator[](Row row) const {
    return chunks_[row / kChunk][row % kChunk];
  }
  size_t size() const { return size_; }

  // Keeps the person's own state as it is now, for Rollback; the row counts as changed.
  void Touch(Row row);
  // Keeps one tie as it is now (or that there is none). Touches the row.
  void TouchTie(Row row, model::OwnerIndex owner, const model::PersonKey& origin);
  void TouchAllTies(Row row);
  // The row was touched but is as it was: nothing is to be written.
  void MarkUnchanged(Row row);

  // What a batch changed, in the order of first touch. `tie` is nullptr where the tie is gone.
  struct ChangedTie {
    model::OwnerIndex owner;
    model::PersonKey origin;
    const model::Tie* tie;
  };
  void ForEachChanged(absl::FunctionRef<void(model::Relationship&)> person,
                      absl::FunctionRef<void(const model::Relationship&, const ChangedTie&)> tie);
  void Commit();
  void Rollback();

  // --- due times

  // Wants the row back at `due`, unless it is already due earlier. Never() asks for nothing.
  void Schedule(Row row, model::Instant due);
  // A lower bound of the next due time; Never() when nothing waits.
  model::Instant NextDue() const;
  // Takes the next row that is due at `now` out of the heap.
  std::optional<Row> PopDue(model::Instant now);

 private:
  struct RowHash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): Abseil's name
    const RelationshipTable* table;
    size_t operator()(Row row) const { return (*this)((*table)[row].person); }
    size_t operator()(const model::PersonKey& person) const;
  };
  struct RowEqual {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): Abseil's name
    const RelationshipTable* table;
    bool operator()(Row a, Row b) const { return a == b; }
    bool operator()(Row a, const model::PersonKey& b) const { return (*table)[a].person == b; }
    bool operator()(const model::PersonKey& a, Row b) const { return (*table)[b].person == a; }
  };
  struct KeptTie {
    model::OwnerIndex owner;
    model::PersonKey origin;
    std::optional<model::Tie> before;
  };
  struct Kept {
    Row row = 0;
    model::Relationship before;  // without ties
    std::vector<KeptTie> ties;
    bool write = true;
  };
  struct Due {
    model::Instant at;
    Row row;
    friend bool operator>(const Due& a, const Due& b) { return a.at > b.at; }
  };

  Kept& Keep(Row row);
  absl::Span<Kept> Journal() { return absl::MakeSpan(journal_.data(), changed_); }
  void Restore(Kept& kept);

  // Rows stand in chunks: they never move, and a chunk is one block of the heap.
  static constexpr Row kChunk = 1024;
  std::vector<std::unique_ptr<model::Relationship[]>> chunks_;
  Row size_ = 0;
  absl::flat_hash_set<Row, RowHash, RowEqual> index_;
  std::vector<Kept> journal_;  // the first `changed_` hold; the rest keep their memory
  size_t changed_ = 0;
  absl::flat_hash_map<Row, size_t> journaled_;  // row -> place in journal_
  std::priority_queue<Due, std::vector<Due>, std::greater<Due>> due_;
};

}  // namespace tend::scoring

#endif  // TEND_SERVICES_SCORING_DOMAIN_RELATIONSHIP_TABLE_H_
