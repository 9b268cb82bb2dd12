#include "services/ingest/publisher.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace tend::ingest {
namespace {

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

// Whatever the log says, a caller can only try again.
absl::Status ToCaller(const absl::Status& status) {
  if (status.ok()) return status;
  return absl::UnavailableError(absl::StrCat("not stored, try again: ", status.message()));
}

}  // namespace

Publisher::Publisher(stream::Log& log, const PublisherLimits& limits)
    : log_(log), limits_(limits), thread_([this](const std::stop_token& stop) {
        pthread_setname_np(pthread_self(), "publisher");
        Run(stop);
      }) {}

Publisher::~Publisher() {
  thread_.request_stop();
  thread_.join();
}

absl::StatusOr<std::vector<stream::Written>> Publisher::Publish(
    absl::Span<const Outgoing> records) {
  Call call;
  call.records = records;
  for (const Outgoing& record : records) {
    call.bytes += static_cast<int64_t>(record.key.size() + record.value.size());
  }
  MutexLock lock(mu_);
  if (stopped_) return absl::UnavailableError("the service is stopping, try again");
  if (away_ && (writing_ || !waiting_.empty())) {
    return absl::UnavailableError("the log does not answer, try again");
  }
  if (waiting_bytes_ > 0 && waiting_bytes_ + call.bytes > limits_.waiting_bytes) {
    return absl::UnavailableError("too much waits to be stored, try again later");
  }
  waiting_.push_back(&call);
  waiting_bytes_ += call.bytes;
  changed_.notify_all();
  changed_.wait(mu_, [&call] { return call.done; });
  if (!call.status.ok()) return call.status;
  return std::move(call.written);
}

int64_t Publisher::waiting_bytes() const {
  MutexLock lock(mu_);
  return waiting_bytes_;
}

PublisherCounts Publisher::counts() const {
  MutexLock lock(mu_);
  return counts_;
}

void Publisher::Count(absl::Span<Call* const> calls, const absl::Status& status) {
  if (!status.ok()) {
    ++counts_.failures;
    return;
  }
  counts_.written += static_cast<int64_t>(records_.size());
  for (const Call* call : calls) {
    for (const Outgoing& record : call->records) {
      if (record.reject_reason != v1::REJECT_REASON_UNSPECIFIED) {
        ++counts_.rejects[record.reject_reason];
      }
    }
  }
}

void Publisher::Run(const std::stop_token& stop) {
  while (true) {
    const std::vector<Call*> calls = TakeWaiting(stop);
    if (calls.empty()) break;
    const absl::Status status = Write(calls);
    MutexLock lock(mu_);
    writing_ = false;
    away_ = !status.ok();
    Count(calls, status);
    auto place = written_.begin();
    for (Call* call : calls) {
      call->status = ToCaller(status);
      if (status.ok()) {
        const auto end = place + static_cast<std::ptrdiff_t>(call->records.size());
        call->written.assign(place, end);
        place = end;
      }
      call->done = true;
    }
    changed_.notify_all();
  }
  MutexLock lock(mu_);
  stopped_ = true;
  for (Call* call : waiting_) {
    call->status = absl::UnavailableError("the service is stopping, try again");
    call->done = true;
  }
  waiting_.clear();
  changed_.notify_all();
}

std::vector<Publisher::Call*> Publisher::TakeWaiting(const std::stop_token& stop) {
  MutexLock lock(mu_);
  changed_.wait(mu_, stop, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !waiting_.empty(); });
  std::vector<Call*> taken;
  if (stop.stop_requested()) return taken;
  int64_t bytes = 0;
  size_t count = 0;
  while (count < waiting_.size() &&
         (count == 0 || bytes + waiting_[count]->bytes <= limits_.write_bytes)) {
    bytes += waiting_[count++]->bytes;
  }
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  taken.assign(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  waiting_bytes_ -= bytes;
  writing_ = true;
  return taken;
}

absl::Status Publisher::Write(absl::Span<Call* const> calls) {
  if (producer_ == nullptr) {
    absl::StatusOr<std::unique_ptr<stream::Producer>> made = log_.NewProducer();
    if (!made.ok()) return made.status();
    producer_ = *std::move(made);
  }
  records_.clear();
  for (const Call* call : calls) {
    for (const Outgoing& record : call->records) {
      records_.push_back({View(record.topic), std::nullopt, View(record.key), View(record.value)});
    }
  }
  absl::Status status = producer_->Send(records_, written_);
  // Unless the same call again may succeed, the producer is done for.
  if (!status.ok() && !absl::IsUnavailable(status)) producer_ = nullptr;
  return status;
}

}  // namespace tend::ingest
