#include "services/ingest/publisher.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/runtime/log.h"
#include "services/ingest/domain/acceptor.h"

namespace tend::ingest {
namespace {

// A broken connection is seen this late.
constexpr absl::Duration kHearEvery = absl::Milliseconds(100);

absl::Duration Elapsed() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

// Nothing of why: that may tell of another caller's records, and is for who can act on it.
absl::Status Away() { return absl::UnavailableError("the log does not answer, try again later"); }

// Whatever the log says, a caller can only try again.
absl::Status ToCaller(const absl::Status& status) {
  if (status.ok()) return status;
  if (absl::IsUnavailable(status)) return Away();
  return absl::UnavailableError(absl::StrCat("not stored, try again: ", status.message()));
}

}  // namespace

v1::Position PositionOf(const std::string& topic, const stream::Written& written) {
  v1::Position position;
  position.set_topic(topic);
  position.set_partition(written.partition);
  position.set_offset(written.offset.value());
  return position;
}

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
  absl::StatusOr<std::vector<stream::Written>> answer;
  bool answered = false;
  Publish(records, [&](absl::StatusOr<std::vector<stream::Written>> written) {
    const MutexLock lock(mu_);  // and nothing of the caller's is touched when it is free again
    answer = std::move(written);
    answered = true;
    changed_.notify_all();
  });
  const MutexLock lock(mu_);
  changed_.wait(mu_, [&answered] { return answered; });
  return answer;
}

void Publisher::Publish(absl::Span<const Outgoing> records, Done done, Lane* lane) {
  Call call{records, 0, std::move(done), lane, Elapsed()};
  for (const Outgoing& record : records) {
    call.bytes += static_cast<int64_t>(record.key.size() + record.value.size());
  }
  absl::Status refused;
  {
    const MutexLock lock(mu_);
    refused = Refused(call);
    if (refused.ok()) {
      waiting_bytes_ += call.bytes;
      waiting_.push_back(std::move(call));
      changed_.notify_all();
      return;
    }
    if (lane != nullptr) lane->broken_ = true;
  }
  call.done(refused);
}

absl::Status Publisher::Refused(const Call& call) const {
  if (stopped_) return absl::UnavailableError("the service is stopping, try again");
  if (call.lane != nullptr && call.lane->broken_) {
    return absl::UnavailableError("what came before it is not stored, try again from there");
  }
  if (absl::IsUnavailable(log_status_)) return Away();
  if (waiting_bytes_ > 0 && waiting_bytes_ + call.bytes > limits_.waiting_bytes) {
    return absl::UnavailableError("too much waits to be stored, try again later");
  }
  return absl::OkStatus();
}

absl::Status Publisher::Check() {
  const MutexLock lock(mu_);
  changed_.wait(mu_, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !in_doubt_ || stopped_; });
  return absl::IsUnavailable(log_status_) ? Away() : absl::OkStatus();
}

absl::Status Publisher::log_status() const {
  const MutexLock lock(mu_);
  return log_status_;
}

int64_t Publisher::waiting_bytes() const {
  MutexLock lock(mu_);
  return waiting_bytes_;
}

PublisherCounts Publisher::counts() const {
  MutexLock lock(mu_);
  return counts_;
}

void Publisher::Count(const Calls& calls, const absl::Status& status) {
  if (!status.ok()) {
    ++counts_.failures;
    return;
  }
  counts_.written += static_cast<int64_t>(records_.size());
  const absl::Duration now = Elapsed();
  for (const Call& call : calls) {
    counts_.latencies.Add(now - call.begun, static_cast<int64_t>(call.records.size()));
    for (const Outgoing& record : call.records) {
      if (record.reject_reason != v1::REJECT_REASON_UNSPECIFIED) {
        ++counts_.rejects[record.reject_reason];
      }
    }
  }
}

void Publisher::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (LookIsDue()) {
      Look();
    } else if (Calls calls = TakeWaiting(stop); !calls.empty()) {
      WriteAll(std::move(calls));
    }
  }
  Calls left;
  {
    const MutexLock lock(mu_);
    stopped_ = true;
    TakeAll(left);
    changed_.notify_all();
  }
  Answer(left, absl::UnavailableError("the service is stopping, try again"));
}

