// Two small services for tests of the harness: one drops repeats, one counts with timers.

#ifndef TEND_COMMON_TESTING_STREAM_PROCESSORS_H_
#define TEND_COMMON_TESTING_STREAM_PROCESSORS_H_

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/stream/journaled_map.h"
#include "common/stream/processor.h"

namespace tend::stream {

// test.in (key, value = id) -> test.events (key, id): each id once. The value "bad" is rejected.
// State (test.dedupe-state): id -> "".
class DedupeProcessor final : public Processor {
 public:
  Outcome Process(const Record& record, Context& context) override;
  absl::Status Restore(absl::string_view key, std::optional<absl::string_view> value) override;
  void FlushChanges(ChangelogSink sink) override;
  void Commit() override { seen_.Commit(); }
  void Rollback() override { seen_.Rollback(); }

  std::map<std::string, std::string> Snapshot() const;

 private:
  JournaledFlatMap<std::string, bool> seen_;
};

// test.events (key, id) -> test.counts (key, "id 1", "id 2" ...), and `kCountSpan` after a key's
// first record "closed 2", whereupon it starts anew. Every output ends in " @" and the batch's now
// in unix nanoseconds. State (test.count-state): key -> "count due".
class CountProcessor final : public Processor {
 public:
  static constexpr absl::Duration kCountSpan = absl::Seconds(10);

  Outcome Process(const Record& record, Context& context) override;
  void OnTime(Context& context) override;
  absl::Time NextDue() const override;
  absl::Status Restore(absl::string_view key, std::optional<absl::string_view> value) override;
  void Restored() override;
  void FlushChanges(ChangelogSink sink) override;
  void Commit() override { counts_.Commit(); }
  void Rollback() override;

  std::map<std::string, std::string> Snapshot() const;

 private:
  struct Count {
    int64_t count = 0;
    absl::Time due;
  };

  static std::string Encode(const Count& count);

  JournaledMap<std::string, Count> counts_;
  std::set<std::pair<absl::Time, std::string>> due_;
};

ProcessorSpec DedupeSpec();
ProcessorSpec CountSpec();

}  // namespace tend::stream

#endif  // TEND_COMMON_TESTING_STREAM_PROCESSORS_H_
