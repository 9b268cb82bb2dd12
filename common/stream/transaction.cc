#include "common/stream/transaction.h"

#include "absl/strings/string_view.h"

namespace tend::stream {

namespace {

// A write that did not happen cannot be made again later, behind the ones after it: the whole batch
// is done again.
absl::Status AbortWhereRetry(absl::Status status) {
  return absl::IsUnavailable(status) ? absl::AbortedError(status.message()) : status;
}

}  // namespace

void Transaction::Begin() {
  if (begun_ || !status_.ok()) return;
  status_ = AbortWhereRetry(producer_.Begin());
  begun_ = status_.ok();
}

void Transaction::Produce(const NewRecord& record) {
  Begin();
  if (!status_.ok()) return;
  status_ = AbortWhereRetry(producer_.Produce(record));
  ++records_;
  bytes_ += static_cast<int64_t>(record.key.value_or(absl::string_view()).size() +
                                 record.value.value_or(absl::string_view()).size());
}

void Transaction::Reset() {
  begun_ = false;
  status_ = absl::OkStatus();
  records_ = bytes_ = 0;
}

}  // namespace tend::stream
