#include "services/cli/trial/trial_wiring.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "common/base/status_macros.h"
#include "common/stream/clock.h"
#include "common/stream/in_process.h"
#include "common/stream/memory_log.h"
#include "services/enrichment/domain/identity_log_relay.h"
#include "services/enrichment/domain/memory_identity_store.h"
#include "services/enrichment/domain/roster.h"
#include "services/enrichment/processor.h"
#include "services/ingest/domain/acceptor.h"
#include "services/ingest/domain/roster_events.h"
#include "services/notification/processor.h"
#include "services/scoring/processor.h"

namespace tend::cli {
namespace {

using stream::Cleanup;

constexpr char kRejects[] = "tend.rejects.v1";
constexpr char kGroup[] = "tend.trial";
// In one poll, so that it can be put in the order of time.
constexpr stream::PollLimits kAll{std::numeric_limits<int>::max(),
                                  std::numeric_limits<int64_t>::max(), absl::ZeroDuration()};
// Person ids of a trial are of this trial only; a deployment has a secret key.
constexpr char kTrialIdentityKey[] = "tend trial";

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }
std::string Str(absl::string_view s) { return std::string(s.data(), s.size()); }

absl::Status CreateTopics(stream::MemoryLog& log) {
  const std::pair<absl::string_view, Cleanup> topics[] = {
      {ingest::kInteractionsTopic, Cleanup::kDeleteConsumed},
      {enrichment::kPersonEventsTopic, Cleanup::kDeleteConsumed},
      {enrichment::kStateTopic, Cleanup::kCompact},
      {scoring::kRelationships, Cleanup::kCompact},
      {scoring::kMoments, Cleanup::kDeleteConsumed},
      {notification::kOwnerEventsTopic, Cleanup::kDeleteConsumed},
      {notification::kInboxesTopic, Cleanup::kCompact},
      {notification::kNudgesTopic, Cleanup::kDeleteConsumed},
      {kRejects, Cleanup::kDeleteConsumed},
  };
  for (const auto& [name, cleanup] : topics) {
    TEND_RETURN_IF_ERROR(log.CreateTopic({Str(name), 1, cleanup}));
  }
  return absl::OkStatus();
}

class Wired final : public TrialPipeline {
 public:
  explicit Wired(absl::Time start)
      : clock_(start), log_(clock_), process_(log_, clock_), store_(kTrialIdentityKey) {}

  absl::Status Start(const TrialSetup& setup) {
    TEND_RETURN_IF_ERROR(CreateTopics(log_));
    TEND_ASSIGN_OR_RETURN(roster_, enrichment::Roster::Create(setup.roster));
    TEND_ASSIGN_OR_RETURN(producer_, log_.NewProducer());
    TEND_RETURN_IF_ERROR(process_.Add(enrichment::EnrichmentSpec({}, roster_, store_, &counts_)));
    TEND_RETURN_IF_ERROR(process_.Add(
        scoring::MakeSpec(scoring::OptionsFor(setup.model, setup.policy, setup.roster))));
    TEND_RETURN_IF_ERROR(
        process_.Add(notification::MakeNotificationProcessor(setup.policy_contract)));
    TEND_ASSIGN_OR_RETURN(
        observer_,
        log_.Join({kGroup,
                   "observer",
                   {enrichment::kPersonEventsTopic, notification::kNudgesTopic, kRejects}}));
    TEND_RETURN_IF_ERROR(TellOwners(setup.roster));
    return Settle();
  }

  absl::Status Append(absl::string_view topic, absl::string_view key,
                      absl::string_view value) override {
    const stream::NewRecord record{topic, std::nullopt, key, value};
    return producer_->Send({&record, 1}, written_);
  }

  absl::Status Settle() override {
    while (true) {
      TEND_RETURN_IF_ERROR(process_.RunUntilIdle());
      TEND_ASSIGN_OR_RETURN(const size_t relayed, relay_.Run());
      if (relayed == 0) return absl::OkStatus();
    }
  }

  void AdvanceTo(absl::Time time) override { clock_.AdvanceTo(time); }

