// A pause that ends early when the thread is to stop.

#ifndef TEND_COMMON_RUNTIME_PAUSE_H_
#define TEND_COMMON_RUNTIME_PAUSE_H_

#include <stop_token>

#include "absl/time/time.h"

namespace tend {

// Not at all where span is not above 0.
void Pause(absl::Duration span, const std::stop_token& stop);

}  // namespace tend

#endif  // TEND_COMMON_RUNTIME_PAUSE_H_
