// The harness's own record in a changelog: how far the input had been read when the state was so,
// and the last `now`. It restores with the state and is compared with the group's committed
// offsets.

#ifndef TEND_COMMON_STREAM_TASK_PROGRESS_H_
#define TEND_COMMON_STREAM_TASK_PROGRESS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/stream/record.h"

namespace tend::v1 {
class TaskProgress;
}  // namespace tend::v1

namespace tend::stream {

// Keys that begin with a zero byte are the harness's; processors must not use them, and readers of
// a changelog skip them.
inline constexpr absl::string_view kTaskProgressKey = absl::string_view("\0", 1);
inline bool IsHarnessKey(absl::string_view key) { return !key.empty() && key.front() == '\0'; }

struct TaskProgress {
  struct Input {
    std::string topic;
    Offset next;
  };
  std::vector<Input> inputs;
  absl::Time now = absl::InfinitePast();
};

// Writes tend.v1.TaskProgress again and again into the same memory: it goes with every transaction.
class TaskProgressEncoder {
 public:
  TaskProgressEncoder();
  ~TaskProgressEncoder();

  // The bytes live until the next call. REQUIRES: now is finite.
  absl::string_view Encode(const TaskProgress& progress);

 private:
  std::unique_ptr<v1::TaskProgress> message_;
  std::string bytes_;
};

// Errors: DATA_LOSS for bytes that are none, or of a later version.
absl::StatusOr<TaskProgress> DecodeTaskProgress(absl::string_view bytes);

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_TASK_PROGRESS_H_
