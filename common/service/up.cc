#include "common/service/up.h"

#include "common/runtime/log.h"
#include "common/runtime/metric_names.h"

namespace tend::service {
namespace {

constexpr int kFailuresThatCount = 2, kLooksAMinute = 12;

}  // namespace

void Up::SetWorks(bool works) {
  const MutexLock lock(mu_);
  works_ = works;
  Tell();
}

void Up::Looked(const absl::Status& status) {
  const MutexLock lock(mu_);
  failed_looks_ = status.ok() ? 0 : failed_looks_ + 1;
  if (failed_looks_ % kLooksAMinute == kFailuresThatCount) {
    LogWarning("waiting", {{"because", status}});
  }
  Tell();
}

void Up::Tell() {
  const bool up = works_ && failed_looks_ < kFailuresThatCount;
  metrics_.Set(metric::kUp, up ? 1 : 0);
  server_.SetServing(up);
}

}  // namespace tend::service
