#include "services/enrichment/domain/erasures.h"

#include "absl/strings/str_cat.h"

namespace tend::enrichment {

void Erasures::Ask(absl::string_view person_id, absl::Time now) {
  asked_.emplace(person_id);
  due_time_ = now + kDelay;
}

void Erasures::Restore(absl::string_view key, bool deleted) {
  key.remove_prefix(1);
  if (deleted) {
    committed_.erase({key.data(), key.size()});
  } else {
    committed_.emplace(key);
  }
}

void Erasures::Flush(Sink sink) const {
  const absl::string_view prefix(&kPrefix, 1);
  for (const std::string& person : done_) sink(absl::StrCat(prefix, person), std::nullopt);
  for (const std::string& person : asked_) sink(absl::StrCat(prefix, person), "");
}

void Erasures::Commit() {
  if (ABSL_PREDICT_TRUE(asked_.empty() && done_.empty())) return;
  for (const std::string& person : done_) committed_.erase(person);
  committed_.insert(asked_.begin(), asked_.end());
  Rollback();
}

}  // namespace tend::enrichment
