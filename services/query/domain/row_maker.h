// Makes rows of records: what tend.person-events.v1, tend.relationships.v1, tend.nudges.v1 and
// tend.rejects.v1 say, as the read model keeps it.

#ifndef TEND_SERVICES_QUERY_DOMAIN_ROW_MAKER_H_
#define TEND_SERVICES_QUERY_DOMAIN_ROW_MAKER_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "services/query/domain/known_profiles.h"
#include "services/query/domain/rows.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/person_event.pb.h"
#include "tend/v1/reason.pb.h"
#include "tend/v1/reject.pb.h"
#include "tend/v1/relationship.pb.h"
#include "tend/v1/task_progress.pb.h"

namespace tend::query {

// Who was erased: of persons and origins in these sets nothing is kept.
struct Erasures {
  absl::flat_hash_set<Id> persons;
  absl::flat_hash_set<Id> origins;
};

// A record as it stands in its partition. The views outlive the batch.
struct Projected {
  int partition = 0;
  int64_t offset = 0;
  absl::string_view key;
  absl::string_view value;
  bool tombstone = false;
};

// Why a record made no row. detail: a literal.
struct Unusable {
  v1::RejectReason reason = v1::REJECT_REASON_UNSPECIFIED;
  absl::string_view detail;
};

// For one thread. Of each partition the records come in order.
class RowMaker {
 public:
  // erasures outlive this, and stay the same during a batch: what the batch itself erases is in
  // rows().
  explicit RowMaker(const Erasures& erasures) : erasures_(erasures) {}

  // Begins a batch without rows. `written`: the last one's rows are in the tables; otherwise
  // nothing of what it brought is remembered.
  void Begin(bool written);

  // Each says why, where the record cannot be used.
  std::optional<Unusable> AddPersonEvent(const Projected& record);
  // A person's own state, a tie, or how far scoring has read.
  std::optional<Unusable> AddRelationship(const Projected& record);
  std::optional<Unusable> AddNudgeChange(const Projected& record);
  std::optional<Unusable> AddReject(const Projected& record);

  const BatchRows& rows() const { return rows_; }

 private:
  struct TieIndexKey {
    Id person, origin;
    std::string owner;
    friend bool operator==(const TieIndexKey&, const TieIndexKey&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const TieIndexKey& k) {
      return H::combine(std::move(h), k.person, k.origin, k.owner);
    }
  };

  bool IsErased(const Id& person, const Id& origin) const;
  void AddInteraction(const Projected& record, const Id& origin);
  void AddProfile(const Id& origin, absl::string_view name, absl::string_view company,
                  absl::string_view title);
  void AddIdentifiers(const Id& origin, const v1::Party& party);
  void AddListRow(const Id& origin);
  std::optional<Unusable> AddPartMoved(const Id& person);
  std::optional<Unusable> AddPerson(const Projected& record);
  std::optional<Unusable> AddTie(const Projected& record);
  std::optional<Unusable> AddScored(const Projected& record);
  // The text as PostgreSQL takes it, kept until the next batch.
  absl::string_view Keep(absl::string_view text);
  absl::string_view KeepBytes(std::string bytes);

  const Erasures& erasures_;
  KnownProfiles known_;
  BatchRows rows_;
  absl::flat_hash_set<Id> erased_now_;  // persons
  absl::flat_hash_map<Id, size_t> relationship_at_, profile_at_, origin_at_;
  absl::flat_hash_map<int64_t, size_t> scored_at_;
  absl::flat_hash_map<TieIndexKey, size_t> tie_at_, gone_tie_at_;
  absl::flat_hash_map<std::string, size_t> nudge_at_, list_row_at_, identifier_at_;
  std::deque<std::string> kept_;
  // Of the record being read; members for their memory.
  v1::PersonEvent event_;
  v1::Relationship relationship_;
  v1::Tie tie_;
  v1::TaskProgress progress_;
  v1::NudgeChanged change_;
  v1::Reject reject_;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_DOMAIN_ROW_MAKER_H_
