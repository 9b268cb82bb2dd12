// How a task finds its state and its place again. The order matters:
//   1. the worker's producer has run Init: what an earlier life of it left open is decided;
//   2. the changelog's high watermark is taken READ_UNCOMMITTED: a committed reader would be given
//   the
//      last stable offset, which hides the records of a transaction that another worker, whose
//      partition this was, has open;
//   3. the changelog is read READ_COMMITTED up to it, which waits for that transaction's end;
//   4. the group's offset is asked for, which waits likewise.

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/stream/task.h"

namespace tend::stream {
namespace {

// A transaction is aborted after 10 s (common/kafka/settings.h): what holds back a restore for
// longer does not end by itself.
constexpr absl::Duration kLong = absl::Seconds(15);

}  // namespace

absl::Status Task::Restore(Log& log, Consumer& consumer, const PollLimits& limits,
                           absl::Duration elapsed) {
  absl::Status status = RestoreSome(log, consumer, limits);
  const Offset position = changelog_ == nullptr ? Offset() : changelog_->position();
  if (state_ != last_state_ || position != last_position_) {
    last_state_ = state_;
    last_position_ = position;
    moved_at_ = elapsed;
  }
  if (elapsed - moved_at_ < kLong || !(status.ok() || absl::IsUnavailable(status))) return status;
  return StandsStill(status, elapsed - moved_at_);
}

absl::Status Task::StandsStill(const absl::Status& status, absl::Duration span) const {
  std::string what(status.message());
  if (changelog_ != nullptr) {
    what = absl::StrCat("nothing committed comes from ", spec_.changelog_topic, "/", partition_,
                        "@", last_position_.value(), ", which ends at ", changelog_end_.value());
  }
  return absl::UnavailableError(absl::StrCat(
      "restoring ", spec_.name, "/", partition_, ", for ",
      absl::FormatDuration(absl::Trunc(span, absl::Seconds(1))), ": ", what,
      "; if the log answers otherwise, a transaction holds it back: docs/runbook.md, \"A hanging "
      "transaction\""));
}

absl::Status Task::RestoreSome(Log& log, Consumer& consumer, const PollLimits& limits) {
  switch (state_) {
    case State::kNew:
      if (!stateful()) {
        state_ = State::kLocating;
        return Locate(log, consumer);
      }
      return OpenChangelog(log);
    case State::kReading:
      TEND_RETURN_IF_ERROR(ReadChangelog(limits));
      if (state_ != State::kLocating) return absl::OkStatus();
      return Locate(log, consumer);
    case State::kLocating:
      return Locate(log, consumer);
    case State::kRunning:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status Task::OpenChangelog(Log& log) {
  const TopicPartition changelog{spec_.changelog_topic, partition_};
  TEND_ASSIGN_OR_RETURN(const OffsetRange range,
                        log.Offsets(changelog, Isolation::kReadUncommitted));
  changelog_end_ = range.end;
  TEND_ASSIGN_OR_RETURN(changelog_, log.Open(changelog, range.start, Isolation::kReadCommitted));
  state_ = State::kReading;
  return absl::OkStatus();
}

absl::Status Task::ReadChangelog(const PollLimits& limits) {
  TEND_RETURN_IF_ERROR(changelog_->Poll(limits, records_));
  for (const Record& record : records_) TEND_RETURN_IF_ERROR(RestoreRecord(record));
  if (changelog_->position() < changelog_end_) return absl::OkStatus();
  records_.clear();
  changelog_ = nullptr;
  processor_->Restored();
  due_known_ = false;
  state_ = State::kLocating;
  return absl::OkStatus();
}

absl::Status Task::RestoreRecord(const Record& record) {
  has_state_ = true;
  absl::Status status = Take(record);
  if (status.ok()) return status;
  // What the state was cannot be known any more: whoever went on would go on from another one.
  return absl::DataLossError(absl::StrCat("restoring ", spec_.changelog_topic, "/", partition_, "@",
                                          record.offset.value(), ": ", status.message()));
}

absl::Status Task::Take(const Record& record) {
  if (record.key == kTaskProgressKey) {
    TEND_ASSIGN_OR_RETURN(progress_, DecodeTaskProgress(record.value));
    last_now_ = committed_now_ = progress_.now;
    return absl::OkStatus();
  }
  std::optional<absl::string_view> value;
  if (!record.tombstone) value = record.value;
  return processor_->Restore(record.key, value);
}

absl::Status Task::Locate(Log& log, Consumer& consumer) {
  for (Input& input : inputs_) {
    const absl::StatusOr<Offset> located = LocateInput(input, log, consumer);
    if (absl::IsDataLoss(located.status()) && located.status() != disagreement_) {
      // Perhaps the partition went to another worker meanwhile, which has committed since, and
      // nobody has told us yet. A loss is still the same one when everything is read again.
      disagreement_ = located.status();
      StartOver();
      return absl::OkStatus();
    }
    TEND_RETURN_IF_ERROR(located.status());
    input.next = input.committed = *located;
  }
  for (const Input& input : inputs_) {
    absl::Status sought = consumer.Seek({input.topic, partition_, input.next});
    // Revoked meanwhile: the worker learns of it by its next poll.
    if (!sought.ok() && !absl::IsNotFound(sought)) return sought;
  }
  state_ = State::kRunning;
  return absl::OkStatus();
}

absl::StatusOr<Offset> Task::LocateInput(const Input& input, Log& log, Consumer& consumer) const {
  const TopicPartition place{input.topic, partition_};
  TEND_ASSIGN_OR_RETURN(const std::optional<Offset> committed, consumer.Committed(place));
  if (!committed.has_value()) {
    if (has_state_) return Disagree(input, "there is state, but no committed offset");
    TEND_ASSIGN_OR_RETURN(const OffsetRange range, log.Offsets(place, Isolation::kReadCommitted));
    return range.start;
  }
  if (!stateful()) return *committed;
  const auto recorded = std::find_if(
      progress_.inputs.begin(), progress_.inputs.end(),
      [&input](const TaskProgress::Input& known) { return known.topic == input.topic; });
  if (recorded == progress_.inputs.end()) {
    return Disagree(input, absl::StrCat("offset ", committed->value(),
                                        " is committed, but the changelog knows nothing of it"));
  }
  // The state may be behind: records that changed nothing move only the group's offset.
  if (*committed < recorded->next) {
    return Disagree(input,
                    absl::StrCat("the state has used the input up to ", recorded->next.value(),
                                 ", but the group is at ", committed->value()));
  }
  return *committed;
}

absl::Status Task::Disagree(const Input& input, absl::string_view what) const {
  return absl::DataLossError(absl::StrCat("group ", spec_.name, ", ", input.topic, "/", partition_,
                                          ", changelog '", spec_.changelog_topic, "': ", what));
}

}  // namespace tend::stream
