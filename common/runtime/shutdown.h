// An orderly end: SIGTERM and SIGINT become a stop token.

#ifndef TEND_COMMON_RUNTIME_SHUTDOWN_H_
#define TEND_COMMON_RUNTIME_SHUTDOWN_H_

#include <stop_token>
#include <thread>

namespace tend {

// Make one first thing in main, before any thread: it blocks both signals for the threads to come
// and waits for them in one of its own. A second signal ends the process at once.
class Shutdown {
 public:
  Shutdown();
  ~Shutdown();
  Shutdown(const Shutdown&) = delete;
  Shutdown& operator=(const Shutdown&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  // As if a signal had come.
  void Request() { source_.request_stop(); }

 private:
  std::stop_source source_;
  std::jthread waiter_;
};

}  // namespace tend

#endif  // TEND_COMMON_RUNTIME_SHUTDOWN_H_
