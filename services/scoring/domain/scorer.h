// The scorer of one partition: folds person-events into relationships, keeps stages, opens and
// closes moments.

#ifndef TEND_SERVICES_SCORING_DOMAIN_SCORER_H_
#define TEND_SERVICES_SCORING_DOMAIN_SCORER_H_

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/model/codec.h"
#include "common/model/moments.h"
#include "common/model/names.h"
#include "common/model/stage.h"
#include "services/scoring/domain/relationship_table.h"
#include "tend/v1/moment.pb.h"
#include "tend/v1/person_event.pb.h"

namespace tend::scoring {

// Where the scorer's messages go; both borrow for the call.
struct Outputs {
  absl::FunctionRef<void(const v1::MomentEvent& moment, absl::string_view owner_id)> moment;
  // A part on its way to another person: a person-event keyed by that person.
  absl::FunctionRef<void(const v1::PersonEvent& event)> person_event;
};

// For one thread. Pure: time is an argument, outputs are handed to a sink.
class Scorer {
 public:
  // model and policy outlive this.
  Scorer(const model::ScoringModel& model, const model::Policy& policy,
         absl::string_view pool_owner_id, absl::string_view product_owner_id);

  // Folds one event, or sends it after its origin. offset: of the event in its partition. Errors:
  // INVALID_ARGUMENT, naming the field; NOT_FOUND, the person was erased; UNIMPLEMENTED. Then, and
  // after a repeated entry of the identity log, nothing has changed.
  absl::Status Fold(const v1::PersonEvent& event, int64_t offset, model::Instant now,
                    Outputs outputs);

  // Brings everybody who is due at `now` up to date.
  void OnTime(model::Instant now, Outputs outputs);

  RelationshipTable& table() { return table_; }
  const RelationshipTable& table() const { return table_; }
  model::Names& names() { return names_; }
  const model::Names& names() const { return names_; }
  const model::ScoringModel& model() const { return model_; }
  const model::Policy& policy() const { return policy_; }

 private:
  // What one event or one due time is handled with.
  struct Call {
    model::Instant now;
    Outputs outputs;
    const v1::PersonEvent* event = nullptr;
    absl::string_view interaction_id;
    uint64_t interaction_hash = 0;
    bool spoke = false;  // a moment opened or closed
    // When to look at the stage again; Never() where the event moved nothing, and what the row was
    // due at holds.
    model::Instant stage_due = model::Instant::Never();
  };

  // What an event is about, parsed and checked.
  struct Ids {
    model::PersonKey person{};
    model::PersonKey origin{};  // of a merge: the person's own
    model::PersonKey to{};      // of a merge or split: whose the origin is after it
    uint32_t identity_seq = 0;  // an entry's own, else one at which `origin` was `person`'s
  };
  static absl::StatusOr<Ids> ReadIds(const v1::PersonEvent& event);

  template <typename Body>
  void WithMoments(Row row, Call& call, Body body);
  // moved: of a PartMoved; taken.
  void Handle(Row row, const Ids& ids, std::optional<model::MovedPart>& moved, Call& call);
  void Forward(const v1::PersonEvent& event, const model::Departure& departure,
               const model::PersonKey& origin, Call& call);
  void FoldInteraction(Row row, const v1::PersonEvent& event, const Ids& ids, Call& call);
  void PartMoved(Row row, model::MovedPart moved, const Ids& ids, Call& call);
  void Merged(Row row, const Ids& ids, Call& call);
  void Split(Row row, const Ids& ids, Call& call);
  void Erase(Row row, Call& call);
  void SendPart(model::MovedPart moved, const Ids& ids, Call& call);
  void UpdateProfile(model::Relationship& relationship, const v1::PersonEvent& event,
                     model::Instant at);
  void UpdateOwnerClaim(model::Relationship& relationship, int part,
                        const v1::Interaction& interaction, model::Instant at);
  void UpdateStage(Row row, const model::StageTrigger& trigger, Call& call);
  void Requeue(Row row, const Call& call);
  void OnDue(Row row, Call& call);

  const model::ScoringModel& model_;
  const model::Policy& policy_;
  model::Names names_;
  model::OwnerIndex pool_;
  model::OwnerIndex product_;
  RelationshipTable table_;
  v1::MomentEvent opened_, closed_;  // reused
};

}  // namespace tend::scoring

#endif  // TEND_SERVICES_SCORING_DOMAIN_SCORER_H_
