// How far the services have come that read what callers write, asked of the log: so a record that
// leaves nothing to be seen is known to have had its effect.

#ifndef TEND_SERVICES_QUERY_POSITION_PASSED_INPUTS_H_
#define TEND_SERVICES_QUERY_POSITION_PASSED_INPUTS_H_

#include <condition_variable>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/runtime/mutex.h"
#include "common/stream/log.h"

namespace tend::query {

// Offsets by partition.
using OffsetsByPartition = std::map<stream::TopicPartition, stream::Offset>;
// What a group has committed in topics. Called on the thread that looks. Errors: nobody knows now.
using GroupOffsets = std::function<absl::StatusOr<OffsetsByPartition>(
    const std::string& group, const std::vector<std::string>& topics)>;

class PassedInputs {
 public:
  // log outlives this.
  PassedInputs(stream::Log& log, GroupOffsets group_offsets);

  // Whether callers write the topic.
  static bool Knows(absl::string_view topic);

  // Where the topics end into which the record's reader writes what query projects, at a moment
  // after it had committed the record: what it made of the record is before that. Partitions that
  // hold nothing are not there. nullopt: no look has found it past the record yet; the next is
  // wanted. Never waits; any thread. REQUIRES: Knows(record.topic).
  std::optional<OffsetsByPartition> EndsAfter(const stream::TopicPartition& record,
                                              stream::Offset offset);

  // Looks at what is wanted: one request, and two for each partition written when the reader has
  // come further since the last look. For one thread, the log's. Errors: the log's.
  absl::Status Look();

  // Returns when a look is wanted, or at a stop.
  void AwaitWish(const std::stop_token& stop);

 private:
  struct Seen {
    bool wanted = false;
    OffsetsByPartition committed;
    OffsetsByPartition ends;  // later than the commit of what is before `committed`
  };
  std::optional<Seen> Wanted(size_t hop) const;
  absl::StatusOr<Seen> LookAt(size_t hop, Seen before);
  absl::StatusOr<OffsetsByPartition> Ends(absl::string_view topic);

  stream::Log& log_;
  const GroupOffsets group_offsets_;
  mutable Mutex mu_;
  std::condition_variable_any wish_;
  std::vector<Seen> seen_ ABSL_GUARDED_BY(mu_);  // as the hops
};

// Looks when somebody wants it until `stop`, `pace` apart: however many ask, it is one look.
void RunPassedInputs(PassedInputs& inputs, absl::Duration pace, const std::stop_token& stop);

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_POSITION_PASSED_INPUTS_H_