  absl::Status Drain(TrialRecordSink sink) override {
    while (true) {
      TEND_RETURN_IF_ERROR(observer_->Poll(kAll, polled_));
      for (const stream::TopicPartition& p : polled_.assigned) {
        TEND_RETURN_IF_ERROR(observer_->Seek({View(p.topic), p.partition, stream::Offset(0)}));
      }
      if (polled_.records.empty() && polled_.assigned.empty()) return absl::OkStatus();
      std::map<absl::string_view, stream::Offset> read;
      for (const stream::Record& record : polled_.records) {
        read[record.topic] = stream::Next(record.offset);
      }
      // A person-event comes before the nudge that it led to.
      std::stable_sort(
          polled_.records.begin(), polled_.records.end(),
          [](const stream::Record& a, const stream::Record& b) {
            return std::pair(a.produce_time, a.topic != enrichment::kPersonEventsTopic) <
                   std::pair(b.produce_time, b.topic != enrichment::kPersonEventsTopic);
          });
      for (const stream::Record& record : polled_.records) {
        sink(record.topic, record.key, record.value);
      }
      for (const auto& [topic, offset] : read) {
        const stream::NextOffset next{topic, 0, offset};
        TEND_RETURN_IF_ERROR(observer_->Commit({&next, 1}));
      }
    }
  }

  absl::Status ReadRelationships(TrialRecordSink sink) override {
    const stream::TopicPartition partition{scoring::kRelationships, 0};
    TEND_RETURN_IF_ERROR(log_.Compact(partition));
    TEND_ASSIGN_OR_RETURN(const stream::OffsetRange range,
                          log_.Offsets(partition, stream::Isolation::kReadCommitted));
    TEND_ASSIGN_OR_RETURN(const auto reader,
                          log_.Open(partition, range.start, stream::Isolation::kReadCommitted));
    std::vector<stream::Record> records;
    do {
      TEND_RETURN_IF_ERROR(reader->Poll({}, records));
      for (const stream::Record& record : records) {
        if (!record.tombstone) sink(record.topic, record.key, record.value);
      }
    } while (!records.empty());
    return absl::OkStatus();
  }

  const enrichment::EnrichmentCounts& enrichment_counts() const override { return counts_; }

 private:
  // The roster's facts that an inbox needs, as the owners' topic brings them.
  absl::Status TellOwners(const v1::Roster& roster) {
    if (roster.owners().empty()) return absl::OkStatus();
    TEND_ASSIGN_OR_RETURN(const std::vector<v1::OwnerEvent> events,
                          ingest::RosterEvents(roster, "roster", clock_.Now()));
    for (const v1::OwnerEvent& event : events) {
      const std::string bytes = event.SerializeAsString();
      TEND_RETURN_IF_ERROR(
          Append(notification::kOwnerEventsTopic, View(event.owner_id()), View(bytes)));
    }
    return absl::OkStatus();
  }

  absl::Status Publish(absl::Span<const v1::PersonEvent> events) {
    for (const v1::PersonEvent& event : events) {
      const std::string bytes = event.SerializeAsString();
      TEND_RETURN_IF_ERROR(
          Append(enrichment::kPersonEventsTopic, View(event.person_id()), View(bytes)));
    }
    return absl::OkStatus();
  }

  // In the order in which they need each other.
  stream::ManualClock clock_;
  stream::MemoryLog log_;
  enrichment::Roster roster_;
  enrichment::EnrichmentCounts counts_;
  stream::InProcess process_;
  enrichment::MemoryIdentityStore store_;
  std::unique_ptr<stream::Producer> producer_;
  std::vector<stream::Written> written_;
  enrichment::IdentityLogRelay relay_{
      store_, [this](absl::Span<const v1::PersonEvent> e) { return Publish(e); }};
  std::unique_ptr<stream::Consumer> observer_;
  stream::Polled polled_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TrialPipeline>> TrialPipeline::Create(const TrialSetup& setup) {
  auto wired = std::make_unique<Wired>(setup.start);
  TEND_RETURN_IF_ERROR(wired->Start(setup));
  return wired;
}

}  // namespace tend::cli
