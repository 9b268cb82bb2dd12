#include "services/cli/topics/record_json.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/stream/task_progress.h"
#include "tend/v1/import_record.pb.h"
#include "tend/v1/interaction.pb.h"
#include "tend/v1/moment.pb.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/person_event.pb.h"
#include "tend/v1/reject.pb.h"
#include "tend/v1/relationship.pb.h"

namespace tend::cli {
namespace {

using MessagePtr = std::unique_ptr<google::protobuf::Message>;

// An empty message of what stands at this place; null where it is not known.
MessagePtr MessageFor(absl::string_view topic, absl::string_view key) {
  const auto has = [key](char c) { return key.find(c) != absl::string_view::npos; };
  if (topic == "tend.interactions.v1") return std::make_unique<v1::Interaction>();
  if (topic == "tend.person-events.v1") return std::make_unique<v1::PersonEvent>();
  if (topic == "tend.moments.v1") return std::make_unique<v1::MomentEvent>();
  if (topic == "tend.owner-events.v1") return std::make_unique<v1::OwnerEvent>();
  if (topic == "tend.nudges.v1") return std::make_unique<v1::NudgeChanged>();
  if (topic == "tend.rejects.v1") return std::make_unique<v1::Reject>();
  if (topic == "tend.ingest-state.v1") return std::make_unique<v1::ImportRecord>();
  if (topic == "tend.relationships.v1") {
    return has('/') ? MessagePtr(std::make_unique<v1::Tie>())
                    : MessagePtr(std::make_unique<v1::Relationship>());
  }
  if (topic == "tend.inboxes.v1") {
    return has('\n') ? MessagePtr(std::make_unique<v1::Nudge>())
                     : MessagePtr(std::make_unique<v1::Inbox>());
  }
  return nullptr;
}

std::string JsonText(absl::string_view key) {
  const bool text = std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= ' ' && c < 0x7f && c != '"' && c != '\\') || c == '\n';
  });
  if (!text) return absl::StrCat("\"", absl::BytesToHexString(key), "\"");
  std::string quoted = "\"";
  for (const char c : key) absl::StrAppend(&quoted, c == '\n' ? "\\n" : std::string(1, c));
  return quoted + "\"";
}

}  // namespace

// Not any key that begins with a zero byte: those of interactions are hashes.
bool IsHarnessRecord(const stream::Record& record) {
  return record.key == stream::kTaskProgressKey;
}

absl::StatusOr<std::string> RecordJson(const stream::Record& record) {
  const MessagePtr message = MessageFor(record.topic, record.key);
  if (message == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(record.topic, ": its messages are not known"));
  }
  const std::string type = message->GetDescriptor()->full_name();
  const std::string place =
      absl::StrCat("{\"topic\":\"", record.topic, "\",\"partition\":", record.partition,
                   ",\"offset\":", record.offset.value(), ",\"key\":", JsonText(record.key));
  if (record.tombstone) return absl::StrCat(place, ",\"type\":\"", type, "\",\"value\":null}");
  std::string value;
  if (!message->ParseFromArray(record.value.data(), static_cast<int>(record.value.size())) ||
      !google::protobuf::util::MessageToJsonString(*message, &value).ok()) {
    return absl::StrCat(place, ",\"bytes\":\"", absl::Base64Escape(record.value), "\"}");
  }
  return absl::StrCat(place, ",\"type\":\"", type, "\",\"value\":", value, "}");
}

}  // namespace tend::cli
