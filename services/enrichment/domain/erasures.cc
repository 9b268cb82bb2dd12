#include "services/enrichment/domain/erasures.h"

#include "absl/strings/str_cat.h"

namespace tend::enrichment {

void Erasures::Ask(absl::string_view person_id, absl::string_view origin_id, absl::Time now) {
  asked_.emplace(person_id, origin_id);
  due_time_ = now + kDelay;
}

void Erasures::Restore(absl::string_view key, std::optional<absl::string_view> origin_id) {
  key.remove_prefix(1);
  if (!origin_id.has_value()) {
    committed_.erase({key.data(), key.size()});
  } else {
    if (origin_id->empty()) origin_id = key;  // before origins were kept
    committed_[{key.data(), key.size()}].assign(origin_id->data(), origin_id->size());
  }
}

void Erasures::Flush(Sink sink) const {
  const absl::string_view prefix(&kPrefix, 1);
  for (const std::string& person : done_) sink(absl::StrCat(prefix, person), std::nullopt);
  for (const auto& [person, origin] : asked_) sink(absl::StrCat(prefix, person), origin);
}

void Erasures::Commit() {
  if (ABSL_PREDICT_TRUE(asked_.empty() && done_.empty())) return;
  for (const std::string& person : done_) committed_.erase(person);
  committed_.insert(asked_.begin(), asked_.end());
  Rollback();
}

}  // namespace tend::enrichment
