// The Kafka inbox: reads CloudEvents from tend.inbox.v1 as a member of a group, and brings them
// through the same acceptor as every door. At least once: an offset is committed after the log has
// the interactions; repeats are dropped downstream.
//
// The log gives records without their headers, so events come in structured mode alone (the value
// is the event as JSON), whatever their content-type header says.

#ifndef TEND_SERVICES_INGEST_INBOX_READER_H_
#define TEND_SERVICES_INGEST_INBOX_READER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/stream/clock.h"
#include "common/stream/log.h"
#include "services/ingest/publisher.h"
#include "services/ingest/source.h"

namespace tend::ingest {

inline constexpr char kInboxTopic[] = "tend.inbox.v1";
inline constexpr char kInboxGroup[] = "tend.ingest";

// What the steps did so far.
struct InboxCounts {
  int64_t records = 0;   // committed as read
  int64_t rejected = 0;  // rows
};

// For one thread.
class InboxReader {
 public:
  // member: this instance's, the same after a restart. The others outlive the reader.
  InboxReader(stream::Log& log, Publisher& publisher, const stream::Clock& clock,
              const Source& source, std::string member);
  ~InboxReader();

  // One poll, of at most `wait`, and all that follows from it. OK too when there was nothing.
  // Errors: the log does not answer, or what it gave is of no more use; wait a little and step
  // again. Nothing is skipped: what was not written is read again.
  absl::Status Step(absl::Duration wait);

  const InboxCounts& counts() const { return counts_; }

 private:
  absl::Status Join();
  absl::Status StartAll(const std::vector<stream::TopicPartition>& assigned);
  absl::Status TakeAll(const std::vector<stream::Record>& records);

  stream::Log& log_;
  Publisher& publisher_;
  const stream::Clock& clock_;
  const Source& source_;
  const std::string member_;
  std::unique_ptr<stream::Consumer> consumer_;  // null: to be joined (again)
  stream::Polled polled_;
  InboxCounts counts_;
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_INBOX_READER_H_
