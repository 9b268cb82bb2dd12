// A few connections for many threads: what answers questions borrows one for each.

#ifndef TEND_COMMON_POSTGRES_POOL_H_
#define TEND_COMMON_POSTGRES_POOL_H_

#include <condition_variable>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/postgres/connection.h"
#include "common/runtime/mutex.h"

namespace tend::postgres {

// All methods from any thread. Connections are made when they are first needed.
class Pool {
 public:
  // most: connections, from 1.
  Pool(const ConnectionOptions& options, int most);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // A connection of the pool for one thread, for as long as this lives.
  class Borrowed {
   public:
    Borrowed(Borrowed&&) = default;
    Borrowed& operator=(Borrowed&&) = delete;
    ~Borrowed() {
      if (connection_ != nullptr) pool_->GiveBack(std::move(connection_));
    }
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    friend class Pool;
    Borrowed(Pool* pool, std::unique_ptr<Connection> connection)
        : pool_(pool), connection_(std::move(connection)) {}
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  // Waits for one at most so long. Errors: UNAVAILABLE when none became free. Whether the server is
  // there, the first batch tells.
  absl::StatusOr<Borrowed> Borrow(absl::Duration patience = absl::Seconds(1));

 private:
  void GiveBack(std::unique_ptr<Connection> connection);

  const ConnectionOptions options_;
  const size_t most_;
  Mutex mu_;
  std::condition_variable_any free_;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mu_);
  size_t made_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace tend::postgres

#endif  // TEND_COMMON_POSTGRES_POOL_H_
