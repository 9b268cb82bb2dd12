#include "common/runtime/shutdown.h"

#include <pthread.h>
#include <signal.h>

#include <cerrno>

#include "common/base/check.h"

namespace tend {
namespace {

constexpr timespec kLook = {0, 100'000'000};  // how often the waiter looks whether it may end

sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

void Wait(const std::stop_token& end, std::stop_source& source) {
  const sigset_t signals = StopSignals();
  while (!end.stop_requested()) {
    if (sigtimedwait(&signals, nullptr, &kLook) < 0) continue;
    if (source.stop_requested()) {  // the second one: at once
      pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
      raise(SIGTERM);
    }
    source.request_stop();
  }
}

}  // namespace

Shutdown::Shutdown() {
  const sigset_t signals = StopSignals();
  TEND_CHECK(pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0);
  waiter_ = std::jthread([this](const std::stop_token& end) {
    pthread_setname_np(pthread_self(), "shutdown");
    Wait(end, source_);
  });
}

Shutdown::~Shutdown() {
  waiter_.request_stop();
  waiter_.join();
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace tend
