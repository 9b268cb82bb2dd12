#include "services/ingest/intake.h"

#include <utility>
#include <variant>

#include "common/base/status_macros.h"
#include "services/ingest/domain/timestamp.h"

namespace tend::ingest {
namespace {

// The key of ingest's rejects: the source that rejected.
constexpr char kRejectKey[] = "ingest";

std::string Str(absl::string_view s) { return std::string(s.data(), s.size()); }

}  // namespace

void Intake::Take(v1::Interaction& interaction, const FileRow& row) {
  if (row.of_list && !interaction.has_occur_time()) {
    SetTimestamp(now_, *interaction.mutable_occur_time());
  }
  AcceptResult accepted = acceptor_.Accept(interaction, now_);
  if (auto* reject = std::get_if<v1::Reject>(&accepted)) {
    SetRow(row, *reject);
    return Reject(std::move(*reject));
  }
  items_.emplace_back();
  if (const auto* good = std::get_if<Accepted>(&accepted)) {
    records_.push_back({Str(good->topic), Str(good->key), Str(good->value)});
    item_of_record_.push_back(items_.size() - 1);
    bytes_ += static_cast<int64_t>(good->value.size());
  }
}

void Intake::Take(v1::Reject reject) {
  SetTimestamp(now_, *reject.mutable_reject_time());
  Reject(std::move(reject));
}

void Intake::Reject(v1::Reject reject) {
  if (place_.has_value()) *reject.mutable_record() = *place_;
  records_.push_back({kRejectsTopic, kRejectKey, reject.SerializeAsString(), reject.reason()});
  bytes_ += static_cast<int64_t>(records_.back().value.size());
  items_.emplace_back().reject = std::move(reject);
  item_of_record_.push_back(items_.size() - 1);
}

absl::Status Intake::Publish(Publisher& publisher) {
  if (records_.empty()) return absl::OkStatus();
  TEND_ASSIGN_OR_RETURN(const std::vector<stream::Written> written, publisher.Publish(records_));
  Settle(written);
  return absl::OkStatus();
}

void Intake::Publish(Publisher& publisher, std::function<void(absl::Status)> done, Lane& lane) {
  if (records_.empty()) return done(absl::OkStatus());
  publisher.Publish(
      records_,
      [this, done = std::move(done)](const auto& written) {
        if (written.ok()) Settle(*written);
        done(written.status());
      },
      &lane);
}

void Intake::Settle(absl::Span<const stream::Written> written) {
  for (size_t i = 0; i < written.size(); ++i) {
    TakenItem& item = items_[item_of_record_[i]];
    if (item.reject.has_value()) continue;
    item.position = last_ = PositionOf(records_[i].topic, written[i]);
  }
  records_.clear();
  item_of_record_.clear();
  bytes_ = 0;
}

void Intake::Clear() {
  items_.clear();
  records_.clear();
  item_of_record_.clear();
  bytes_ = 0;
}

}  // namespace tend::ingest
