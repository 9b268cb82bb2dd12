// A mutex that Clang's thread safety analysis knows: guarded fields say ABSL_GUARDED_BY(mu_), and a
// forgotten lock does not compile there. (absl::Mutex looks racy to TSAN as Debian builds it.)

#ifndef TEND_COMMON_RUNTIME_MUTEX_H_
#define TEND_COMMON_RUNTIME_MUTEX_H_

#include <mutex>

#include "absl/base/thread_annotations.h"

namespace tend {

class ABSL_LOCKABLE Mutex {
 public:
  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

// Holds the mutex while it lives. Condition: std::condition_variable_any, which waits on the Mutex.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace tend

#endif  // TEND_COMMON_RUNTIME_MUTEX_H_
