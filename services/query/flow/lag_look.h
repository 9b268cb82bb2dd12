// How far a reader of topics is behind, asked of the log: also of one that is not there.

#ifndef TEND_SERVICES_QUERY_FLOW_LAG_LOOK_H_
#define TEND_SERVICES_QUERY_FLOW_LAG_LOOK_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/stream/log.h"
#include "tend/v1/flow.pb.h"

namespace tend::query {

// Where somebody reads on; a partition that is not there: at its start.
using Places = std::map<stream::TopicPartition, stream::Offset>;

// Of one reader. For one thread, the log's.
class LagLook {
 public:
  // log outlives this. topics: that the reader reads.
  LagLook(stream::Log& log, std::vector<std::string> topics)
      : log_(log), topics_(std::move(topics)) {}

  const std::vector<std::string>& topics() const { return topics_; }

  // One a partition, by topic and partition. A partition whose place and end are as at the last
  // call costs two offsets; else its first unread record is read, from the log. Errors: the log's.
  absl::StatusOr<std::vector<v1::PartitionLag>> Look(const Places& places);

 private:
  // What lies between a place and an end.
  struct Unread {
    stream::Offset place, end;
    stream::Offset next;             // of the first record; the end when there is none
    std::optional<absl::Time> time;  // when it was written
  };
  absl::StatusOr<Unread> Read(const stream::TopicPartition& partition, stream::Offset place,
                              stream::Offset end);

  stream::Log& log_;
  const std::vector<std::string> topics_;
  std::map<stream::TopicPartition, Unread> known_;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_FLOW_LAG_LOOK_H_
