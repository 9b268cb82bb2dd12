// What consumers and readers share: records as the library hands them out, in batches and without a
// copy, and a way to wait for more.

#ifndef TEND_COMMON_KAFKA_FETCHED_H_
#define TEND_COMMON_KAFKA_FETCHED_H_

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/stream/record.h"

namespace tend::kafka {

// Messages taken from a queue. Those given stay alive until Release, the ones behind them wait for
// the next poll. The queue outlives this.
class FetchedMessages {
 public:
  explicit FetchedMessages(rd_kafka_queue_t* queue) : queue_(queue), batch_(kFirstCapacity) {}
  FetchedMessages(const FetchedMessages&) = delete;
  FetchedMessages& operator=(const FetchedMessages&) = delete;
  ~FetchedMessages();

  // The next one, or nullptr when the queue is empty. Never waits.
  const rd_kafka_message_t* Peek();
  // Gives the peeked one.
  void Pop() { ++next_; }
  // Destroys those that were given.
  void Release();
  // Destroys waiting ones.
  void Drop(absl::FunctionRef<bool(const rd_kafka_message_t&)> which);

 private:
  static constexpr size_t kFirstCapacity = 1024;

  rd_kafka_queue_t* const queue_;
  std::vector<rd_kafka_message_t*> batch_;  // given: [begin_, next_), waiting: [next_, end_)
  size_t begin_ = 0;
  size_t next_ = 0;
  size_t end_ = 0;
};

// Views into the message. topic: outlives the record.
stream::Record ToRecord(absl::string_view topic, const rd_kafka_message_t& message);

// Wakes one thread when one of several queues gets something. (The library's own batch call would
// wait for a full batch.)
class Wakeup {
 public:
  Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;
  // REQUIRES: no queue is watched any more.
  ~Wakeup();

  void Watch(rd_kafka_queue_t* queue);
  static void Unwatch(rd_kafka_queue_t* queue);

  // Until something came since the last Wait, or the time has passed.
  void Wait(absl::Duration at_most);

 private:
  const int fd_;
};

// Time that only goes forward, for deadlines.
absl::Duration Elapsed();

}  // namespace tend::kafka

#endif  // TEND_COMMON_KAFKA_FETCHED_H_
