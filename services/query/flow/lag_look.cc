#include "services/query/flow/lag_look.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace tend::query {
namespace {

constexpr absl::Duration kPollWait = absl::Milliseconds(100);
constexpr int kPolls = 20;  // a record that is there comes at once, unless the log is in trouble

v1::PartitionLag LagOf(const stream::TopicPartition& partition, stream::Offset next,
                       stream::Offset end, const std::optional<absl::Time>& oldest) {
  v1::PartitionLag lag;
  lag.set_topic(partition.topic);
  lag.set_partition(partition.partition);
  lag.set_next_offset(next.value());
  lag.set_end_offset(end.value());
  if (oldest.has_value()) {
    const int64_t millis = absl::ToUnixMillis(*oldest);
    lag.mutable_oldest_unread_time()->set_seconds(millis / 1000);
    lag.mutable_oldest_unread_time()->set_nanos(static_cast<int32_t>(millis % 1000) * 1'000'000);
  }
  return lag;
}

}  // namespace

absl::StatusOr<std::vector<v1::PartitionLag>> LagLook::Look(const Places& places) {
  std::vector<v1::PartitionLag> lags;
  for (const std::string& topic : topics_) {
    TEND_ASSIGN_OR_RETURN(const int partitions, log_.PartitionCount(topic));
    for (int number = 0; number < partitions; ++number) {
      const stream::TopicPartition partition{topic, number};
      TEND_ASSIGN_OR_RETURN(const stream::OffsetRange range,
                            log_.Offsets(partition, stream::Isolation::kReadCommitted));
      const auto found = places.find(partition);
      const stream::Offset place =
          found == places.end() ? range.start : std::max(range.start, found->second);
      TEND_ASSIGN_OR_RETURN(const Unread unread, Read(partition, place, range.end));
      lags.push_back(LagOf(partition, unread.next, std::max(unread.next, range.end), unread.time));
    }
  }
  return lags;
}

absl::StatusOr<LagLook::Unread> LagLook::Read(const stream::TopicPartition& partition,
                                              stream::Offset place, stream::Offset end) {
  if (place >= end) return Unread{place, end, place, std::nullopt};
  const auto known = known_.find(partition);
  if (known != known_.end() && known->second.place == place &&
      (known->second.end == end || known->second.time.has_value())) {
    return known->second;
  }
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<stream::Reader> reader,
                        log_.Open(partition, place, stream::Isolation::kReadCommitted));
  stream::PollLimits limits;
  limits.records = 1;
  limits.wait = kPollWait;
  std::vector<stream::Record> records;
  for (int i = 0; i < kPolls && records.empty() && reader->position() < end; ++i) {
    TEND_RETURN_IF_ERROR(reader->Poll(limits, records));
  }
  if (records.empty() && reader->position() < end) {
    return absl::UnavailableError(
        absl::StrCat(partition.topic, "/", partition.partition, " does not give what it has"));
  }
  Unread unread{place, end, end, std::nullopt};
  if (!records.empty()) {
    unread.next = records.front().offset;
    unread.time = records.front().produce_time;
  }
  known_.insert_or_assign(partition, unread);
  return unread;
}

}  // namespace tend::query
