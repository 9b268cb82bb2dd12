#include "services/enrichment/domain/erasures.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace tend::enrichment {

void Erasures::Ask(absl::string_view person_id, absl::string_view origin_id, absl::Time now) {
  asked_.emplace(person_id, origin_id);
  due_time_ = now + kDelay;
}

absl::Status Erasures::EraseDue(
    absl::FunctionRef<absl::Status(absl::string_view origin_id)> erase) {
  while (!waiting_.empty()) {
    std::string origin = std::move(waiting_.front());
    waiting_.pop_front();
    absl::Status status = erase(origin);
    if (status.ok() || absl::IsNotFound(status)) continue;
    waiting_.push_back(std::move(origin));
    return status;
  }
  return absl::OkStatus();
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

void Erasures::Restored() {
  for (const auto& [person, origin] : committed_) waiting_.push_back(origin);
}

void Erasures::Flush(Sink sink) const {
  const absl::string_view prefix(&kPrefix, 1);
  if (done_) {
    for (const auto& [person, origin] : committed_) {
      if (!asked_.contains(person)) sink(absl::StrCat(prefix, person), std::nullopt);
    }
  }
  for (const auto& [person, origin] : asked_) sink(absl::StrCat(prefix, person), origin);
}

void Erasures::Commit() {
  if (done_) committed_.clear();
  for (const auto& [person, origin] : asked_) {
    if (committed_.emplace(person, origin).second) waiting_.push_back(origin);
  }
  Rollback();
}

}  // namespace tend::enrichment
