// The real services as a simulated world.

#include "services/cli/trial/pipeline_world.h"

#include <google/protobuf/text_format.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/model/proto_time.h"
#include "common/model/scoring_model.h"
#include "common/testing/simulation.h"
#include "common/testing/simulation_trace.h"
#include "services/cli/trial/pipeline_state.h"
#include "services/cli/trial/shipped_texts.h"
#include "services/enrichment/domain/identity_log_relay.h"
#include "services/enrichment/processor.h"
#include "services/ingest/domain/acceptor.h"
#include "services/notification/processor.h"
#include "services/scoring/processor.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/person_event.pb.h"
#include "tend/v1/scoring_model.pb.h"

namespace tend::cli {
namespace {

using stream::Cleanup;
using stream::SimulationPlan;

constexpr int kPartitions = 3;
constexpr int kAnswers = 20;  // of owners, at most

v1::Policy ShippedPolicy() {
  v1::Policy policy;
  TEND_CHECK(google::protobuf::TextFormat::ParseFromString(kShippedPolicy, &policy));
  return policy;
}

scoring::Options ScoringOptions() {
  v1::ScoringModel model;
  TEND_CHECK(google::protobuf::TextFormat::ParseFromString(kShippedModel, &model));
  return {*model::Compile(model), *model::Compile(ShippedPolicy()), "pool", "product"};
}

// Those that stand in an inbox, as far as it is committed.
std::vector<v1::Nudge> NudgesToAnswer(stream::Log& log) {
  std::map<std::string, v1::Nudge> nudges;
  const stream::CommittedLog committed =
      ReadCommitted(log, {{notification::kNudgesTopic, kPartitions, Cleanup::kDelete}});
  for (const auto& partition : committed.at(notification::kNudgesTopic)) {
    for (const stream::CommittedRecord& record : partition) {
      v1::NudgeChanged change;
      TEND_CHECK(change.ParseFromString(*record.value));
      nudges[change.nudge().nudge_id()] = change.nudge();
    }
  }
  std::vector<v1::Nudge> open;
  for (const auto& [id, nudge] : nudges) {
    const bool stands =
        nudge.state() == v1::NUDGE_STATE_OPEN || nudge.state() == v1::NUDGE_STATE_SNOOZED;
    if (stands) open.push_back(nudge);
  }
  return open;
}

void AddService(const stream::ProcessorSpec& spec, StateText (*state)(const stream::Processor&),
                SimulationPlan& plan) {
  plan.services.push_back({Traced(spec), [state](const stream::Processor& processor) {
                             return state(stream::Untraced(processor));
                           }});
}

}  // namespace

PipelineWorld::PipelineWorld()
    : roster_(*enrichment::Roster::Create(traffic_.roster())), store_("simulation") {
  specs_.enrichment = enrichment::EnrichmentSpec({}, roster_, store_);
  specs_.enrichment.make_processor = [this](int) {
    RemoteIdentityStore& remote = remote_stores_.emplace_back(
        store_, witness_, [this](auto answer, absl::Time now) { EraseOneOf(answer, now); });
    return enrichment::MakeEnrichmentProcessor({}, roster_, remote);
  };
  specs_.scoring = scoring::MakeSpec(ScoringOptions());
  specs_.notification = notification::MakeNotificationProcessor(ShippedPolicy());
  specs_.identity = &store_;
}

SimulationPlan PipelineWorld::Plan() {
  SimulationPlan plan;
  const std::vector<std::string> topics = {ingest::kInteractionsTopic.data(),
                                           scoring::kPersonEvents,
                                           scoring::kMoments,
                                           notification::kOwnerEventsTopic,
                                           notification::kNudgesTopic,
                                           kRejectsTopic,
                                           stream::kTraceTopic};
  for (const std::string& topic : topics) {
    plan.topics.push_back({topic, kPartitions, Cleanup::kDelete});
  }
  for (const char* topic :
       {enrichment::kStateTopic, scoring::kRelationships, notification::kInboxesTopic}) {
    plan.topics.push_back({topic, kPartitions, Cleanup::kCompact});
  }
  AddService(specs_.enrichment, EnrichmentState, plan);
  AddService(specs_.scoring, ScoringState, plan);
  AddService(specs_.notification, NotificationState, plan);
  plan.make_input = [this](std::mt19937_64& random, int number, absl::Time now) {
    const TrafficRecord record = traffic_.Make(random, number, now);
    return stream::SimulatedInput{record.topic, record.key, record.value};
  };
  plan.bystander = [this](stream::Log& log, stream::Producer& producer, std::mt19937_64& random,
                          absl::Time now, bool faults) {
    producer_ = faults ? &producer : nullptr;
    random_ = &random;
    if (faults && random() % 4 == 0) DecideIdentity(random, now);
    if (faults && random() % 80 == 0) EraseSomebody(random, now);
    const bool answered = answers_ < kAnswers && random() % 3 == 0 &&
                          AnswerANudge(NudgesToAnswer(log), producer, random, now);
    return RelayIdentity(producer, random, faults) || answered;
  };
  plan.judge = [this](const stream::CommittedLog& log, stream::Violations& violations) {
    JudgePipeline(log, traffic_, specs_, violations);
    const std::vector<std::string>& heard = witness_.violations();
    violations.insert(violations.end(), heard.begin(), heard.end());
  };
  plan.start = absl::FromUnixSeconds(1'772'442'000);  // 2026-03-02T09:00Z, a Monday
  plan.jump = absl::Hours(30);
  plan.settle = absl::Hours(24 * 40);
  return plan;
}

// Somebody of us parts whom a merge had joined, or joins them again.
void PipelineWorld::DecideIdentity(std::mt19937_64& random, absl::Time now) {
  const std::vector<v1::IdentityLogEntry> entries = *store_.ReadLog(0, 10'000);
  if (entries.empty()) return;
  const v1::IdentityLogEntry& entry = entries[random() % entries.size()];
  if (!entry.has_merged()) return;
  const std::string& joined = entry.person_id();
  const absl::Status decided =
      random() % 2 == 0 ? store_.Split({&joined, 1}, "a mistake", now)
                        : store_.Merge(joined, entry.merged().survivor_person_id(), "one", now);
  TEND_CHECK(decided.ok() || absl::IsNotFound(decided) || absl::IsInvalidArgument(decided));
}

// Somebody of us erases a person, named by any id they ever had.
void PipelineWorld::EraseSomebody(std::mt19937_64& random, absl::Time now) {
  const enrichment::IdentityTables tables = store_.Tables();
  if (tables.origins.empty()) return;
  const absl::Status erased =
      store_.Erase(tables.origins[random() % tables.origins.size()].id, now);
  TEND_CHECK(erased.ok() || absl::IsNotFound(erased));
}

// The same, while enrichment holds an answer about them that it has not used; and the relay is
// quicker than it: the event comes after the Erased entry.
void PipelineWorld::EraseOneOf(absl::Span<const enrichment::Resolution> answer, absl::Time now) {
  if (producer_ == nullptr || answer.empty() || (*random_)() % 40 != 0) return;
  const enrichment::Resolution& one = answer[(*random_)() % answer.size()];
  if (one.is != enrichment::Resolution::Is::kPerson) return;
  TEND_CHECK(store_.Erase(one.person_id, now).ok());
  RelayIdentity(*producer_, *random_, false);
}

// An owner answers or snoozes one of the nudges, which may have left the inbox meanwhile. Where
// ingest gets no answer it writes the same event again.
bool PipelineWorld::AnswerANudge(const std::vector<v1::Nudge>& nudges, stream::Producer& producer,
                                 std::mt19937_64& random, absl::Time now) {
  if (nudges.empty()) return false;
  const v1::Nudge& nudge = nudges[random() % nudges.size()];
  v1::OwnerEvent event;
  event.set_event_id(absl::StrCat("answer", ++answers_));
  event.set_owner_id(nudge.owner_id());
  *event.mutable_occur_time() = model::ToStamp(now);
  if (random() % 2 == 0) {
    v1::NudgeAnswered& answered = *event.mutable_nudge_answered();
    answered.set_nudge_id(nudge.nudge_id());
    answered.set_feedback(static_cast<v1::Feedback>(1 + random() % 4));
  } else {
    v1::NudgeSnoozed& snoozed = *event.mutable_nudge_snoozed();
    snoozed.set_nudge_id(nudge.nudge_id());
    *snoozed.mutable_until_time() = model::ToStamp(now + absl::Hours(random() % 30));
  }
  const std::string bytes = event.SerializeAsString();
  const stream::NewRecord record{notification::kOwnerEventsTopic, std::nullopt, event.owner_id(),
                                 bytes};
  std::vector<stream::Written> written;
  for (size_t times = 1 + random() % 2; times > 0; --times) {
    TEND_CHECK(producer.Send({&record, 1}, written).ok());
  }
  return true;
}

// The one relay. Where it fails it may have written: the same entries come again.
bool PipelineWorld::RelayIdentity(stream::Producer& producer, std::mt19937_64& random,
                                  bool faults) {
  const bool fails = faults && random() % 3 == 0;
  enrichment::IdentityLogRelay relay(store_, [&](absl::Span<const v1::PersonEvent> events) {
    std::vector<stream::Written> written;
    for (const v1::PersonEvent& event : events) {
      const std::string bytes = event.SerializeAsString();
      const stream::NewRecord record{scoring::kPersonEvents, std::nullopt, event.person_id(),
                                     bytes};
      TEND_RETURN_IF_ERROR(producer.Send({&record, 1}, written));
      if (fails && random() % 2 == 0) break;
    }
    return fails ? absl::UnavailableError("no answer") : absl::OkStatus();
  });
  const absl::StatusOr<size_t> relayed = relay.Run();
  return relayed.ok() && *relayed > 0;
}

}  // namespace tend::cli
