#include "services/enrichment/domain/erasures.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace tend::enrichment {

void Erasures::Ask(absl::string_view person_id, absl::string_view origin_id, absl::Time now) {
  asked_.emplace(origin_id);
  persons_.emplace(person_id);
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

void Erasures::Restore(absl::string_view key, std::optional<absl::string_view> value) {
  key.remove_prefix(1);
  if (value.has_value()) {
    const absl::string_view origin = value->empty() ? key : *value;
    committed_[{key.data(), key.size()}].assign(origin.data(), origin.size());
  } else {
    committed_.erase({key.data(), key.size()});
  }
}

void Erasures::Restored() {
  for (const auto& [key, origin] : committed_) waiting_.push_back(origin);
}

void Erasures::Flush(Sink sink) const {
  const absl::string_view prefix(&kPrefix, 1);
  if (done_) {
    for (const auto& [key, origin] : committed_) {
      if (!asked_.contains(key)) sink(absl::StrCat(prefix, key), std::nullopt);
    }
  }
  for (const std::string& origin : asked_) sink(absl::StrCat(prefix, origin), "");
}

void Erasures::Commit() {
  if (done_) committed_.clear();
  for (const std::string& origin : asked_) {
    if (committed_.emplace(origin, origin).second) waiting_.push_back(origin);
  }
  Rollback();
}

}  // namespace tend::enrichment
