// Watches what the pipeline writes and sums it up: names, nudges, rejects, what followed a nudge,
// the list's people.

#ifndef TEND_SERVICES_CLI_TRIAL_TRIAL_OBSERVER_H_
#define TEND_SERVICES_CLI_TRIAL_TRIAL_OBSERVER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/model/event_reader.h"
#include "common/model/names.h"
#include "common/model/relationship.h"
#include "common/model/scoring_model.h"
#include "services/cli/trial/trial_result.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/person_event.pb.h"
#include "tend/v1/relationship.pb.h"

namespace tend::cli {

// For one thread. Memory grows with people and nudges, not with events (but for the explained
// person's history).
class TrialObserver {
 public:
  // explain: an identifier, a name or a person id, or empty. model, policy and result outlive this.
  TrialObserver(absl::string_view explain, const model::ScoringModel& model,
                const model::Policy& policy, TrialResult* result);

  // One record of person-events, nudges or rejects.
  void Watch(absl::string_view topic, absl::string_view key, absl::string_view value);
  // While a list is read, its people are remembered.
  void set_in_list(bool in_list) { in_list_ = in_list; }

  // One record of relationships, after the end.
  void WatchRelationship(absl::string_view key, absl::string_view value);
  // Sums up people, stages and who is left alone, as of `now`.
  void Finish(absl::Time now);

 private:
  // An outreach nudge: do its owner and its person talk within 7 days of it?
  struct Followed {
    std::string owner_id;
    int64_t opened_second;
  };
  struct Person {
    bool met = false;    // in an event of theirs
    bool named = false;  // in result_.person_names
    bool listed = false;
    bool has_social_handle = false;  // by the list
    std::string name;                // to show; empty where none is known
    std::vector<Followed> followed;
  };

  void WatchPersonEvent(absl::string_view key, absl::string_view value);
  void WatchNudge(absl::string_view value);
  void NoteOpened(const v1::Nudge& nudge);
  void WatchReject(absl::string_view value);
  void Meet(const v1::PersonEvent& event, Person& person);
  void Follow(const v1::Interaction& interaction, Person& person);
  std::string NameOf(absl::string_view person_id) const;

  const std::string explain_;
  const model::ScoringModel& model_;
  const model::Policy& policy_;
  TrialResult& result_;
  bool in_list_ = false;
  // By StableHash of the id: one line of memory a look, where a string would be three.
  absl::flat_hash_map<uint64_t, Person> people_;
  absl::flat_hash_map<uint64_t, size_t> nudge_index_;  // place in result_.nudges
  model::Names model_names_;
  absl::flat_hash_map<std::string, model::Relationship> relationships_;  // by person id
  absl::flat_hash_set<std::string> accounts_;
  // The record being watched; members for their memory.
  model::EventReader reader_;
  v1::NudgeChanged change_;
  v1::Relationship relationship_;
  v1::Tie tie_;
};

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TRIAL_TRIAL_OBSERVER_H_
