#include "services/ingest/delivery_intake.h"

#include <string>
#include <utility>

#include "common/base/status_macros.h"

namespace tend::ingest {
namespace {

constexpr int kMaxRejectsTold = 20;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

}  // namespace

absl::StatusOr<int64_t> TakeRows(const Delivery& delivery, const Source& source, Intake& intake) {
  TEND_ASSIGN_OR_RETURN(ReadResult read,
                        ReadDelivery(delivery, source.mapping_or_null(), source.options));
  const bool list = source.mapping.has_value() && source.mapping->list();
  for (size_t i = 0; i < read.interactions.size(); ++i) {
    intake.Take(read.interactions[i],
                {.file = View(source.options.file), .line = read.lines[i], .of_list = list});
  }
  for (v1::Reject& reject : read.rejects) intake.Take(std::move(reject));
  return read.ignored;
}

absl::StatusOr<v1::DeliveryResult> TakeDelivery(const Delivery& delivery, const Source& source,
                                                absl::Time now, Publisher& publisher) {
  Intake intake(now);
  TEND_ASSIGN_OR_RETURN(int64_t ignored, TakeRows(delivery, source, intake));
  TEND_RETURN_IF_ERROR(intake.Publish(publisher));
  v1::DeliveryResult result;
  for (const TakenItem& item : intake.items()) {
    if (item.position.has_value()) {
      result.set_accepted(result.accepted() + 1);
    } else if (!item.reject.has_value()) {
      ++ignored;
    } else {
      result.set_rejected(result.rejected() + 1);
      if (result.rejects_size() == kMaxRejectsTold) continue;
      v1::Reject* told = result.add_rejects();
      *told = *item.reject;
      told->clear_key();
      told->clear_value();
    }
  }
  result.set_ignored(ignored);
  if (intake.last().has_value()) *result.mutable_position() = *intake.last();
  return result;
}

}  // namespace tend::ingest