bool Publisher::LookIsDue() {
  const bool broken = !log_.Heard().ok();
  const MutexLock lock(mu_);
  in_doubt_ = in_doubt_ || (broken && !absl::IsUnavailable(log_status_));
  return in_doubt_ || Elapsed() >= next_look_;
}

void Publisher::Look() {
  const absl::Status look =
      log_.Offsets({{kInteractionsTopic.data(), kInteractionsTopic.size()}, 0},
                   stream::Isolation::kReadUncommitted)
          .status();
  next_look_ = Elapsed() + limits_.look_every;
  Calls refused;
  {
    const MutexLock lock(mu_);
    const bool failed = absl::IsUnavailable(look);
    if (failed && in_doubt_) {
      SetAway(look.message(), refused);
    } else if (failed) {
      in_doubt_ = !absl::IsUnavailable(log_status_);
    } else {
      log_status_ = look;
      in_doubt_ = false;
    }
    changed_.notify_all();
  }
  Answer(refused, Away());
}

void Publisher::WriteAll(Calls calls) {
  const absl::Status status = Write(calls);
  if (!status.ok()) LogWarning("not stored", {{"because", status}});
  const bool broken = !status.ok() && !log_.Heard().ok();
  next_look_ = Elapsed() + limits_.look_every;
  {
    const MutexLock lock(mu_);
    Count(calls, status);
    in_doubt_ = !status.ok();
    if (in_doubt_) TakeBehind(calls);
    if (broken) SetAway(status.message(), calls);
  }
  Answer(calls, ToCaller(status));
}

void Publisher::SetAway(absl::string_view because, Calls& failed) {
  log_status_ = absl::UnavailableError(absl::StrCat("the log does not answer: ", because));
  in_doubt_ = false;
  TakeAll(failed);
}

void Publisher::TakeBehind(Calls& failed) {
  for (const Call& call : failed) {
    if (call.lane != nullptr) call.lane->broken_ = true;
  }
  const auto behind = std::stable_partition(waiting_.begin(), waiting_.end(), [](const Call& call) {
    return call.lane == nullptr || !call.lane->broken_;
  });
  for (auto call = behind; call != waiting_.end(); ++call) {
    waiting_bytes_ -= call->bytes;
    failed.push_back(std::move(*call));
  }
  waiting_.erase(behind, waiting_.end());
}

void Publisher::TakeAll(Calls& failed) {
  for (Call& call : waiting_) {
    if (call.lane != nullptr) call.lane->broken_ = true;
    failed.push_back(std::move(call));
  }
  waiting_.clear();
  waiting_bytes_ = 0;
}

void Publisher::Answer(Calls& calls, const absl::Status& status) {
  auto place = written_.begin();
  for (Call& call : calls) {
    if (!status.ok()) {
      call.done(status);
      continue;
    }
    const auto end = place + static_cast<std::ptrdiff_t>(call.records.size());
    call.done(std::vector<stream::Written>(place, end));
    place = end;
  }
}

Publisher::Calls Publisher::TakeWaiting(const std::stop_token& stop) {
  const MutexLock lock(mu_);
  const absl::Duration wait = std::min(next_look_ - Elapsed(), kHearEvery);
  changed_.wait_for(mu_, stop, absl::ToChronoNanoseconds(wait),
                    [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !waiting_.empty(); });
  Calls taken;
  if (stop.stop_requested()) return taken;
  int64_t bytes = 0;
  size_t count = 0;
  while (count < waiting_.size() &&
         (count == 0 || bytes + waiting_[count].bytes <= limits_.write_bytes)) {
    bytes += waiting_[count++].bytes;
  }
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  taken.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  waiting_bytes_ -= bytes;
  return taken;
}

absl::Status Publisher::Write(const Calls& calls) {
  if (producer_ == nullptr) {
    absl::StatusOr<std::unique_ptr<stream::Producer>> made = log_.NewProducer();
    if (!made.ok()) return made.status();
    producer_ = *std::move(made);
  }
  records_.clear();
  for (const Call& call : calls) {
    for (const Outgoing& record : call.records) {
      records_.push_back({View(record.topic), std::nullopt, View(record.key), View(record.value)});
    }
  }
  absl::Status status = producer_->Send(records_, written_);
  // Unless the same call again may succeed, the producer is done for.
  if (!status.ok() && !absl::IsUnavailable(status)) producer_ = nullptr;
  return status;
}

}  // namespace tend::ingest
