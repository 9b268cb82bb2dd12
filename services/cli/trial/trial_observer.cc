#include "services/cli/trial/trial_observer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "common/base/hash.h"
#include "common/model/codec.h"
#include "common/model/explain_codec.h"
#include "common/model/guards.h"
#include "common/model/list_outcome.h"
#include "common/model/person_key.h"

namespace tend::cli {
namespace {

constexpr int64_t kFollowSeconds = 7 * 24 * 3600;
constexpr size_t kRejectExamples = 5;

std::string Str(absl::string_view s) { return std::string(s.data(), s.size()); }
absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

// A name to show: the display name, else the first identifier.
std::string NameIn(const v1::PersonEvent& event) {
  for (const v1::Party& party : event.interaction().parties()) {
    if (party.person_id() != event.person_id()) continue;
    if (!party.display_name().empty()) return party.display_name();
    if (!party.identifiers().empty()) return party.identifiers(0).raw();
  }
  const v1::Interaction& interaction = event.interaction();
  return interaction.list_row_entered().name();
}

bool Names(const v1::PersonEvent& event, absl::string_view wanted) {
  if (View(event.person_id()) == wanted) return true;
  for (const v1::Party& party : event.interaction().parties()) {
    if (party.person_id() != event.person_id()) continue;
    if (absl::EqualsIgnoreCase(View(party.display_name()), wanted)) return true;
    for (const v1::Identifier& id : party.identifiers()) {
      if (View(id.normalized()) == wanted || absl::EqualsIgnoreCase(View(id.raw()), wanted))
        return true;
    }
  }
  return absl::EqualsIgnoreCase(View(event.interaction().list_row_entered().name()), wanted);
}

v1::GuardVerdict ToContract(const model::Verdict& verdict) {
  v1::GuardVerdict out;
  model::Encode(verdict, &out);
  return out;
}

bool HasSocialHandle(const v1::Interaction& interaction) {
  for (const v1::Party& party : interaction.parties()) {
    if (party.side() != v1::SIDE_THEIRS) continue;
    for (const v1::Identifier& identifier : party.identifiers()) {
      if (identifier.kind() == v1::IDENTIFIER_KIND_SOCIAL) return true;
    }
  }
  return false;
}

template <typename Message>
bool Decode(absl::string_view value, Message& message) {
  return message.ParseFromArray(value.data(), static_cast<int>(value.size()));
}

}  // namespace

TrialObserver::TrialObserver(absl::string_view explain, const model::ScoringModel& model,
                             const model::Policy& policy, TrialResult* result)
    : explain_(Str(explain)), model_(model), policy_(policy), result_(*result) {}

void TrialObserver::Watch(absl::string_view topic, absl::string_view key, absl::string_view value) {
  if (topic == "tend.person-events.v1") return WatchPersonEvent(key, value);
  if (topic == "tend.nudges.v1") return WatchNudge(value);
  WatchReject(value);
}

void TrialObserver::WatchPersonEvent(absl::string_view key, absl::string_view value) {
  Person& person = people_[StableHash(key)];
  const bool asked = !result_.explained_person.empty() && View(result_.explained_person) == key;
  if (person.met && person.followed.empty() && !asked && !in_list_) return;
  const v1::PersonEvent* const event = reader_.Read(value);
  if (event == nullptr || !event->has_interaction()) return;
  const v1::Interaction& interaction = event->interaction();
  if (person.name.empty()) Meet(*event, person);
  if (in_list_ && interaction.has_list_row_entered()) {
    ++result_.list_rows;
    person.listed = true;
    person.has_social_handle = person.has_social_handle || HasSocialHandle(interaction);
  }
  Follow(interaction, person);
  if (!result_.explained_person.empty() && View(result_.explained_person) == key) {
    result_.history.push_back(interaction);
  }
}

void TrialObserver::Meet(const v1::PersonEvent& event, Person& person) {
  person.met = true;
  person.name = NameIn(event);
  if (!explain_.empty() && result_.explained_person.empty() && Names(event, View(explain_))) {
    result_.explained_person = event.person_id();
  }
}

void TrialObserver::Follow(const v1::Interaction& interaction, Person& person) {
  const int64_t at = interaction.occur_time().seconds();
  std::erase_if(person.followed, [&](const Followed& f) {
    if (at <= f.opened_second) return false;
    if (at > f.opened_second + kFollowSeconds) return true;
    const auto& parties = interaction.parties();
    const bool talked = std::any_of(parties.begin(), parties.end(),
                                    [&](const v1::Party& p) { return p.owner_id() == f.owner_id; });
    if (talked) ++result_.outreach_followed;
    return talked;
  });
}

void TrialObserver::WatchNudge(absl::string_view value) {
  if (!Decode(value, change_)) return;
  const v1::Nudge& nudge = change_.nudge();
  const auto [found, opened] =
      nudge_index_.try_emplace(StableHash(nudge.nudge_id()), result_.nudges.size());
  if (opened) {
    NoteOpened(nudge);
    result_.nudges.emplace_back();
  } else if (change_.has_withdrawn()) {
    ++result_.withdrawn[change_.withdrawn()];
  }
  TrialNudge& kept = result_.nudges[found->second];
  kept.kind = nudge.moment().kind();
  kept.family = nudge.moment().family();
  kept.state = nudge.state();
  kept.record.assign(value.data(), value.size());
}

void TrialObserver::NoteOpened(const v1::Nudge& nudge) {
  const std::string& person_id = nudge.moment().person_id();
  Person& person = people_[StableHash(person_id)];
  if (!person.named) result_.person_names[person_id] = NameOf(person_id);
  person.named = !person.name.empty();
  if (nudge.moment().family() == v1::MOMENT_FAMILY_OUTREACH) {
    person.followed.push_back({nudge.owner_id(), nudge.create_time().seconds()});
  }
}

void TrialObserver::WatchReject(absl::string_view value) {
  v1::Reject reject;
  if (!Decode(value, reject)) return;
  ++result_.rejects[reject.reason()];
  if (result_.reject_examples.size() < kRejectExamples)
    result_.reject_examples.push_back(std::move(reject));
}

std::string TrialObserver::NameOf(absl::string_view person_id) const {
  const auto found = people_.find(StableHash(person_id));
  return found == people_.end() || found->second.name.empty() ? Str(person_id.substr(0, 8))
                                                              : found->second.name;
}

void TrialObserver::WatchRelationship(absl::string_view key, absl::string_view value) {
  const std::string person_id = Str(key.substr(0, 36));
  const auto person = model::ParsePersonKey(View(person_id));
  if (!person.ok()) return;
  model::Relationship& relationship = relationships_[person_id];
  relationship.person = *person;
  if (key.size() > 36) {
    if (Decode(value, tie_)) model::Decode(tie_, model_names_, &relationship).IgnoreError();
    return;
  }
  if (!Decode(value, relationship_)) return;
  model::Decode(relationship_, model_names_, &relationship).IgnoreError();
  if (!relationship_.account_id().empty()) accounts_.insert(relationship_.account_id());
}

void TrialObserver::Finish(absl::Time now) {
  const model::Instant at = model::Instant::FromTime(now);
  for (auto& [person_id, relationship] : relationships_) {
    if (relationship.extras != nullptr && relationship.extras->merged_into != nullptr) continue;
    if (relationship.erased) continue;
    model::Restored(relationship, policy_);
    ++result_.people;
    ++result_.stages[static_cast<size_t>(relationship.stage)];
    const model::Verdict verdict = model::MaySuggest(relationship, at, model_, policy_);
    if (!verdict.allowed())
      result_.left_alone.push_back({NameOf(View(person_id)), ToContract(verdict)});
    const auto person = people_.find(StableHash(person_id));
    if (person == people_.end() || !person->second.listed) continue;
    const auto outcome = model::OutcomeOf(relationship, verdict, person->second.has_social_handle);
    ++result_.list_outcomes[static_cast<v1::ListOutcome>(outcome)];
  }
  result_.accounts = static_cast<int64_t>(accounts_.size());
  std::sort(result_.left_alone.begin(), result_.left_alone.end(),
            [](const LeftAlone& a, const LeftAlone& b) { return a.person < b.person; });
}

}  // namespace tend::cli
