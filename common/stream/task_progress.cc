#include "common/stream/task_progress.h"

#include "absl/strings/str_cat.h"
#include "tend/v1/task_progress.pb.h"

namespace tend::stream {
namespace {

constexpr int kSchemaVersion = 1;

}  // namespace

std::string EncodeTaskProgress(const TaskProgress& progress) {
  v1::TaskProgress message;
  message.set_schema_version(kSchemaVersion);
  for (const TaskProgress::Input& input : progress.inputs) {
    v1::InputProgress& encoded = *message.add_inputs();
    encoded.set_topic(input.topic);
    encoded.set_next_offset(input.next.value());
  }
  const int64_t seconds = absl::ToUnixSeconds(progress.now);
  message.mutable_now_time()->set_seconds(seconds);
  message.mutable_now_time()->set_nanos(
      static_cast<int32_t>((progress.now - absl::FromUnixSeconds(seconds)) / absl::Nanoseconds(1)));
  return message.SerializeAsString();
}

absl::StatusOr<TaskProgress> DecodeTaskProgress(absl::string_view bytes) {
  v1::TaskProgress message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a task's progress cannot be read");
  }
  if (message.schema_version() != kSchemaVersion) {
    return absl::DataLossError(absl::StrCat("a task's progress has schema version ",
                                            message.schema_version(), ", this program knows ",
                                            kSchemaVersion));
  }
  TaskProgress progress;
  for (const v1::InputProgress& input : message.inputs()) {
    progress.inputs.push_back({input.topic(), Offset(input.next_offset())});
  }
  progress.now = absl::FromUnixSeconds(message.now_time().seconds()) +
                 absl::Nanoseconds(message.now_time().nanos());
  return progress;
}

}  // namespace tend::stream
