// An orderly end: SIGTERM and SIGINT become a stop token; and an end all the same, where something
// does not come to one.

#ifndef TEND_COMMON_RUNTIME_SHUTDOWN_H_
#define TEND_COMMON_RUNTIME_SHUTDOWN_H_

#include <stop_token>
#include <thread>

#include "absl/time/time.h"

namespace tend {

// Make one first thing in main, before any thread: it blocks both signals for the threads to come
// and waits for them in one of its own. A second signal ends the process at once.
//
// A process whose stop takes longer than `within` is ended, as by kill -9 but with a word and exit
// code 1: a call into a library may never come back, whatever time it was given
// (rd_kafka_send_offsets_to_transaction while the group's coordinator is away; librdkafka issue
// #5456). Nothing is lost by it: what was not committed is done again, what was not acknowledged
// is sent again.
class Shutdown {
 public:
  explicit Shutdown(absl::Duration within = absl::Milliseconds(4500));
  ~Shutdown();
  Shutdown(const Shutdown&) = delete;
  Shutdown& operator=(const Shutdown&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  // As if a signal had come.
  void Request() { source_.request_stop(); }

 private:
  void Wait(const std::stop_token& end);

  const absl::Duration within_;
  std::stop_source source_;
  std::jthread waiter_;
};

}  // namespace tend

#endif  // TEND_COMMON_RUNTIME_SHUTDOWN_H_
