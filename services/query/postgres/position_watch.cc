#include "services/query/postgres/position_watch.h"

#include <chrono>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace tend::query {
namespace {

using postgres::Batch;
using postgres::Params;
using postgres::Rows;

// Null where there is no row.
constexpr const char* kInteraction = R"sql(
    SELECT bool_and(coalesce(s.next_offset > i.event_offset, false) OR EXISTS (
             SELECT FROM reject r WHERE r.record_topic = 'tend.person-events.v1'
             AND r.record_partition = i.event_partition AND r.record_offset = i.event_offset))
    FROM interaction i LEFT JOIN scored_offset s ON s.partition = i.event_partition
    WHERE i.source_partition = $1 AND i.source_offset = $2)sql";
constexpr const char* kReject = R"sql(
    SELECT EXISTS (SELECT FROM reject WHERE record_topic = $3 AND record_partition = $1
                   AND record_offset = $2))sql";
constexpr const char* kNudgeChange = R"sql(
    SELECT EXISTS (SELECT FROM nudge_change WHERE source_topic = $3 AND source_topic <> ''
                   AND source_partition = $1 AND source_offset = $2))sql";

absl::StatusOr<bool> IsVisible(postgres::Connection& connection, const v1::Position& position) {
  const bool interaction = position.topic() == "tend.interactions.v1";
  const Params place = Params().Int(position.partition()).Int(position.offset());
  Params record = place;
  record.Text({position.topic().data(), position.topic().size()});
  Batch batch;
  if (interaction) {
    batch.Add(kInteraction, place);
  } else {
    batch.Add(kNudgeChange, record);
  }
  batch.Add(kReject, record);
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows, connection.Run(batch));
  return (!rows[0].IsNull(0, 0) && rows[0].Bool(0, 0)) || rows[1].Bool(0, 0);
}

}  // namespace

void PositionWatch::Moved() {
  {
    const MutexLock lock(mu_);
    ++moves_;
  }
  moved_.notify_all();
}

absl::Status PositionWatch::Await(postgres::Connection& connection, const v1::Position& position) {
  if (position.topic() != "tend.interactions.v1" && position.topic() != "tend.owner-events.v1") {
    return absl::InvalidArgumentError(
        "min_position.topic: is neither tend.interactions.v1 nor tend.owner-events.v1");
  }
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + absl::ToChronoMilliseconds(kPatience);
  while (true) {
    int64_t seen = 0;
    {
      const MutexLock lock(mu_);
      seen = moves_;
    }
    TEND_ASSIGN_OR_RETURN(const bool visible, IsVisible(connection, position));
    if (visible) return absl::OkStatus();
    if (Clock::now() >= end) {
      return absl::DeadlineExceededError(absl::StrCat("min_position: ", position.topic(), "/",
                                                      position.partition(), "@", position.offset(),
                                                      " is not visible yet"));
    }
    const MutexLock lock(mu_);
    const Clock::time_point look = Clock::now() + absl::ToChronoMilliseconds(kLookEvery);
    while (moves_ == seen && moved_.wait_until(mu_, look) != std::cv_status::timeout) {
    }
  }
}

}  // namespace tend::query
