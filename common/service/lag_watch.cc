#include "common/service/lag_watch.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/runtime/log.h"
#include "common/runtime/metric_names.h"
#include "common/runtime/pause.h"

namespace tend::service {
namespace {

absl::Duration Elapsed() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

MetricLabels LabelsOf(const stream::TopicPartition& partition) {
  return {{"topic", partition.topic}, {"partition", absl::StrCat(partition.partition)}};
}

bool Holds(const std::vector<stream::InputPosition>& positions,
           const stream::TopicPartition& partition) {
  return std::any_of(positions.begin(), positions.end(),
                     [&](const stream::InputPosition& p) { return p.partition == partition; });
}

}  // namespace

bool StallDetector::See(const stream::InputPosition& position, stream::Offset end,
                        absl::Duration now) {
  if (end <= position.next) {
    seen_.erase(position.partition);
    return false;
  }
  const auto [seen, is_new] = seen_.try_emplace(position.partition, Seen{position.next, now});
  if (!is_new && seen->second.next != position.next) seen->second = Seen{position.next, now};
  return now - seen->second.since >= after_;
}

LagWatch::LagWatch(std::unique_ptr<stream::Log> log, Metrics& metrics, absl::Duration look_every,
                   absl::Duration stall_after, std::function<void(const absl::Status&)> looked)
    : log_(std::move(log)),
      metrics_(metrics),
      look_every_(look_every),
      looked_(std::move(looked)),
      detector_(stall_after),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

absl::Status LagWatch::Tell(std::vector<stream::InputPosition> positions, bool waiting) {
  const MutexLock lock(mu_);
  positions_ = std::move(positions);
  waiting_ = waiting;
  return std::exchange(verdict_, absl::OkStatus());
}

void LagWatch::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const absl::Status status = Look();
    if (looked_) looked_(status);
    Pause(look_every_, stop);
  }
}

absl::Status LagWatch::Look() {
  std::vector<stream::InputPosition> positions;
  {
    const MutexLock lock(mu_);
    positions = positions_;
    if (waiting_) detector_.Forget();
  }
  for (const stream::InputPosition& gone : published_) {
    if (Holds(positions, gone.partition)) continue;
    metrics_.Forget(metric::kLag, LabelsOf(gone.partition));
    detector_.Forget();
  }
  published_.clear();
  if (!positions.empty()) {
    probe_ = positions.front().partition;
  } else if (probe_.has_value()) {  // a reader that lost its partitions may have lost the log
    TEND_RETURN_IF_ERROR(log_->Offsets(*probe_, stream::Isolation::kReadCommitted).status());
  }
  for (const stream::InputPosition& position : positions) {
    const absl::StatusOr<stream::OffsetRange> range =
        log_->Offsets(position.partition, stream::Isolation::kReadCommitted);
    if (!range.ok()) {  // the log is away: that explains it
      detector_.Forget();
      return range.status();
    }
    const int64_t lag = std::max<int64_t>(0, range->end.value() - position.next.value());
    metrics_.Set(metric::kLag, static_cast<double>(lag), LabelsOf(position.partition));
    published_.push_back(position);
    if (!detector_.See(position, range->end, Elapsed())) continue;
    detector_.Forget();
    const MutexLock lock(mu_);
    verdict_ = absl::FailedPreconditionError(
        absl::StrCat(position.partition.topic, "/", position.partition.partition,
                     " gives no record though it has ", lag, " more: the consumer is made anew"));
  }
  return absl::OkStatus();
}

}  // namespace tend::service
