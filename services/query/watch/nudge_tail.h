// Follows tend.nudges.v1 into the feed, from a little before its end on.

#ifndef TEND_SERVICES_QUERY_WATCH_NUDGE_TAIL_H_
#define TEND_SERVICES_QUERY_WATCH_NUDGE_TAIL_H_

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/stream/log.h"
#include "services/query/watch/nudge_feed.h"

namespace tend::query {

inline constexpr char kWatchedTopic[] = "tend.nudges.v1";

struct NudgeTailOptions {
  std::string instance;  // its group is this one's alone
  // Of a poll. wait: how often listeners are woken when nothing comes.
  stream::PollLimits limits = {1000, 1 << 20, absl::Milliseconds(100)};
  // Offsets of each partition that are read before the end, so that who watched before a restart
  // goes on from memory.
  int64_t back = 5'000;
  absl::Duration retry_pause = absl::Seconds(1);
};

// For one thread; log and feed outlive it.
class NudgeTail {
 public:
  NudgeTail(stream::Log& log, NudgeFeed& feed, NudgeTailOptions options);

  // Begins at the end; also after every error of Step.
  absl::Status Start();
  // One poll. The feed is live once what was there at Start has been given to it.
  absl::Status Step();

 private:
  absl::Status SeekAssigned();
  void Give(const stream::Record& record);

  stream::Log& log_;
  NudgeFeed& feed_;
  const NudgeTailOptions options_;
  std::unique_ptr<stream::Consumer> consumer_;
  stream::Polled polled_;
  WatchPlace from_, live_at_;
  bool live_ = false;
};

// Runs one until `stop` on the caller's thread. On an error those who watch are told, and it begins
// anew.
void RunNudgeTail(NudgeTail& tail, NudgeFeed& feed, const NudgeTailOptions& options,
                  const std::stop_token& stop);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_WATCH_NUDGE_TAIL_H_
