#include "common/runtime/shutdown.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/check.h"
#include "common/runtime/log.h"

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

[[noreturn]] void EndNow(absl::Duration waited) {
  LogWarning("ended", {{"because", absl::DeadlineExceededError(absl::StrCat(
                                       "the stop is not done after ", absl::FormatDuration(waited),
                                       ": a call does not come back"))}});
  _exit(EXIT_FAILURE);
}

}  // namespace

void Shutdown::Wait(const std::stop_token& end) {
  const sigset_t signals = StopSignals();
  absl::Time latest = absl::InfiniteFuture();
  while (!end.stop_requested()) {
    const bool signalled = sigtimedwait(&signals, nullptr, &kLook) >= 0;
    if (signalled && source_.stop_requested()) {  // the second one: at once
      pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
      raise(SIGTERM);
    }
    if (signalled) source_.request_stop();
    if (!source_.stop_requested()) continue;
    latest = std::min(latest, absl::Now() + within_);
    if (absl::Now() >= latest) EndNow(within_);
  }
}

Shutdown::Shutdown(absl::Duration within) : within_(within) {
  const sigset_t signals = StopSignals();
  TEND_CHECK(pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0);
  waiter_ = std::jthread([this](const std::stop_token& end) {
    pthread_setname_np(pthread_self(), "shutdown");
    Wait(end);
  });
}

Shutdown::~Shutdown() {
  waiter_.request_stop();
  waiter_.join();
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace tend
