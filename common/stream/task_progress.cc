#include "common/stream/task_progress.h"

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "tend/v1/task_progress.pb.h"

namespace tend::stream {
namespace {

constexpr int kSchemaVersion = 1;

}  // namespace

TaskProgressEncoder::TaskProgressEncoder() : message_(std::make_unique<v1::TaskProgress>()) {
  message_->set_schema_version(kSchemaVersion);
}

TaskProgressEncoder::~TaskProgressEncoder() = default;

absl::string_view TaskProgressEncoder::Encode(const TaskProgress& progress) {
  while (message_->inputs_size() < static_cast<int>(progress.inputs.size())) message_->add_inputs();
  for (size_t i = 0; i < progress.inputs.size(); ++i) {
    v1::InputProgress& input = *message_->mutable_inputs(static_cast<int>(i));
    if (input.topic() != progress.inputs[i].topic) input.set_topic(progress.inputs[i].topic);
    input.set_next_offset(progress.inputs[i].next.value());
  }
  const int64_t seconds = absl::ToUnixSeconds(progress.now);
  message_->mutable_now_time()->set_seconds(seconds);
  message_->mutable_now_time()->set_nanos(
      static_cast<int32_t>((progress.now - absl::FromUnixSeconds(seconds)) / absl::Nanoseconds(1)));
  bytes_.clear();
  TEND_CHECK(message_->AppendToString(&bytes_));
  return bytes_;
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
