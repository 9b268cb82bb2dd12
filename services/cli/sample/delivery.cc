#include "services/cli/sample/delivery.h"

#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace tend::sample {

void Delivery::Add(absl::Time time, absl::string_view line) {
  TEND_CHECK(time >= now_);
  if (time == now_) {
    // All that was due is out already.
    sink_(line);
  } else {
    waiting_.push({time, sequence_++, absl::StrCat(line)});
  }
}

void Delivery::AdvanceTo(absl::Time time) {
  while (!waiting_.empty() && waiting_.top().time <= time) {
    sink_(waiting_.top().line);
    waiting_.pop();
  }
  now_ = time;
}

}  // namespace tend::sample
