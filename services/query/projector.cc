#include "services/query/projector.h"

#include <array>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/runtime/pause.h"
#include "common/stream/reject.h"

namespace tend::query {
namespace {

constexpr std::array kTopics = {kPersonEventsTopic, kRelationshipsTopic, kNudgesTopic,
                                kRejectsTopic};

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

}  // namespace

Projector::Projector(stream::Log& log, ReadModel& model, const stream::Clock& clock,
                     ProjectorOptions options)
    : log_(log), model_(model), clock_(clock), options_(std::move(options)) {}

absl::Status Projector::Start() {
  consumer_ = nullptr;
  written_ = false;
  places_.clear();
  std::vector<Progress> partitions;
  for (const char* topic : kTopics) {
    TEND_ASSIGN_OR_RETURN(const int count, log_.PartitionCount(topic));
    for (int partition = 0; partition < count; ++partition) {
      partitions.push_back({topic, partition, std::nullopt});
    }
  }
  TEND_ASSIGN_OR_RETURN(std::vector<Progress> found, model_.Begin(partitions, erasures_));
  for (Progress& progress : found) {
    TEND_ASSIGN_OR_RETURN(
        const stream::OffsetRange range,
        log_.Offsets({progress.topic, progress.partition}, stream::Isolation::kReadCommitted));
    if (progress.next_offset.has_value() && *progress.next_offset < range.start.value()) {
      return absl::DataLossError(absl::StrCat(progress.topic, "/", progress.partition,
                                              " begins at ", range.start.value(),
                                              ", the read model needs ", *progress.next_offset,
                                              ": see docs/decisions/2026-11-25-projection.md"));
    }
    places_.push_back({std::move(progress), range.start, std::nullopt});
  }
  TEND_ASSIGN_OR_RETURN(consumer_, log_.Join({absl::StrCat("tend.query.", options_.instance),
                                              options_.instance,
                                              {kTopics.begin(), kTopics.end()}}));
  return absl::OkStatus();
}

Projector::Place* Projector::Find(absl::string_view topic, int partition) {
  for (Place& place : places_) {
    if (place.Is(topic, partition)) return &place;
  }
  return nullptr;
}

absl::Status Projector::SeekAssigned() {
  for (const stream::TopicPartition& assigned : polled_.assigned) {
    const Place* const place = Find(View(assigned.topic), assigned.partition);
    if (place == nullptr) return absl::AbortedError("a topic has got more partitions");
    const int64_t next = place->progress.next_offset.value_or(place->start.value());
    TEND_RETURN_IF_ERROR(
        consumer_->Seek({View(assigned.topic), assigned.partition, stream::Offset(next)}));
  }
  return absl::OkStatus();
}

std::optional<Unusable> Projector::Make(const stream::Record& record) {
  const Projected projected{record.partition, record.offset.value(), record.key, record.value,
                            record.tombstone};
  if (record.topic == kPersonEventsTopic) return maker_.AddPersonEvent(projected);
  if (record.topic == kRelationshipsTopic) return maker_.AddRelationship(projected);
  if (record.topic == kNudgesTopic) return maker_.AddNudgeChange(projected);
  return maker_.AddReject(projected);
}

void Projector::Reject(const stream::Record& record, const Unusable& unusable,
                       ProjectorReport& report) {
  const std::string detail(unusable.detail.data(), unusable.detail.size());
  ++report.rejects[unusable.reason];
  if (report.first_reject.empty()) {
    report.first_reject =
        absl::StrCat(record.topic, "/", record.partition, "@", record.offset.value(), ": ", detail);
  }
  const stream::TopicPartition place{std::string(record.topic.data(), record.topic.size()),
                                     record.partition};
  stream::Offset& until = rejected_until_[place];
  if (record.offset < until) return;
  until = Next(record.offset);
  rejects_.push_back(stream::EncodeReject(
      "query", record, stream::Outcome::Reject(unusable.reason, detail), clock_.Now()));
}

absl::Status Projector::WriteRejects() {
  if (rejects_.empty()) return absl::OkStatus();
  if (producer_ == nullptr) {
    TEND_ASSIGN_OR_RETURN(producer_, log_.NewProducer());
  }
  std::vector<stream::NewRecord> records;
  for (const std::string& reject : rejects_) {
    records.push_back({kRejectsTopic, std::nullopt, "query", View(reject)});
  }
  std::vector<stream::Written> written;
  absl::Status status = producer_->Send(records, written);
  if (!status.ok()) {  // perhaps for good: the next attempt has a new one, and sends all again
    producer_ = nullptr;
    rejected_until_.clear();
  }
  return status;
}

absl::StatusOr<Projector::Stepped> Projector::Step() {
  TEND_RETURN_IF_ERROR(DropOld());
  TEND_RETURN_IF_ERROR(consumer_->Poll(options_.limits, polled_));
  TEND_RETURN_IF_ERROR(SeekAssigned());
  Stepped stepped;
  ProjectorReport& report = stepped.report;
  maker_.Begin(written_);
  written_ = false;
  rejects_.clear();
  for (const stream::Record& record : polled_.records) {
    if (const std::optional<Unusable> unusable = Make(record)) Reject(record, *unusable, report);
  }
  // Also over markers of transactions, which come alone where nothing follows them: the tables then
  // say that the end is reached.
  for (Place& place : places_) {
    const auto next = consumer_->Position(View(place.progress.topic), place.progress.partition);
    if (!next.has_value()) continue;
    report.positions.push_back({{place.progress.topic, place.progress.partition}, *next});
    if (next->value() > place.progress.next_offset.value_or(place.start.value())) {
      place.reached = next->value();
    }
  }
  TEND_RETURN_IF_ERROR(WriteRejects());
  TEND_RETURN_IF_ERROR(WriteRows());
  written_ = true;
  const absl::Time now = clock_.Now();
  for (const stream::Record& record : polled_.records) {
    report.latencies.Add(now - record.produce_time);
  }
  report.records = static_cast<int64_t>(polled_.records.size());
  stepped.full = report.records * 2 > options_.limits.records;
  return stepped;
}

absl::Status Projector::WriteRows() {
  std::vector<Advance> advances;
  for (const Place& place : places_) {
    if (place.reached.has_value()) advances.push_back({place.progress, *place.reached});
  }
  if (advances.empty()) return absl::OkStatus();
  TEND_RETURN_IF_ERROR(model_.Write(maker_.rows(), advances, erasures_));
  for (Place& place : places_) {
    if (place.reached.has_value()) place.progress.next_offset = place.reached;
    place.reached.reset();
  }
  return absl::OkStatus();
}

absl::Status Projector::DropOld() {
  const absl::Duration now = clock_.Elapsed();
  if (now - dropped_at_ < options_.drop_every) return absl::OkStatus();
  dropped_at_ = now;
  const absl::CivilMonth first =
      absl::ToCivilMonth(clock_.Now(), absl::UTCTimeZone()) - options_.history_months;
  return model_.DropBefore(absl::FromCivil(absl::CivilSecond(first), absl::UTCTimeZone()),
                           clock_.Now() - options_.rejected_bytes);
}

absl::Status RunProjector(Projector& projector, const ProjectorOptions& options,
                          ProjectorObserver& observer, const std::stop_token& stop) {
  bool leading = false;
  while (!stop.stop_requested()) {
    absl::Status status;
    const auto began = std::chrono::steady_clock::now();
    bool full = true;
    if (!leading) {
      status = projector.Start();
      leading = status.ok();
      if (leading) observer.Leading();
    } else {
      absl::StatusOr<Projector::Stepped> stepped = projector.Step();
      status = stepped.ok() ? observer.Projected(stepped->report) : stepped.status();
      full = stepped.ok() && (stepped->full || stepped->report.records == 0);
    }
    if (absl::IsDataLoss(status)) return status;
    if (!status.ok()) {
      leading = false;
      if (absl::IsAborted(status)) observer.Standby();
      if (!absl::IsAborted(status)) observer.Trouble(status);
      Pause(options.retry_pause, stop);
    } else if (!full) {
      Pause(options.pace - absl::FromChrono(std::chrono::steady_clock::now() - began), stop);
    }
  }
  return absl::OkStatus();
}

}  // namespace tend::query
