#include "services/cli/trial/pipeline_judge.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/testing/simulation_check.h"
#include "common/testing/simulation_trace.h"
#include "services/cli/trial/pipeline_state.h"
#include "services/enrichment/domain/identity_log_relay.h"
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

class Judge {
 public:
  Judge(const CommittedLog& log, const PipelineTraffic& traffic, const PipelineSpecs& specs,
        Violations& violations)
      : log_(log), traffic_(traffic), specs_(specs), violations_(violations) {}

  void Run() {
    ExpectInteractions();
    for (int i = 0; i < static_cast<int>(log_.at(scoring::kPersonEvents).size()); ++i) {
      FoldHistory(i);
      Fold(specs_.scoring, i, ScoringState);
      Fold(specs_.notification, i, NotificationState);
    }
    ReadPersonEvents();
    ReadMoments();
    ReadNudges();
    ReadRejects();
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
      } else if (seen_.insert(interaction.id()).second) {
        for (const std::string& person : fate->second.persons) {
          events_[absl::StrCat(RecordOf(interaction), " ", person)].push_back(
              absl::StrCat(interaction.id(), " from ", place));
        }
      }
    });
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
    Sequences actual;
    ForEach(scoring::kPersonEvents, [&](int partition, const CommittedRecord& record) {
      if (PipelineTraffic::IsGarbage(*record.value)) return;
      if (const auto own = moved.find(ReadableEvent(*record.value)); own != moved.end()) {
        moved.erase(own);
        return;
      }
      ReadPersonEvent(partition, record, actual);
    });
    for (const std::string& lost : moved) {
      violations_.push_back(absl::StrCat("scoring's own event is dropped: ", lost));
    }
    // A person's events may lie in several partitions, by the ids they had.
    for (auto* events : {&events_, &actual}) {
      for (auto& [key, list] : *events) std::sort(list.begin(), list.end());
    }
    Compare("person-events", events_, actual);
    CompareIdentity();
    JudgeOrigins(log_, from_enrichment_, specs_, violations_);
  }

  // The relay tells each entry of the identity log at least once, in the log's order per person.
  void CompareIdentity() {
    Sequences expected;
    const std::vector<v1::IdentityLogEntry> entries = *specs_.identity->ReadLog(0, 10'000);
    for (const v1::IdentityLogEntry& entry : entries) {
      expected[entry.person_id()].push_back(Readable(enrichment::PersonEventOf(entry)));
    }
    Compare("identity", expected, identity_);
  }

  void ReadPersonEvent(int partition, const CommittedRecord& record, Sequences& actual) {
    const auto event = Parsed<v1::PersonEvent>(*record.value);
    if (event.has_merged() || event.has_split()) {
      std::vector<std::string>& told = identity_[event.person_id()];
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
    actual[absl::StrCat(RecordOf(event.interaction()), " ", person)].push_back(absl::StrCat(
        event.interaction().id(), " from ", PlaceOf(source.topic(), source.partition(), offset)));
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
    Sequences actual;
    ForEach(kRejectsTopic, [&](int, const CommittedRecord& record) {
      const auto reject = Parsed<v1::Reject>(*record.value);
      const v1::RecordPlace& place = reject.record();
      actual[reject.service()].push_back(
          PlaceOf(place.topic(), place.partition(), stream::Offset(place.offset())));
    });
    // A service's rejects stand in one partition, in the order of its partitions' commits.
    for (auto* rejects : {&rejects_, &actual}) {
      for (auto& [service, places] : *rejects) std::sort(places.begin(), places.end());
    }
    Compare("rejects", rejects_, actual);
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

  std::set<std::string> seen_;  // interactions
  Sequences events_;            // "record person" -> "interaction from place"
  Sequences rejects_;           // service -> places
  std::vector<stream::FoldedRecord> outputs_;
  std::vector<v1::PersonEvent> from_enrichment_;
  Sequences identity_;                          // person id -> merges and splits, each once
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
