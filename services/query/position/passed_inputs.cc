#include "services/query/position/passed_inputs.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/status_macros.h"
#include "common/runtime/pause.h"

namespace tend::query {
namespace {

// Who reads what callers write, and where that shows.
struct Hop {
  const char* topic;
  const char* group;
  std::array<const char*, 2> written;
};
constexpr std::array kHops = {
    Hop{"tend.interactions.v1", "tend.enrichment", {"tend.person-events.v1", "tend.rejects.v1"}},
    Hop{"tend.owner-events.v1", "tend.notification", {"tend.nudges.v1", "tend.rejects.v1"}},
};

const Hop* FindHop(absl::string_view topic) {
  const auto* const found =
      std::find_if(kHops.begin(), kHops.end(), [&](const Hop& hop) { return topic == hop.topic; });
  return found == kHops.end() ? nullptr : found;
}

}  // namespace

PassedInputs::PassedInputs(stream::Log& log, GroupOffsets group_offsets)
    : log_(log), group_offsets_(std::move(group_offsets)), seen_(kHops.size()) {}

bool PassedInputs::Knows(absl::string_view topic) { return FindHop(topic) != nullptr; }

std::optional<OffsetsByPartition> PassedInputs::EndsAfter(const stream::TopicPartition& record,
                                                          stream::Offset offset) {
  const auto hop =
      static_cast<size_t>(FindHop({record.topic.data(), record.topic.size()}) - kHops.data());
  {
    const MutexLock lock(mu_);
    Seen& seen = seen_[hop];
    const auto committed = seen.committed.find(record);
    if (committed != seen.committed.end() && committed->second > offset) return seen.ends;
    seen.wanted = true;
  }
  wish_.notify_one();
  return std::nullopt;
}

std::optional<PassedInputs::Seen> PassedInputs::Wanted(size_t hop) const {
  const MutexLock lock(mu_);
  return seen_[hop].wanted ? std::optional<Seen>(seen_[hop]) : std::nullopt;
}

// The high watermark, as a commit may show before the outputs' markers do: what is before it now
// was written by then, and is projected once it is stable.
absl::StatusOr<OffsetsByPartition> PassedInputs::Ends(absl::string_view topic) {
  OffsetsByPartition ends;
  TEND_ASSIGN_OR_RETURN(const int partitions, log_.PartitionCount(topic));
  for (int number = 0; number < partitions; ++number) {
    const stream::TopicPartition partition{std::string(topic.data(), topic.size()), number};
    TEND_ASSIGN_OR_RETURN(const stream::OffsetRange range,
                          log_.Offsets(partition, stream::Isolation::kReadUncommitted));
    if (range.start < range.end) ends[partition] = range.end;
  }
  return ends;
}

absl::StatusOr<PassedInputs::Seen> PassedInputs::LookAt(size_t hop, Seen before) {
  Seen seen;
  TEND_ASSIGN_OR_RETURN(seen.committed, group_offsets_(kHops[hop].group, {kHops[hop].topic}));
  if (seen.committed == before.committed) {  // and earlier ends are reached earlier
    before.wanted = false;
    return before;
  }
  for (const char* topic : kHops[hop].written) {
    TEND_ASSIGN_OR_RETURN(OffsetsByPartition ends, Ends(topic));
    seen.ends.merge(ends);
  }
  return seen;
}

absl::Status PassedInputs::Look() {
  for (size_t hop = 0; hop < kHops.size(); ++hop) {
    std::optional<Seen> before = Wanted(hop);
    if (!before.has_value()) continue;
    absl::StatusOr<Seen> seen = LookAt(hop, *std::move(before));
    const MutexLock lock(mu_);
    seen_[hop].wanted = false;
    TEND_RETURN_IF_ERROR(seen.status());
    seen_[hop] = *std::move(seen);
  }
  return absl::OkStatus();
}

void PassedInputs::AwaitWish(const std::stop_token& stop) {
  const MutexLock lock(mu_);
  wish_.wait(mu_, stop, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return std::any_of(seen_.begin(), seen_.end(), [](const Seen& seen) { return seen.wanted; });
  });
}

void RunPassedInputs(PassedInputs& inputs, absl::Duration pace, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    inputs.AwaitWish(stop);
    // A log that is away is asked less often; whoever waits ends by their own patience.
    Pause(inputs.Look().ok() ? pace : 10 * pace, stop);
  }
}

}  // namespace tend::query
