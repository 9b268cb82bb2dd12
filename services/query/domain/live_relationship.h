// A stored relationship brought to life: re-evaluated with the model now, shown, explained.

#ifndef TEND_SERVICES_QUERY_DOMAIN_LIVE_RELATIONSHIP_H_
#define TEND_SERVICES_QUERY_DOMAIN_LIVE_RELATIONSHIP_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/model/names.h"
#include "common/model/relationship.h"
#include "common/model/scoring_model.h"
#include "tend/v1/relationship.pb.h"
#include "tend/v1/timeline.pb.h"

namespace tend::query {

// As scoring wrote it.
struct StoredRelationship {
  v1::Relationship state;
  std::vector<v1::Tie> ties;
};

// The numbers to evaluate with. Both outlive whoever is given them.
struct Judgement {
  const model::ScoringModel& model;
  const model::Policy& policy;
};

class LiveRelationship {
 public:
  // Errors: DATA_LOSS for a record of a later version.
  static absl::StatusOr<std::unique_ptr<LiveRelationship>> Make(StoredRelationship stored,
                                                                const Judgement& judgement);

  const v1::Relationship& state() const { return stored_.state; }
  const model::Relationship& relationship() const { return relationship_; }
  model::Names& names() { return names_; }
  const Judgement& judgement() const { return judgement_; }

  // The organization's where owner_id is empty.
  double Readiness(absl::string_view owner_id, model::Instant now);

  // Without the person's name and identifiers, which scoring does not know.
  // only_owner_id: of the ties this one alone; wishes and promises are left out. Empty: all.
  enum class Detail { kWhole, kListed };
  v1::RelationshipView Show(model::Instant now, Detail detail, absl::string_view only_owner_id);

 private:
  LiveRelationship(StoredRelationship stored, const Judgement& judgement)
      : stored_(std::move(stored)), judgement_(judgement) {}

  void ShowTies(model::Instant now, absl::string_view only_owner_id, v1::RelationshipView* view);
  void ShowWishes(model::Instant now, v1::RelationshipView* view) const;

  const StoredRelationship stored_;
  const Judgement judgement_;
  model::Names names_;
  model::Relationship relationship_;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_DOMAIN_LIVE_RELATIONSHIP_H_
