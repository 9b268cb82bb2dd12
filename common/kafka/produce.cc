#include "common/kafka/produce.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/kafka/errors.h"

namespace tend::kafka {
namespace {

// A null pointer means "none" to the library, and absl has it for an empty view, too.
const char* DataOf(const std::optional<absl::string_view>& bytes) {
  if (!bytes.has_value()) return nullptr;
  return bytes->data() != nullptr ? bytes->data() : "";
}

size_t SizeOf(const std::optional<absl::string_view>& bytes) {
  return bytes.has_value() ? bytes->size() : 0;
}

}  // namespace

absl::Status ProduceRecord(Client& client, const stream::NewRecord& record, void* opaque) {
  TEND_ASSIGN_OR_RETURN(Topic * topic, client.FindTopic(record.topic));
  int partition = RD_KAFKA_PARTITION_UA;
  if (record.partition.has_value()) {
    partition = *record.partition;
    if (partition < 0 || partition >= topic->partitions) {
      return absl::NotFoundError(absl::StrCat("partition ", record.topic, "/", partition));
    }
  }
  if (rd_kafka_produce(topic->handle.get(), partition, RD_KAFKA_MSG_F_COPY,
                       const_cast<char*>(DataOf(record.value)), SizeOf(record.value),
                       DataOf(record.key), SizeOf(record.key), opaque) == 0) {
    return absl::OkStatus();
  }
  return ToStatus(rd_kafka_last_error(), absl::StrCat("writing to ", record.topic));
}

}  // namespace tend::kafka
