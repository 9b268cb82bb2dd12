#include "services/ingest/inbox_reader.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/runtime/log.h"
#include "services/ingest/delivery_intake.h"
#include "services/ingest/domain/reject.h"
#include "services/ingest/intake.h"

namespace tend::ingest {
namespace {

constexpr char kStructured[] = "application/cloudevents+json";

v1::RecordPlace PlaceOf(const stream::Record& record) {
  v1::RecordPlace place;
  place.set_topic(kInboxTopic);
  place.set_partition(record.partition);
  place.set_offset(record.offset.value());
  return place;
}

// Whatever is in the record, it becomes interactions or rejects.
absl::Status TakeRecord(const stream::Record& record, const Source& source, Intake& intake) {
  intake.SetPlace(PlaceOf(record));
  if (record.value.empty()) {
    intake.Take(
        RejectOf({v1::REJECT_REASON_FIELD_MISSING, "", "the record has no value"}, record.key));
    return absl::OkStatus();
  }
  Delivery delivery;
  delivery.content_type = kStructured;
  delivery.body = record.value;
  return TakeRows(delivery, source, intake).status();
}

int64_t RejectsOf(const Intake& intake) {
  int64_t rejects = 0;
  for (const TakenItem& item : intake.items()) rejects += item.reject.has_value() ? 1 : 0;
  return rejects;
}

}  // namespace

InboxReader::InboxReader(stream::Log& log, Publisher& publisher, const stream::Clock& clock,
                         const Source& source, std::string member)
    : log_(log),
      publisher_(publisher),
      clock_(clock),
      source_(source),
      member_(std::move(member)) {}

InboxReader::~InboxReader() = default;

absl::Status InboxReader::Step(absl::Duration wait) {
  TEND_RETURN_IF_ERROR(Join());
  stream::PollLimits limits;
  limits.wait = wait;
  absl::Status status = consumer_->Poll(limits, polled_);
  if (status.ok() && !polled_.assigned.empty()) status = StartAll(polled_.assigned);
  if (status.ok() && !polled_.records.empty()) status = TakeAll(polled_.records);
  // After any error we join anew, from the committed offsets: the one way back that is always
  // right.
  if (!status.ok()) consumer_ = nullptr;
  return status;
}

absl::Status InboxReader::Join() {
  if (consumer_ != nullptr) return absl::OkStatus();
  TEND_ASSIGN_OR_RETURN(consumer_, log_.Join({kInboxGroup, member_, {kInboxTopic}}));
  return absl::OkStatus();
}

absl::Status InboxReader::StartAll(const std::vector<stream::TopicPartition>& assigned) {
  for (const stream::TopicPartition& partition : assigned) {
    TEND_ASSIGN_OR_RETURN(const std::optional<stream::Offset> committed,
                          consumer_->Committed(partition));
    TEND_ASSIGN_OR_RETURN(const stream::OffsetRange range,
                          log_.Offsets(partition, stream::Isolation::kReadCommitted));
    stream::Offset from = committed.value_or(range.start);
    if (from < range.start) {
      LogError("records of the inbox were deleted before they were read",
               {{"partition", partition.partition},
                {"first_lost", from.value()},
                {"reads_on_at", range.start.value()}});
      from = range.start;
    }
    TEND_RETURN_IF_ERROR(consumer_->Seek({partition.topic, partition.partition, from}));
  }
  return absl::OkStatus();
}

absl::Status InboxReader::TakeAll(const std::vector<stream::Record>& records) {
  const absl::Time now = clock_.Now();
  Intake intake(now);
  std::map<int, stream::Offset> next;
  for (const stream::Record& record : records) {
    TEND_RETURN_IF_ERROR(TakeRecord(record, source_, intake));
    next[record.partition] = stream::Next(record.offset);
  }
  TEND_RETURN_IF_ERROR(intake.Publish(publisher_));
  std::vector<stream::NextOffset> offsets;
  offsets.reserve(next.size());
  for (const auto& [partition, offset] : next) offsets.push_back({kInboxTopic, partition, offset});
  TEND_RETURN_IF_ERROR(consumer_->Commit(offsets));
  counts_.records += static_cast<int64_t>(records.size());
  counts_.rejected += RejectsOf(intake);
  return absl::OkStatus();
}

}  // namespace tend::ingest
