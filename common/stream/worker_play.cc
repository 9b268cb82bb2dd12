// How a worker plays a log through: see WorkerOptions::player.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/stream/worker.h"

namespace tend::stream {

// One partition after the other.
absl::Status Worker::PlayRecords() {
  const absl::Time end = clock_.Now();
  SortByPartition();
  absl::Status played;
  for (absl::Span<const Record> left = by_partition_; !left.empty();) {
    Task& task = *tasks_[static_cast<size_t>(left.front().partition)];
    const auto run_end = std::find_if(left.begin(), left.end(), [&task](const Record& record) {
      return record.partition != task.partition();
    });
    const auto run = static_cast<size_t>(run_end - left.begin());
    if (ABSL_PREDICT_TRUE(played.ok())) played = Play(task, left.first(run));
    task.overtaken = !played.ok();
    left.remove_prefix(run);
  }
  overtaken_ = !played.ok();
  batch_.bytes = transaction_->bytes();
  options_.player->Show(end);
  return played;
}

absl::Status Worker::Play(Task& task, absl::Span<const Record> records) {
  while (!records.empty()) {
    const absl::Time first = records.front().produce_time;
    TEND_RETURN_IF_ERROR(PlayTime(task, first));
    // Those before anything falls due are prepared as one.
    const absl::Time due = task.NextDue();
    const auto late = std::find_if(records.begin() + 1, records.end(),
                                   [due](const Record& r) { return r.produce_time >= due; });
    auto prepared = static_cast<size_t>(late - records.begin());
    TEND_RETURN_IF_ERROR(task.Prepare(records.first(prepared), task.BatchNow(first)));
    do {
      const absl::Time now = task.BatchNow(records.front().produce_time);
      options_.player->Show(now);
      Use(task, records.front(), now);
      records.remove_prefix(1);
    } while (--prepared > 0 && records.front().produce_time < task.NextDue());
  }
  return absl::OkStatus();
}

absl::Status Worker::PlayTime() {
  const absl::Time end = clock_.Now();
  absl::Status played;
  for (const std::unique_ptr<Task>& task : tasks_) {
    if (task == nullptr || !task->running() || task->overtaken) continue;
    if (played.ok() && task->CaughtUp(*consumer_)) played = PlayTime(*task, end);
  }
  options_.player->Show(end);
  return played;
}

absl::Status Worker::PlayTime(Task& task, absl::Time until) {
  for (absl::Time due = task.NextDue(); due <= until; due = task.NextDue()) {
    const absl::Time now = task.BatchNow(due == absl::InfinitePast() ? until : due);
    options_.player->Show(now);
    TEND_RETURN_IF_ERROR(task.Prepare({}, now));
    Visit(task).OnTime(now, options_.tick, *transaction_);
    if (task.NextDue() > now) continue;
    return absl::InternalError(absl::StrCat(spec_.name, " stays due at ",
                                            absl::FormatTime(task.NextDue(), absl::UTCTimeZone())));
  }
  return absl::OkStatus();
}

}  // namespace tend::stream
