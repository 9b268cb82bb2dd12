#include "services/query/watch/nudge_tail.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/runtime/log.h"
#include "common/runtime/pause.h"

namespace tend::query {

NudgeTail::NudgeTail(stream::Log& log, NudgeFeed& feed, NudgeTailOptions options)
    : log_(log), feed_(feed), options_(std::move(options)) {}

absl::Status NudgeTail::Start() {
  consumer_ = nullptr;
  live_ = false;
  from_.clear(), live_at_.clear();
  TEND_ASSIGN_OR_RETURN(const int partitions, log_.PartitionCount(kWatchedTopic));
  for (int partition = 0; partition < partitions; ++partition) {
    TEND_ASSIGN_OR_RETURN(
        const stream::OffsetRange range,
        log_.Offsets({kWatchedTopic, partition}, stream::Isolation::kReadCommitted));
    from_.push_back(std::max(range.start.value(), range.end.value() - options_.back));
    live_at_.push_back(range.end.value());
  }
  feed_.Begin(from_);
  TEND_ASSIGN_OR_RETURN(consumer_, log_.Join({absl::StrCat("tend.query.watch.", options_.instance),
                                              options_.instance,
                                              {kWatchedTopic}}));
  return absl::OkStatus();
}

absl::Status NudgeTail::SeekAssigned() {
  for (const stream::TopicPartition& assigned : polled_.assigned) {
    const auto partition = static_cast<size_t>(assigned.partition);
    if (partition >= from_.size()) return absl::AbortedError("the topic has got more partitions");
    TEND_RETURN_IF_ERROR(
        consumer_->Seek({kWatchedTopic, assigned.partition, stream::Offset(from_[partition])}));
  }
  return absl::OkStatus();
}

void NudgeTail::Give(const stream::Record& record) {
  auto change = std::make_shared<v1::NudgeChanged>();
  if (!change->ParseFromArray(record.value.data(), static_cast<int>(record.value.size()))) {
    return;  // the projector tells of it
  }
  feed_.Add({record.partition, record.offset.value(), std::move(change)});
}

absl::Status NudgeTail::Step() {
  TEND_RETURN_IF_ERROR(consumer_->Poll(options_.limits, polled_));
  // Its group is its own: the broker was away for longer than a session lasts, or the topic has got
  // more partitions.
  if (!polled_.revoked.empty()) return absl::UnavailableError("the topic's partitions went away");
  TEND_RETURN_IF_ERROR(SeekAssigned());
  for (const stream::Record& record : polled_.records) Give(record);
  bool all = true;
  for (size_t i = 0; i < live_at_.size(); ++i) {
    const int partition = static_cast<int>(i);
    const auto next = consumer_->Position(kWatchedTopic, partition);
    if (next.has_value()) feed_.Reach(partition, next->value());
    all = all && next.has_value() && next->value() >= live_at_[i];
  }
  if (all && !live_) feed_.Live();
  live_ = live_ || all;
  feed_.WakeAll();
  return absl::OkStatus();
}

void RunNudgeTail(NudgeTail& tail, NudgeFeed& feed, const NudgeTailOptions& options,
                  const std::stop_token& stop) {
  bool started = false;
  absl::Status last;
  while (!stop.stop_requested()) {
    const absl::Status status = started ? tail.Step() : tail.Start();
    started = status.ok();
    if (!status.ok()) {
      if (status != last) LogWarning("the stream of nudges waits", {{"because", status}});
      feed.End(absl::UnavailableError(
          absl::StrCat("Kafka: ", status.message(), "; watch again from the last resume_token")));
      Pause(options.retry_pause, stop);
    }
    last = status;
  }
  feed.End(absl::UnavailableError("query stops; watch again from the last resume_token"));
}

}  // namespace tend::query
