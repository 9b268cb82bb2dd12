#include "services/cli/remote/kafka_hops.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/kafka/kafka_log.h"

namespace tend::cli {
namespace {

struct Hop {
  const char* service;
  const char* topic;
};
constexpr Hop kHops[] = {{"enrichment", "tend.interactions.v1"},
                         {"scoring", "tend.person-events.v1"},
                         {"notification", "tend.moments.v1"},
                         {"notification", "tend.owner-events.v1"}};

// Offsets are counted by themselves above this: a transaction's marker takes one, so that the end
// of a partition is often some markers behind its last record.
constexpr int64_t kCountUpTo = 1'000;

// The records between two offsets.
absl::StatusOr<int64_t> CountRecords(const stream::TopicPartition& place, stream::Offset from,
                                     stream::Offset end, kafka::KafkaLog& log) {
  TEND_ASSIGN_OR_RETURN(const auto reader,
                        log.Open(place, from, stream::Isolation::kReadCommitted));
  stream::PollLimits limits;
  limits.wait = absl::Milliseconds(100);
  std::vector<stream::Record> records;
  int64_t count = 0;
  while (reader->position() < end) {
    TEND_RETURN_IF_ERROR(reader->Poll(limits, records));
    count += static_cast<int64_t>(records.size());
  }
  return count;
}

absl::StatusOr<HopLag> LagOf(const Hop& hop, kafka::KafkaLog& log) {
  TEND_ASSIGN_OR_RETURN(const auto committed,
                        log.GroupOffsets(absl::StrCat("tend.", hop.service), {hop.topic}));
  TEND_ASSIGN_OR_RETURN(const int partitions, log.PartitionCount(hop.topic));
  HopLag lag{hop.service, hop.topic};
  for (int partition = 0; partition < partitions; ++partition) {
    const stream::TopicPartition place{hop.topic, partition};
    TEND_ASSIGN_OR_RETURN(const stream::OffsetRange range,
                          log.Offsets(place, stream::Isolation::kReadCommitted));
    const auto found = committed.find(place);
    const stream::Offset read = found == committed.end() ? range.start : found->second;
    int64_t behind = std::max<int64_t>(0, range.end.value() - read.value());
    if (behind > 0 && behind <= kCountUpTo) {
      TEND_ASSIGN_OR_RETURN(behind, CountRecords(place, read, range.end, log));
    }
    lag.written += range.end.value();
    lag.behind += behind;
  }
  return lag;
}

}  // namespace

absl::StatusOr<std::vector<HopLag>> AskKafka(const std::string& bootstrap_servers) {
  kafka::KafkaOptions options;
  options.bootstrap_servers = bootstrap_servers;
  options.client_id = "tend.status";
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<kafka::KafkaLog> log, kafka::KafkaLog::Make(options));
  std::vector<HopLag> lags;
  for (const Hop& hop : kHops) {
    TEND_ASSIGN_OR_RETURN(HopLag lag, LagOf(hop, *log));
    lags.push_back(std::move(lag));
  }
  return lags;
}

}  // namespace tend::cli
