#include "tests/projection/pipeline.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/runtime/text_config.h"
#include "common/testing/story.h"
#include "services/enrichment/processor.h"
#include "services/ingest/domain/acceptor.h"
#include "services/notification/processor.h"
#include "services/scoring/processor.h"
#include "tend/v1/policy.pb.h"
#include "tend/v1/scoring_model.pb.h"

namespace tend::query {
namespace {

constexpr char kOwnersLine[] = "owners eve tom\n";

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

template <typename Contract>
Contract Shipped(const char* file) {
  Contract contract;
  TEND_CHECK(ReadTextConfig(file, &contract).ok());
  return contract;
}

v1::Policy PolicyContract() { return Shipped<v1::Policy>("deploy/policy.textproto"); }

testing::Story StoryOf(const std::string& lines) {
  auto story = testing::ParseStory(View(kOwnersLine + lines));
  TEND_CHECK(story.ok());
  return *std::move(story);
}

enrichment::Roster RosterOfUs() {
  auto roster = enrichment::Roster::Create(testing::RosterOf(StoryOf("")));
  TEND_CHECK(roster.ok());
  return *std::move(roster);
}

absl::Status Publish(stream::Log& log, absl::Span<const v1::PersonEvent> events) {
  TEND_ASSIGN_OR_RETURN(const auto producer, log.NewProducer());
  std::vector<stream::Written> written;
  for (const v1::PersonEvent& event : events) {
    const std::string bytes = event.SerializeAsString();
    const stream::NewRecord record{kPersonEventsTopic, std::nullopt, View(event.person_id()),
                                   View(bytes)};
    TEND_RETURN_IF_ERROR(producer->Send({&record, 1}, written));
  }
  return absl::OkStatus();
}

}  // namespace

const model::ScoringModel& ShippedModel() {
  static const auto& model = *new absl::StatusOr<model::ScoringModel>(
      model::Compile(Shipped<v1::ScoringModel>("deploy/model.textproto")));
  return *model;
}

const model::Policy& ShippedPolicy() {
  static const auto& policy = *new absl::StatusOr<model::Policy>(model::Compile(PolicyContract()));
  return *policy;
}

Pipeline::Pipeline()
    : clock_(absl::FromUnixSeconds(1'769'904'000)),  // 2026-02-01
      log_(clock_),
      roster_(RosterOfUs()),
      process_(log_, clock_),
      store_("a key"),
      relay_(store_, [this](absl::Span<const v1::PersonEvent> e) { return Publish(log_, e); }) {
  using stream::Cleanup;
  for (const auto& [topic, cleanup] : {std::pair{"tend.interactions.v1", Cleanup::kDelete},
                                       {kPersonEventsTopic, Cleanup::kDelete},
                                       {enrichment::kStateTopic, Cleanup::kCompact},
                                       {kRelationshipsTopic, Cleanup::kCompact},
                                       {scoring::kMoments, Cleanup::kDelete},
                                       {notification::kOwnerEventsTopic, Cleanup::kDelete},
                                       {notification::kInboxesTopic, Cleanup::kCompact},
                                       {kNudgesTopic, Cleanup::kDelete},
                                       {kRejectsTopic, Cleanup::kDelete}}) {
    TEND_CHECK(log_.CreateTopic({topic, kPartitions, cleanup}).ok());
  }
  auto producer = log_.NewProducer();
  TEND_CHECK(producer.ok());
  producer_ = *std::move(producer);
  TEND_CHECK(process_.Add(enrichment::EnrichmentSpec({}, roster_, store_)).ok());
  TEND_CHECK(process_.Add(scoring::MakeSpec({ShippedModel(), ShippedPolicy(), "pool", ""})).ok());
  TEND_CHECK(process_.Add(notification::MakeNotificationProcessor(PolicyContract())).ok());
}

void Pipeline::Settle() {
  while (true) {
    TEND_CHECK(process_.RunUntilIdle().ok());
    const absl::StatusOr<size_t> relayed = relay_.Run();
    TEND_CHECK(relayed.ok());
    if (*relayed == 0) return;
  }
}

void Pipeline::AdvanceTo(absl::Time time) {
  clock_.AdvanceTo(time);
  Settle();
}

void Pipeline::Accept(v1::Interaction interaction) {
  ingest::Acceptor acceptor;
  const ingest::AcceptResult result = acceptor.Accept(interaction, clock_.Now());
  const auto* accepted = std::get_if<ingest::Accepted>(&result);
  TEND_CHECK(accepted != nullptr);
  Send({accepted->topic, std::nullopt, accepted->key, accepted->value});
}

void Pipeline::Send(const stream::NewRecord& record) {
  TEND_CHECK(producer_->Send({&record, 1}, written_).ok());
}

v1::Position Pipeline::Last(const std::string& topic) const {
  v1::Position position;
  position.set_topic(topic);
  position.set_partition(written_[0].partition);
  position.set_offset(written_[0].offset.value());
  return position;
}

v1::Position Pipeline::OwnerSays(const v1::OwnerEvent& event) {
  const std::string value = event.SerializeAsString();
  Send({notification::kOwnerEventsTopic, std::nullopt, View(event.owner_id()), View(value)});
  v1::Position position = Last(notification::kOwnerEventsTopic);
  Settle();
  return position;
}

void Pipeline::Happen(std::vector<v1::Interaction> interactions) {
  for (v1::Interaction& interaction : interactions) Accept(std::move(interaction));
  Settle();
}

v1::Position Pipeline::Happens(v1::Interaction interaction) {
  Accept(std::move(interaction));
  v1::Position position = Last("tend.interactions.v1");
  Settle();
  return position;
}

v1::Position Pipeline::Tell(const std::string& lines) {
  const testing::Story story = StoryOf(lines);
  v1::Position last;
  for (const testing::StoryLine& line : story.lines) {
    const absl::Time received = testing::ReceivedAt(line);
    if (received > clock_.Now()) AdvanceTo(received);
    v1::Interaction interaction = testing::InteractionOf(story, line);
    interaction.set_id(absl::StrCat("told-", ++told_));
    last_told_ = interaction;
    last = Happens(std::move(interaction));
  }
  return last;
}

std::string Pipeline::PersonId(const std::string& name) {
  enrichment::IdentityClaim claim;
  const std::string key = absl::StrCat("email:", name, "@", name, ".example");
  claim.keys.push_back(View(key));
  enrichment::Resolution found;
  TEND_CHECK(store_.Resolve({&claim, 1}, clock_.Now(), {&found, 1}).ok());
  return {found.person_id.data(), found.person_id.size()};
}

void Pipeline::Merge(const std::string& a, const std::string& b) {
  TEND_CHECK(store_.Merge(View(PersonId(a)), View(PersonId(b)), "told so", clock_.Now()).ok());
  Settle();
}

void Pipeline::Erase(const std::string& name) {
  TEND_CHECK(store_.Erase(View(PersonId(name)), clock_.Now()).ok());
  Settle();
}

absl::Status ProjectAll(Projector& projector) {
  for (int idle = 0; idle < 3;) {  // the first polls assign
    TEND_ASSIGN_OR_RETURN(const Projector::Stepped stepped, projector.Step());
    if (!stepped.report.rejects.empty()) return absl::InternalError(stepped.report.first_reject);
    idle = stepped.report.records == 0 ? idle + 1 : 0;
  }
  return absl::OkStatus();
}

}  // namespace tend::query
