// Whether a service is up, as its health, its metric and its log tell: while its worker works, and
// while the servers that it needs answer.

#ifndef TEND_COMMON_SERVICE_UP_H_
#define TEND_COMMON_SERVICE_UP_H_

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "common/rpc/server.h"
#include "common/runtime/metrics.h"
#include "common/runtime/mutex.h"

namespace tend::service {

// Not before the worker works. Any thread.
class Up {
 public:
  // Both outlive it.
  Up(Metrics& metrics, rpc::Server& server) : metrics_(metrics), server_(server) {}
  Up(const Up&) = delete;
  Up& operator=(const Up&) = delete;

  // The worker's own word.
  void SetWorks(bool works);
  // A look at the servers, every few seconds: the worker may not know that they are away, with
  // nothing to do or in a call that waits for them. One look that fails may be a slow server: the
  // second in a row counts, and is logged, again each minute (of looks 5 s apart).
  void Looked(const absl::Status& status);

 private:
  void Tell() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  Metrics& metrics_;
  rpc::Server& server_;
  Mutex mu_;
  bool works_ ABSL_GUARDED_BY(mu_) = false;
  int failed_looks_ ABSL_GUARDED_BY(mu_) = 0;  // in a row
};

}  // namespace tend::service

#endif  // TEND_COMMON_SERVICE_UP_H_
