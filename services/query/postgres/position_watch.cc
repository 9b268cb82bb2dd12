#include "services/query/postgres/position_watch.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "services/query/postgres/projected_offsets.h"

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

enum class Seen { kNothing, kNotScored, kVisible };

absl::StatusOr<Seen> LookFor(postgres::Connection& connection, const v1::Position& position) {
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
  const bool visible = !rows[0].IsNull(0, 0) && rows[0].Bool(0, 0);
  if (visible || rows[1].Bool(0, 0)) return Seen::kVisible;
  return interaction && !rows[0].IsNull(0, 0) ? Seen::kNotScored : Seen::kNothing;
}

absl::StatusOr<bool> AreProjected(postgres::Connection& connection,
                                  const OffsetsByPartition& ends) {
  TEND_ASSIGN_OR_RETURN(const OffsetsByPartition next, ReadProjectedOffsets(connection));
  return std::all_of(ends.begin(), ends.end(), [&](const auto& end) {
    const auto found = next.find(end.first);
    return found != next.end() && found->second >= end.second;
  });
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
  if (!PassedInputs::Knows({position.topic().data(), position.topic().size()})) {
    return absl::InvalidArgumentError(
        "min_position.topic: is neither tend.interactions.v1 nor tend.owner-events.v1");
  }
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  const Clock::time_point end = begin + absl::ToChronoMilliseconds(kPatience);
  const Clock::time_point ask_log = begin + absl::ToChronoMilliseconds(kAskLogAfter);
  std::optional<OffsetsByPartition> ends;
  bool projected = false;  // all up to the ends
  while (true) {
    int64_t seen = 0;
    {
      const MutexLock lock(mu_);
      seen = moves_;
    }
    if (!ends.has_value() && Clock::now() >= ask_log) {
      ends = passed_.EndsAfter({position.topic(), position.partition()},
                               stream::Offset(position.offset()));
    }
    if (ends.has_value() && !projected) {
      TEND_ASSIGN_OR_RETURN(projected, AreProjected(connection, *ends));
    }
    // After that, so that what is projected is seen.
    TEND_ASSIGN_OR_RETURN(const Seen found, LookFor(connection, position));
    if (found == Seen::kVisible || (projected && found == Seen::kNothing)) return absl::OkStatus();
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
