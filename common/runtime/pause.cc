#include "common/runtime/pause.h"

#include <condition_variable>
#include <mutex>

namespace tend {

void Pause(absl::Duration span, const std::stop_token& stop) {
  if (span <= absl::ZeroDuration()) return;
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, absl::ToChronoMicroseconds(span), [] { return false; });
}

}  // namespace tend
