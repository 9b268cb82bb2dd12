#include "common/postgres/pool.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tend::postgres {

Pool::Pool(const ConnectionOptions& options, int most)
    : options_(options), most_(static_cast<size_t>(std::max(most, 1))) {}

absl::StatusOr<Pool::Borrowed> Pool::Borrow(absl::Duration patience) {
  const auto until = std::chrono::steady_clock::now() + absl::ToChronoMicroseconds(patience);
  const MutexLock lock(mu_);
  while (idle_.empty() && made_ == most_) {
    if (free_.wait_until(mu_, until) == std::cv_status::timeout && idle_.empty()) {
      return absl::UnavailableError("PostgreSQL: all connections are in use");
    }
  }
  if (idle_.empty()) {
    ++made_;
    return Borrowed(this, std::make_unique<Connection>(options_));
  }
  // The one used last: it is the likeliest to be open.
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  return Borrowed(this, std::move(connection));
}

void Pool::GiveBack(std::unique_ptr<Connection> connection) {
  {
    const MutexLock lock(mu_);
    idle_.push_back(std::move(connection));
  }
  free_.notify_one();
}

}  // namespace tend::postgres
