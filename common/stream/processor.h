// What a service supplies to the harness: a pure Processor, one a partition, that owns that
// partition's state.
//
// The harness calls, for each batch and in one transaction:
//   Prepare(records, now), then Process(record, context) for each of them in order;
//   OnTime(now, context) when caught up; FlushChanges(changelog); then Commit() or Rollback().
// Nothing here knows whether the log is Kafka or memory. One thread calls all methods of one
// Processor.

#ifndef TEND_COMMON_STREAM_PROCESSOR_H_
#define TEND_COMMON_STREAM_PROCESSOR_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/stream/record.h"
#include "tend/v1/reason.pb.h"

namespace tend::stream {

// What became of one record: used, or rejected with a reason a program may branch on.
class [[nodiscard]] Outcome {
 public:
  static Outcome Used() { return Outcome(); }
  // detail: what, where, which value; no personal data (the bytes travel in the Reject itself).
  static Outcome Reject(v1::RejectReason reason, std::string detail) {
    return Outcome(reason, std::move(detail));
  }
  bool rejected() const { return reason_ != v1::REJECT_REASON_UNSPECIFIED; }
  v1::RejectReason reason() const { return reason_; }
  const std::string& detail() const { return detail_; }

 private:
  Outcome() = default;
  Outcome(v1::RejectReason reason, std::string detail)
      : reason_(reason), detail_(std::move(detail)) {}

  v1::RejectReason reason_ = v1::REJECT_REASON_UNSPECIFIED;
  std::string detail_;
};

// What a processor may do while it is called. Lives for one call.
class Context {
 public:
  virtual ~Context() = default;

  // The batch's one time: max(wall clock, the last `now` in the state). Never goes back.
  virtual absl::Time now() const = 0;

  // Appends to an output topic, in the batch's transaction. key and value are copied. The partition
  // follows the key (murmur2).
  virtual void Emit(absl::string_view topic, absl::string_view key, absl::string_view value) = 0;
};

// Takes one changed key of the state: its bytes, or nullopt for a deletion. Both are copied.
using ChangelogSink =
    absl::FunctionRef<void(absl::string_view key, std::optional<absl::string_view> value)>;

class Processor {
 public:
  virtual ~Processor() = default;

  // Asks the outside world what Process will need of it, in one go for many records, so that
  // Process stays pure. Called with polled records of this partition before Process sees each of
  // them, in the same order; and with none before OnTime. What is not processed by the next Prepare
  // comes to it again. now: that of the first one's Context. The records live until the last of
  // them is processed; calls of other partitions' processors come between.
  // REQUIRES of the implementation: it emits nothing and changes no state that is flushed; asking
  // twice does no harm outside. Errors: UNAVAILABLE: the records come again, first to Prepare, in
  // a later step; others as in recovery.h. In neither case is any of them processed.
  virtual absl::Status Prepare(absl::Span<const Record> records, absl::Time now) {
    static_cast<void>(records), static_cast<void>(now);
    return absl::OkStatus();
  }

  // Uses one record. REQUIRES of the implementation: on Reject nothing was emitted and no state
  // changed.
  virtual Outcome Process(const Record& record, Context& context) = 0;

  // Fires all that is due at context.now(). Called when the partition is caught up, at least once a
  // second; in a log that is played, when all that was written before is used, and only when due.
  virtual void OnTime(Context& context) { static_cast<void>(context); }

  // A lower bound of the next time at which OnTime has something to do; InfiniteFuture when nothing
  // waits. REQUIRES of the implementation: after OnTime it is later than that call's now, at once
  // and not only after the commit.
  virtual absl::Time NextDue() const { return absl::InfiniteFuture(); }

  // --- State. A stateless processor leaves these as they are. Changes are made in place while
  // processing, journaled (JournaledMap), flushed once per changed key, and then kept or taken back
  // together.

  // Replays one changelog record, before the first Process. nullopt deletes the key.
  // Errors: the bytes cannot be read; it becomes a DATA_LOSS that says where.
  virtual absl::Status Restore(absl::string_view key, std::optional<absl::string_view> value) {
    static_cast<void>(key), static_cast<void>(value);
    return absl::OkStatus();
  }
  // Called once after the last Restore (rebuild heaps and indexes here).
  virtual void Restored() {}
  // Writes every key changed since the last Commit or Rollback, once each.
  virtual void FlushChanges(ChangelogSink sink) { static_cast<void>(sink); }
  virtual void Commit() {}
  virtual void Rollback() {}
};

// A service as the harness sees it: one task a partition, each with a Processor of its own.
struct ProcessorSpec {
  std::string name;  // consumer group and transactional id prefix: "tend.scoring"
  std::vector<std::string> input_topics;  // co-partitioned: a task reads the same partition of each
  std::string changelog_topic;  // compacted, written at the task's own partition; empty: no state
  std::function<std::unique_ptr<Processor>(int partition)> make_processor;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_PROCESSOR_H_
