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

// (key, value = id) -> (key, id): each id once. The value "bad" is rejected. State: id -> "".
class DedupeProcessor final : public Processor {
 public:
  explicit DedupeProcessor(std::string output) : output_(std::move(output)) {}

  Outcome Process(const Record& record, Context& context) override;
  absl::Status Restore(absl::string_view key, std::optional<absl::string_view> value) override;
  void FlushChanges(ChangelogSink sink) override;
  void Commit() override { seen_.Commit(); }
  void Rollback() override { seen_.Rollback(); }

  std::map<std::string, std::string> Snapshot() const;

 private:
  const std::string output_;
  JournaledFlatMap<std::string, bool> seen_;
};

// (key, id) -> (key, "id 1"), (key, "id 2") ..., and `span` after a key's first record "closed 2",
// whereupon it starts anew. Every output ends in " @" and the batch's now in unix nanoseconds.
// State: key -> "count due".
class CountProcessor final : public Processor {
 public:
  CountProcessor(std::string output, absl::Duration span)
      : output_(std::move(output)), span_(span) {}

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

  const std::string output_;
  const absl::Duration span_;
  JournaledMap<std::string, Count> counts_;
  std::set<std::pair<absl::Time, std::string>> due_;
};

// Their changelogs are test.dedupe-state and test.count-state.
ProcessorSpec DedupeSpec(const std::string& input, const std::string& output);
ProcessorSpec CountSpec(const std::string& input, const std::string& output, absl::Duration span);

}  // namespace tend::stream

#endif  // TEND_COMMON_TESTING_STREAM_PROCESSORS_H_
