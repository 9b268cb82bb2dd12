#include "common/kafka/fetched.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>

#include "common/base/check.h"

namespace tend::kafka {

FetchedMessages::~FetchedMessages() {
  next_ = end_;
  Release();
}

const rd_kafka_message_t* FetchedMessages::Peek() {
  if (next_ < end_) return batch_[next_];
  if (end_ == batch_.size()) batch_.resize(batch_.size() * 2);
  const ssize_t taken =
      rd_kafka_consume_batch_queue(queue_, /*timeout_ms=*/0, &batch_[end_], batch_.size() - end_);
  if (taken <= 0) return nullptr;
  end_ += static_cast<size_t>(taken);
  return batch_[next_];
}

void FetchedMessages::Release() {
  for (; begin_ < next_; ++begin_) rd_kafka_message_destroy(batch_[begin_]);
  if (begin_ == end_) begin_ = next_ = end_ = 0;
}

void FetchedMessages::Drop(absl::FunctionRef<bool(const rd_kafka_message_t&)> which) {
  size_t kept = next_;
  for (size_t i = next_; i < end_; ++i) {
    if (which(*batch_[i])) {
      rd_kafka_message_destroy(batch_[i]);
    } else {
      batch_[kept++] = batch_[i];
    }
  }
  end_ = kept;
}

stream::Record ToRecord(absl::string_view topic, const rd_kafka_message_t& message) {
  stream::Record record;
  record.topic = topic;
  record.partition = message.partition;
  record.offset = stream::Offset(message.offset);
  record.key = absl::string_view(static_cast<const char*>(message.key), message.key_len);
  record.value = absl::string_view(static_cast<const char*>(message.payload), message.len);
  record.tombstone = message.payload == nullptr;
  record.produce_time = absl::FromUnixMillis(rd_kafka_message_timestamp(&message, nullptr));
  return record;
}

Wakeup::Wakeup() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { TEND_CHECK(fd_ >= 0); }

Wakeup::~Wakeup() { close(fd_); }

void Wakeup::Watch(rd_kafka_queue_t* queue) {
  const uint64_t one = 1;
  rd_kafka_queue_io_event_enable(queue, fd_, &one, sizeof(one));
}

void Wakeup::Unwatch(rd_kafka_queue_t* queue) {
  rd_kafka_queue_io_event_enable(queue, -1, nullptr, 0);
}

void Wakeup::Wait(absl::Duration at_most) {
  pollfd waited = {fd_, POLLIN, 0};
  // Rounded up: a wait of less than a millisecond must not become a spin.
  const auto milliseconds =
      static_cast<int>(absl::ToInt64Milliseconds(at_most + absl::Microseconds(999)));
  if (poll(&waited, 1, milliseconds) <= 0) return;  // nothing, or a signal: the caller looks anyway
  uint64_t count = 0;
  static_cast<void>(!read(fd_, &count, sizeof(count)));
}

absl::Duration Elapsed() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace tend::kafka
