// Nothing of the erased stays, and nobody who asked is forgotten to be erased.

#include "services/cli/trial/pipeline_erasures.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/model/proto_time.h"
#include "common/testing/simulation_check.h"
#include "common/testing/simulation_trace.h"
#include "services/enrichment/processor.h"
#include "services/notification/processor.h"
#include "services/scoring/processor.h"
#include "tend/v1/moment.pb.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/relationship.pb.h"

namespace tend::cli {
namespace {

using stream::CommittedRecord;
using stream::Violations;

constexpr size_t kIdSize = 36;

class ErasureJudge {
 public:
  ErasureJudge(const PipelineLog& log, const PipelineSpecs& specs, Violations& violations)
      : log_(log), specs_(specs), violations_(violations) {
    Violations told_by_others;
    erased_ = ReadIdentityLog(*specs.identity->ReadLog(0, 10'000), told_by_others).erased;
  }

  void Run(const std::vector<v1::PersonEvent>& events) {
    for (const v1::PersonEvent& event : events) JudgeWish(event);
    JudgeWaiting();
    ReadEnds();
    ReadMoments();
    JudgeMoments();
    JudgeNudges();
    JudgeChangelog();
  }

 private:
  struct Moment {
    std::string person_id;
    std::optional<absl::Time> closed;
    absl::Time told = absl::InfinitePast();  // notification came to the end
  };

  template <typename Message, typename Visit>
  void ForEach(const std::string& topic, Visit visit) const {
    const auto& partitions = log_.at(topic);
    for (size_t i = 0; i < partitions.size(); ++i) {
      for (const CommittedRecord& record : partitions[i]) {
        Message message;
        if (PipelineTraffic::IsGarbage(*record.value)) continue;
        if (message.ParseFromString(*record.value)) visit(static_cast<int>(i), record, message);
      }
    }
  }

  template <typename... Parts>
  void Say(const Parts&... parts) {
    violations_.push_back(absl::StrCat(parts...));
  }

  void JudgeWish(const v1::PersonEvent& event) {
    if (!event.interaction().has_erasure_asked() || erased_.count(event.origin_id()) > 0) return;
    Say("asked, but was not erased: ", event.origin_id(), " by ", event.interaction().id());
  }

  void JudgeWaiting() {
    for (size_t i = 0; i < log_.at(enrichment::kStateTopic).size(); ++i) {
      const auto processor = RestoreFrom(log_, specs_.enrichment, static_cast<int>(i), violations_);
      for (const auto& [key, origin] : enrichment::ErasuresOf(*processor).due()) {
        Say("still to be erased: ", origin);
      }
    }
  }

  // When scoring came to the entries that ended the erased.
  void ReadEnds() {
    const std::string topic = scoring::kPersonEvents;
    ForEach<v1::PersonEvent>(
        topic, [&](int partition, const CommittedRecord& record, const v1::PersonEvent& event) {
          const auto erased = erased_.find(event.person_id());
          if (erased == erased_.end() || event.identity_seq() != erased->second.end_seq) return;
          if (!event.has_erased()) return;
          const auto time = TimeOfUse(log_, specs_.scoring, topic, partition, record.offset);
          if (time.has_value()) ends_.emplace(event.person_id(), *time);
        });
  }

  void ReadMoments() {
    const std::string topic = scoring::kMoments;
    ForEach<v1::MomentEvent>(topic, [&](int partition, const CommittedRecord& record,
                                        const v1::MomentEvent& event) {
      const bool opened = event.has_opened();
      const std::string& person = opened ? event.opened().person_id() : event.closed().person_id();
      if (erased_.count(person) == 0) return;
      Moment& moment = moments_[opened ? event.opened().moment_id() : event.closed().moment_id()];
      moment.person_id = person;
      if (opened) return;
      moment.closed = model::ToTime(event.closed().close_time());
      const auto time = TimeOfUse(log_, specs_.notification, topic, partition, record.offset);
      if (time.has_value()) moment.told = *time;
    });
  }

  void JudgeMoments() {
    for (const auto& [id, moment] : moments_) {
      const auto end = ends_.find(moment.person_id);
      if (end == ends_.end()) continue;  // the entry was not told, as others say
      if (moment.closed.has_value() && *moment.closed <= end->second) continue;
      Say("moment ", id, " of ", moment.person_id, " outlives their erasure");
    }
  }

  void JudgeNudges() {
    std::map<std::string, v1::NudgeChanged> last;
    ForEach<v1::NudgeChanged>(notification::kNudgesTopic,
                              [&](int, const CommittedRecord&, const v1::NudgeChanged& change) {
                                last[change.nudge().nudge_id()] = change;
                              });
    for (const auto& [id, change] : last) {
      const auto moment = moments_.find(id);
      if (moment == moments_.end()) continue;
      const v1::NudgeState state = change.nudge().state();
      const bool open = state == v1::NUDGE_STATE_OPEN || state == v1::NUDGE_STATE_SNOOZED;
      const absl::Time changed = model::ToTime(change.change_time());
      if (!open && changed <= moment->second.told) continue;
      Say("nudge ", id, " of ", moment->second.person_id, " outlives their moment");
    }
  }

  void JudgeChangelog() {
    std::map<std::string, std::optional<std::string>> state;
    for (const auto& partition : log_.at(scoring::kRelationships)) {
      for (const CommittedRecord& record : partition) state[record.key] = record.value;
    }
    for (const auto& [key, value] : state) {
      if (!value.has_value()) continue;
      if (key.size() > kIdSize) {
        JudgeTie(key);
      } else if (erased_.count(key) > 0) {
        JudgeRelationship(*value);
      }
    }
  }

  // "person/owner" or "person/owner/origin".
  void JudgeTie(const std::string& key) {
    const std::string person = key.substr(0, kIdSize);
    if (erased_.count(person) + erased_.count(key.substr(key.size() - kIdSize)) == 0) return;
    Say("a tie of an erased person is kept: ", key);
  }

  void JudgeRelationship(const std::string& value) {
    v1::Relationship record;
    record.ParseFromString(value);
    const std::string person = record.person_id();
    if (record.open_moments_size() > 0) Say("an erased person has a moment: ", person);
    if (!record.erased()) Say("scoring has not erased ", person);
    record.clear_schema_version();
    record.clear_person_id();
    record.clear_version();
    record.clear_input_offset();
    record.clear_erased();
    record.clear_identity_seq();
    record.clear_departures();
    if (record.ByteSizeLong() > 0) Say("kept of erased ", person, ": ", record.ShortDebugString());
  }

  const PipelineLog& log_;
  const PipelineSpecs& specs_;
  Violations& violations_;
  std::map<std::string, ErasedOrigin> erased_;  // by origin
  std::map<std::string, absl::Time> ends_;      // by person id
  std::map<std::string, Moment> moments_;       // of the erased
};

}  // namespace

IdentityHistory ReadIdentityLog(const std::vector<v1::IdentityLogEntry>& entries,
                                Violations& violations) {
  IdentityHistory history;
  std::map<std::string, int64_t> ends;
  std::set<std::string> told;
  for (const v1::IdentityLogEntry& entry : entries) {
    const std::string& person = entry.person_id();
    history.homes.try_emplace(person, person);
    history.all_homes[person].insert(person);
    if (entry.has_split()) {
      history.homes[entry.split().origin_id()] = entry.split().to_person_id();
      history.all_homes[entry.split().origin_id()].insert(entry.split().to_person_id());
      continue;
    }
    ends[person] = entry.seq();
    if (entry.has_erased() && !told.insert(person).second) {
      violations.push_back(absl::StrCat("erased twice: ", person));
    }
    const absl::Time time = model::ToTime(entry.erased().erase_time());
    for (auto& [origin, home] : history.homes) {
      if (home != person) continue;
      if (entry.has_merged()) {
        home = entry.merged().survivor_person_id();
        history.all_homes[origin].insert(home);
      } else if (!history.erased.emplace(origin, ErasedOrigin{entry.seq(), time, ends[origin]})
                      .second) {
        violations.push_back(absl::StrCat("erased twice: origin ", origin, " of ", person));
      }
    }
  }
  return history;
}

void JudgeErasures(const PipelineLog& log, const std::vector<v1::PersonEvent>& events,
                   const PipelineSpecs& specs, Violations& violations) {
  ErasureJudge(log, specs, violations).Run(events);
}

}  // namespace tend::cli
