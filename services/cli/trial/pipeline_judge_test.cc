#include "services/cli/trial/pipeline_judge.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/model/proto_time.h"
#include "common/testing/simulation_check.h"
#include "common/testing/simulation_trace.h"
#include "services/cli/trial/pipeline_erasures.h"
#include "services/cli/trial/pipeline_state.h"
#include "services/enrichment/domain/identity_log_relay.h"
#include "services/enrichment/domain/normalize.h"
#include "services/enrichment/processor.h"
#include "services/ingest/domain/acceptor.h"
#include "services/notification/processor.h"
#include "services/scoring/processor.h"
#include "tend/v1/moment.pb.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/person_event.pb.h"
#include "tend/v1/reject.pb.h"

namespace tend::cli {
namespace {

using stream::CommittedLog;
using stream::CommittedRecord;
using stream::Sequences;
using stream::Violations;

using StateOf = StateText (*)(const stream::Processor&);

template <typename Message>
Message Parsed(const std::string& bytes) {
  Message message;
  message.ParseFromString(bytes);
  return message;
}

std::string RecordOf(const v1::Interaction& interaction) {
  return absl::StrCat(interaction.source().system(), ":", interaction.source().record_id());
}

// "owner person": the order of moments is kept per person, and an owner has many.
std::string KeyOf(const std::string& owner, const v1::MomentEvent& moment) {
  return absl::StrCat(owner, " ", moment.opened().person_id(), moment.closed().person_id());
}

// Ties stand in the order in which their owners were met, which is no part of a state.
std::string ReadableEvent(const std::string& bytes) {
  auto event = Parsed<v1::PersonEvent>(bytes);
  if (event.has_part_moved()) {
    auto& ties = *event.mutable_part_moved()->mutable_ties();
    std::sort(ties.begin(), ties.end(),
              [](const v1::Tie& a, const v1::Tie& b) { return a.owner_id() < b.owner_id(); });
  }
  return Readable(event);
}

// Partition and offset of an interaction's record.
using Place = std::pair<int, int64_t>;

class Judge {
 public:
  Judge(const CommittedLog& log, const PipelineTraffic& traffic, const PipelineSpecs& specs,
        Violations& violations)
      : log_(log), traffic_(traffic), specs_(specs), violations_(violations) {
    Violations told_with_the_origins;
    identity_ = ReadIdentityLog(*specs.identity->ReadLog(0, 10'000), told_with_the_origins);
  }

  void Run() {
    for (int i = 0; i < static_cast<int>(log_.at(scoring::kPersonEvents).size()); ++i) {
      FoldHistory(i);
      Fold(specs_.scoring, i, ScoringState);
      Fold(specs_.notification, i, NotificationState);
    }
    ReadRejects();
    ReadPersonEvents();
    ExpectInteractions();
    for (auto* events : {&events_, &told_events_}) {
      // A person's events may lie in several partitions, by the ids they had.
      for (auto& [key, list] : *events) std::sort(list.begin(), list.end());
    }
    Compare("person-events", events_, told_events_);
    CompareRejects();
    CompareIdentity();
    JudgeOrigins(log_, from_enrichment_, specs_, violations_);
    JudgeErasures(log_, from_enrichment_, specs_, violations_);
    ReadMoments();
    ReadNudges();
    JudgeNudges();
  }

 private:
  template <typename Visit>
  void ForEach(const std::string& topic, Visit visit) const {
    const auto& partitions = log_.at(topic);
    for (size_t i = 0; i < partitions.size(); ++i) {
      for (const CommittedRecord& record : partitions[i]) visit(static_cast<int>(i), record);
    }
  }

  void Compare(const std::string& what, const Sequences& expected, const Sequences& actual) {
    stream::CompareSequences(what, expected, actual, violations_);
  }

  // What enrichment must make of its input, by what the traffic says.
  void ExpectInteractions() {
    const std::string topic(ingest::kInteractionsTopic);
    ForEach(topic, [&](int partition, const CommittedRecord& record) {
      const std::string place = PlaceOf(topic, partition, record.offset);
      const auto interaction = Parsed<v1::Interaction>(*record.value);
      const auto fate = traffic_.fates().find(interaction.id());
      if (PipelineTraffic::IsGarbage(*record.value) || fate == traffic_.fates().end() ||
          fate->second.rejected) {
        rejects_["enrichment"].push_back(place);
      } else if (seen_.count(interaction.id()) == 0) {
        ExpectFor(interaction, {partition, record.offset.value()}, fate->second);
      }
    });
  }

  // An event for each outsider, but for those who were erased. Where nobody is left, a reject; none
  // for a wish that was theirs already. A record that was rejected may come again.
  void ExpectFor(const v1::Interaction& interaction, const Place& place,
                 const PipelineTraffic::Fate& fate) {
    const std::string topic(ingest::kInteractionsTopic);
    const std::string at = PlaceOf(topic, place.first, stream::Offset(place.second));
    bool any = fate.persons.empty();
    for (const std::string& person : fate.persons) {
      if (WasErased(interaction, place, person)) continue;
      any = true;
      events_[absl::StrCat(RecordOf(interaction), " ", person)].push_back(
          absl::StrCat(interaction.id(), " from ", at));
    }
    if (any || interaction.has_erasure_asked()) {
      seen_.insert(interaction.id());
    } else {
      rejects_["enrichment"].push_back(at);
    }
  }

  // Whether this person counted as erased, or as one who had asked, when the record was used. An
  // event says how much of the identity log its batch had seen: it is right where that was before
  // the Erased entry. Where there is none the person's erasure must have been known by then.
  bool WasErased(const v1::Interaction& interaction, const Place& place,
                 const std::string& person) {
    const auto told = told_.find(place);
    if (told == told_.end()) return CanBeErased(interaction, place, person, std::nullopt);
    const auto own = told->second.find(person);
    if (own == told->second.end()) {
      const int64_t seen = told->second.begin()->second.identity_seq();
      return CanBeErased(interaction, place, person, seen);
    }
    const v1::PersonEvent& event = own->second;
    const auto erased = identity_.erased.find(event.origin_id());
    if (erased == identity_.erased.end()) return false;
    if (event.identity_seq() >= erased->second.seq) return true;
    return HadAsked(place, [&](const v1::PersonEvent& wish) {  // and was not parted from them since
      const auto asked = identity_.erased.find(wish.origin_id());
      return wish.person_id() == event.person_id() && asked != identity_.erased.end() &&
             asked->second.seq == erased->second.seq;
    });
  }

  // seen: of the identity log; nullopt: the reject's time tells.
  bool CanBeErased(const v1::Interaction& interaction, const Place& place,
                   const std::string& person, std::optional<int64_t> seen) {
    const auto by_then = [&](const ErasedOrigin& erased) {
      if (seen.has_value()) return erased.seq <= *seen;
      const auto reject = reject_times_.find(place);
      return reject == reject_times_.end() || erased.time <= reject->second;
    };
    for (const v1::Party& party : interaction.parties()) {
      for (const v1::Identifier& identifier : party.identifiers()) {
        const std::string& address = identifier.raw();
        if (traffic_.PersonOf(address) != person) continue;
        const std::vector<std::string> origins = OriginsOf(address, person);
        if (IsErased(address) &&
            std::any_of(origins.begin(), origins.end(), [&](const std::string& origin) {
              const auto erased = identity_.erased.find(origin);
              return erased != identity_.erased.end() && by_then(erased->second);
            })) {
          return true;
        }
        if (HadAsked(place, [&](const v1::PersonEvent& wish) {
              return std::any_of(origins.begin(), origins.end(), [&](const std::string& origin) {
                return origin == wish.person_id() ||
                       identity_.all_homes[origin].count(wish.person_id()) > 0;
              });
            })) {
          return true;
        }
      }
    }
    return false;
  }

  // Which origins an address can be of: one, where an event has told it; else any of the person's,
  // and those that no event has told whose they are.
  std::vector<std::string> OriginsOf(const std::string& address, const std::string& person) const {
    if (const auto told = origins_.find(address); told != origins_.end()) return {told->second};
    std::vector<std::string> origins;
    for (const auto& [origin, of] : persons_) {
      if (of == person) origins.push_back(origin);
    }
    for (const auto& [origin, erased] : identity_.erased) {
      if (persons_.count(origin) == 0) origins.push_back(origin);
    }
    return origins;
  }

  // Who asked counts as erased in their wish's partition before the store has forgotten them.
  template <typename Is>
  bool HadAsked(const Place& place, Is is) const {
    return std::any_of(wishes_.begin(), wishes_.end(), [&](const auto& wish) {
      return wish.first.first == place.first && wish.first.second < place.second && is(wish.second);
    });
  }

  // Whether the store knows the address as an erased person's, in the end. It was asked about all
  // of them before: nobody is founded.
  bool IsErased(const std::string& address) {
    const auto [at, unknown] = erased_addresses_.try_emplace(address, false);
    if (!unknown) return at->second;
    std::string key;
    enrichment::IdentityKey(v1::IDENTIFIER_KIND_EMAIL, "", address, key);
    enrichment::IdentityClaim claim;
    claim.keys.push_back(key);
    enrichment::Resolution resolution;
    if (!specs_.identity->Resolve({&claim, 1}, absl::InfinitePast(), {&resolution, 1}).ok())
      return false;
    return at->second = resolution.is == enrichment::Resolution::Is::kErased;
  }

  // As if nobody had ever failed: what does not depend on when somebody looked.
  void FoldHistory(int partition) {
    Violations told_below;
    const stream::StraightFold fold =
        FoldAgain(log_, specs_.scoring, partition, stream::AtRestores::kPass, told_below);
    const auto restored = RestoreFrom(log_, specs_.scoring, partition, told_below);
    stream::CompareState(absl::StrCat("history/", partition), HistoryOf(*fold.processor),
                         HistoryOf(*restored), violations_);
  }

  void Fold(const stream::ProcessorSpec& spec, int partition, StateOf state_of) {
    stream::StraightFold fold =
        FoldAgain(log_, spec, partition, stream::AtRestores::kLook, violations_);
    const auto restored = RestoreFrom(log_, spec, partition, violations_);
    stream::CompareState(absl::StrCat(spec.name, "/", partition, " folded again"),
                         state_of(*fold.processor), state_of(*restored), violations_);
    auto& rejects = rejects_[spec.name.substr(5)];
    rejects.insert(rejects.end(), fold.rejects.begin(), fold.rejects.end());
    for (stream::FoldedRecord& output : fold.outputs) outputs_.push_back(std::move(output));
  }

  // Those that scoring wrote to its own input are known from the fold; the others are enrichment's.
  void ReadPersonEvents() {
    std::multiset<std::string> moved;
    for (const stream::FoldedRecord& output : outputs_) {
      if (output.topic == scoring::kPersonEvents) moved.insert(ReadableEvent(output.value));
    }
    ForEach(scoring::kPersonEvents, [&](int partition, const CommittedRecord& record) {
      if (PipelineTraffic::IsGarbage(*record.value)) return;
      if (const auto own = moved.find(ReadableEvent(*record.value)); own != moved.end()) {
        moved.erase(own);
        return;
      }
      ReadPersonEvent(partition, record);
    });
    for (const std::string& lost : moved) {
      violations_.push_back(absl::StrCat("scoring's own event is dropped: ", lost));
    }
  }

  // The relay tells each entry of the identity log at least once, in the log's order per person.
  void CompareIdentity() {
    Sequences expected;
    const std::vector<v1::IdentityLogEntry> entries = *specs_.identity->ReadLog(0, 10'000);
    for (const v1::IdentityLogEntry& entry : entries) {
      expected[entry.person_id()].push_back(Readable(enrichment::PersonEventOf(entry)));
    }
    Compare("identity", expected, told_identity_);
  }

  void ReadPersonEvent(int partition, const CommittedRecord& record) {
    const auto event = Parsed<v1::PersonEvent>(*record.value);
    if (event.has_merged() || event.has_split() || event.has_erased()) {
      std::vector<std::string>& told = told_identity_[event.person_id()];
      const std::string text = Readable(event);
      if (std::count(told.begin(), told.end(), text) == 0) told.push_back(text);
      return;
    }
    if (event.person_id() != record.key || !event.has_interaction()) {
      violations_.push_back(absl::StrCat("unexpected event: ", event.ShortDebugString()));
      return;
    }
    std::string person;
    for (const v1::Party& party : event.interaction().parties()) {
      if (party.person_id() == event.person_id()) person = PersonOf(party, event);
    }
    const v1::Position& source = event.source_position();
    const stream::Offset offset(source.offset());
    told_events_[absl::StrCat(RecordOf(event.interaction()), " ", person)].push_back(absl::StrCat(
        event.interaction().id(), " from ", PlaceOf(source.topic(), source.partition(), offset)));
    const Place place(source.partition(), source.offset());
    told_[place].emplace(person, event);
    if (event.interaction().has_erasure_asked()) wishes_.emplace(place, event);
    stream::Offset& last = last_sources_[{partition, event.person_id(), source.partition()}];
    if (offset < last) {
      violations_.push_back(absl::StrCat("out of order: ", event.interaction().id(), " for ",
                                         person, " after ", last.value()));
    }
    last = offset;
    from_enrichment_.push_back(event);
  }

  // An address has one origin for good, and an origin one person.
  std::string PersonOf(const v1::Party& party, const v1::PersonEvent& event) {
    const std::string& address = party.identifiers(0).raw();
    std::string person = traffic_.PersonOf(address);
    if (party.identifiers_size() == 1 &&
        origins_.try_emplace(address, event.origin_id()).first->second != event.origin_id()) {
      violations_.push_back(absl::StrCat(address, " has two origins"));
    }
    if (persons_.try_emplace(event.origin_id(), person).first->second != person) {
      violations_.push_back(absl::StrCat("origin ", event.origin_id(), " is of two persons"));
    }
    if (party.identifiers_size() == 1 && IsErased(address) &&
        identity_.erased.count(event.origin_id()) == 0) {
      violations_.push_back(absl::StrCat("erased and founded anew: ", address));
    }
    return person;
  }

  void ReadMoments() {
    Sequences expected, actual;
    for (const stream::FoldedRecord& output : outputs_) {
      if (output.topic != scoring::kMoments) continue;
      const auto moment = Parsed<v1::MomentEvent>(output.value);
      expected[KeyOf(output.key, moment)].push_back(Readable(moment));
    }
    ForEach(scoring::kMoments, [&](int, const CommittedRecord& record) {
      if (PipelineTraffic::IsGarbage(*record.value)) return;
      const auto moment = Parsed<v1::MomentEvent>(*record.value);
      actual[KeyOf(record.key, moment)].push_back(Readable(moment));
      const bool opens = moment.has_opened();
      bool& open = moments_[opens ? moment.opened().moment_id() : moment.closed().moment_id()];
      if (open == opens) {
        violations_.push_back(absl::StrCat("opened or closed twice: ", moment.ShortDebugString()));
      }
      open = opens;
    });
    Compare("moments", expected, actual);
  }

  void ReadNudges() {
    Sequences expected, actual;
    for (const stream::FoldedRecord& output : outputs_) {
      if (output.topic != notification::kNudgesTopic) continue;
      expected[output.key].push_back(Readable(Parsed<v1::NudgeChanged>(output.value)));
    }
    ForEach(notification::kNudgesTopic, [&](int, const CommittedRecord& record) {
      const auto change = Parsed<v1::NudgeChanged>(*record.value);
      actual[record.key].push_back(Readable(change));
      nudges_[change.nudge().nudge_id()].push_back(change);
    });
    Compare("nudges", expected, actual);
  }

  void ReadRejects() {
    ForEach(kRejectsTopic, [&](int, const CommittedRecord& record) {
      const auto reject = Parsed<v1::Reject>(*record.value);
      const v1::RecordPlace& place = reject.record();
      told_rejects_[reject.service()].push_back(
          PlaceOf(place.topic(), place.partition(), stream::Offset(place.offset())));
      if (reject.service() == "enrichment" && reject.reason() == v1::REJECT_REASON_PERSON_ERASED) {
        reject_times_[{place.partition(), place.offset()}] = model::ToTime(reject.reject_time());
      }
    });
  }

  void CompareRejects() {
    // A service's rejects stand in one partition, in the order of its partitions' commits.
    for (auto* rejects : {&rejects_, &told_rejects_}) {
      for (auto& [service, places] : *rejects) std::sort(places.begin(), places.end());
    }
    Compare("rejects", rejects_, told_rejects_);
  }

  void JudgeNudges() {
    for (const auto& [id, changes] : nudges_) {
      if (moments_.count(id) == 0) violations_.push_back(absl::StrCat("no moment: nudge ", id));
      const auto made =
          std::count_if(changes.begin(), changes.end(), [](const v1::NudgeChanged& change) {
            return change.from_state() == v1::NUDGE_STATE_UNSPECIFIED;
          });
      if (made != 1)
        violations_.push_back(absl::StrCat("nudge ", id, " was made ", made, " times"));
      const v1::NudgeState last = changes.back().nudge().state();
      const bool open = last == v1::NUDGE_STATE_OPEN || last == v1::NUDGE_STATE_SNOOZED;
      if (open && !moments_[id]) {
        violations_.push_back(absl::StrCat("nudge ", id, " is open though its moment is closed"));
      }
    }
  }

  const CommittedLog& log_;
  const PipelineTraffic& traffic_;
  const PipelineSpecs& specs_;
  Violations& violations_;

  // Expected, and told.
  std::set<std::string> seen_;                // interactions
  Sequences events_, told_events_;            // "record person" -> "interaction from place"
  Sequences rejects_, told_rejects_;          // service -> places
  std::map<Place, absl::Time> reject_times_;  // of those whose outsiders were erased
  // Enrichment's events, by person ("p3").
  std::map<Place, std::map<std::string, v1::PersonEvent>> told_;
  std::map<Place, v1::PersonEvent> wishes_;
  IdentityHistory identity_;
  std::map<std::string, bool> erased_addresses_;  // of those that were looked up
  std::vector<stream::FoldedRecord> outputs_;
  std::vector<v1::PersonEvent> from_enrichment_;
  Sequences told_identity_;                     // person id -> merges and splits, each once
  std::map<std::string, std::string> origins_;  // by address
  std::map<std::string, std::string> persons_;  // by origin
  // By partition, person id, and the source's partition.
  std::map<std::tuple<int, std::string, int>, stream::Offset> last_sources_;
  std::map<std::string, bool> moments_;  // whether it is open
  std::map<std::string, std::vector<v1::NudgeChanged>> nudges_;
};

}  // namespace

void JudgePipeline(const CommittedLog& log, const PipelineTraffic& traffic,
                   const PipelineSpecs& specs, Violations& violations) {
  Judge(log, traffic, specs, violations).Run();
}

}  // namespace tend::cli
