// A merge moves, it never mixes: whatever was merged, split and erased on the way, each origin's
// history in the end is that of its own interactions, and stands where the identity log says; that
// of an erased one stands nowhere.

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/model/parts.h"
#include "common/model/person_key.h"
#include "common/testing/simulation_check.h"
#include "common/testing/simulation_trace.h"
#include "services/cli/trial/pipeline_erasures.h"
#include "services/cli/trial/pipeline_judge.h"
#include "services/cli/trial/pipeline_state.h"
#include "services/scoring/domain/scorer.h"
#include "services/scoring/processor.h"
#include "tend/v1/relationship.pb.h"

namespace tend::cli {
namespace {

using model::Instant;
using stream::Violations;

// Accumulators are compared at this time: their own reference times depend on the order of arrival.
constexpr Instant kThen(1'800'000'000);

std::string ClassesOf(const model::Part& part, const model::ScoringModel& model) {
  std::string text;
  for (int c = 1; c < model::kClasses; ++c) {
    const auto signal = static_cast<model::SignalClass>(c);
    // What leaves a ring counts for trust when it leaves, which depends on the order of arrival.
    if (signal == model::SignalClass::kTrustGood || signal == model::SignalClass::kTrustBad) {
      continue;
    }
    if (part.Has(signal)) {
      absl::StrAppendFormat(&text, " %d:%.6g", c, part.ValueAt(signal, kThen, model));
    }
  }
  return text;
}

// What does not depend on the order of arrival (law 4), nor on when anybody looked.
std::string PartText(const model::Part& part, const model::Wishes& wishes, absl::string_view owner,
                     const model::ScoringModel& model) {
  std::string text =
      absl::StrCat(part.first.seconds(), " ", part.last_act.seconds(), " ",
                   part.last_reply.seconds(), " ", part.touches, ClassesOf(part, model));
  std::vector<std::string> consents;
  for (const model::Consent& c : wishes.consents) {
    consents.push_back(absl::StrCat(" consent ", c.channel, "/", c.purpose, " ", c.given, " ",
                                    c.stated.seconds()));
  }
  std::sort(consents.begin(), consents.end());
  for (const std::string& consent : consents) text += consent;
  return absl::StrCat(text, " owner ", owner, " rest ", wishes.rest.stated.seconds(), " ",
                      wishes.rest.until.seconds(), " ", wishes.rest.ended.seconds());
}

std::string TieText(const model::Tie& tie, const model::ScoringModel& model) {
  return absl::StrFormat("%u %u %u %d %d %d %.6g %.6g", tie.received, tie.sent, tie.touches,
                         tie.first.seconds(), tie.last_theirs.seconds(), tie.last_ours.seconds(),
                         tie.TheirsAt(kThen, model), tie.OursAt(kThen, model));
}

// "origin" and "origin owner" -> history. `homes`: origin -> the person whose relationship holds
// it.
void ReadOrigins(const stream::Processor& processor, StateText& histories,
                 std::map<std::string, std::string>& homes, Violations& violations) {
  const scoring::Scorer& scorer = scoring::ScorerOf(processor);
  const std::string none = PartText({}, {}, "", scorer.model());
  for (scoring::Row row = 0; row < scorer.table().size(); ++row) {
    const model::Relationship& r = scorer.table()[row];
    std::vector<std::string> origins;
    for (int i = 0; i < r.PartCount(); ++i) {
      origins.push_back(model::PrintPersonKey(i == 0 ? r.person : r.extras->joined[i - 1].origin));
      const std::string text = PartText(
          r.PartAt(i), r.WishesAt(i),
          scorer.names().OwnerId(model::OwnerClaimAt(r, i, scorer.names()).owner), scorer.model());
      if (text == none) continue;
      if (!histories.emplace(origins.back(), text).second) {
        violations.push_back(absl::StrCat("origin ", origins.back(), " is in two relationships"));
      }
      homes[origins.back()] = model::PrintPersonKey(r.person);
    }
    for (const model::Tie& tie : r.ties.all()) {
      histories[absl::StrCat(origins[tie.origin], " ", scorer.names().OwnerId(tie.owner))] =
          TieText(tie, scorer.model());
    }
  }
}

class NoContext final : public stream::Context {
 public:
  absl::Time now() const override { return absl::FromUnixSeconds(kThen.seconds()); }
  void Emit(absl::string_view, absl::string_view, absl::string_view) override {}
};

// The history of each origin as if nobody had ever been merged.
StateText Unmerged(const std::vector<v1::PersonEvent>& events, const stream::ProcessorSpec& spec,
                   Violations& violations) {
  const std::unique_ptr<stream::Processor> processor = spec.make_processor(0);
  NoContext context;
  for (v1::PersonEvent event : events) {
    for (v1::Party& party : *event.mutable_interaction()->mutable_parties()) {
      if (party.person_id() == event.person_id()) party.set_person_id(event.origin_id());
    }
    event.set_person_id(event.origin_id());
    const std::string bytes = event.SerializeAsString();
    stream::Record record;
    record.topic = scoring::kPersonEvents;
    record.key = event.person_id();
    record.value = bytes;
    if (processor->Process(record, context).rejected()) {
      violations.push_back(absl::StrCat("rejected: ", event.interaction().id()));
    }
  }
  StateText histories;
  std::map<std::string, std::string> homes;
  ReadOrigins(*processor, histories, homes, violations);
  return histories;
}

}  // namespace

void JudgeOrigins(const PipelineLog& log, const std::vector<v1::PersonEvent>& events,
                  const PipelineSpecs& specs, Violations& violations) {
  StateText histories;
  std::map<std::string, std::string> homes;
  for (int i = 0; i < static_cast<int>(log.at(scoring::kPersonEvents).size()); ++i) {
    const auto processor = RestoreFrom(log, specs.scoring, i, violations);
    ReadOrigins(*processor, histories, homes, violations);
  }
  IdentityHistory by_log = ReadIdentityLog(*specs.identity->ReadLog(0, 10'000), violations);
  StateText expected_histories = Unmerged(events, specs.scoring, violations);
  std::erase_if(expected_histories, [&](const auto& history) {
    return by_log.erased.count(history.first.substr(0, history.first.find(' '))) > 0;
  });
  stream::CompareState("origins", expected_histories, histories, violations);
  for (const auto& [origin, home] : homes) {
    const std::string& expected = by_log.homes.try_emplace(origin, origin).first->second;
    if (home == expected) continue;
    violations.push_back(absl::StrCat("origin ", origin, " is at ", home, ", not at ", expected));
  }
}

}  // namespace tend::cli
