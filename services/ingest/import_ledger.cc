#include "services/ingest/import_ledger.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace tend::ingest {
namespace {

constexpr int kSchemaVersion = 1;
constexpr absl::Duration kPollWait = absl::Milliseconds(100);

// Whatever the log says, a caller can only try again; without the topic only the operator can.
absl::Status ToCaller(const absl::Status& status) {
  if (status.ok() || absl::IsFailedPrecondition(status)) return status;
  if (absl::IsNotFound(status)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the topic ", kIngestStateTopic, " is missing: run 'tend topics apply'"));
  }
  return absl::UnavailableError(
      absl::StrCat("earlier imports cannot be read, try again: ", status.message()));
}

}  // namespace

absl::StatusOr<std::optional<v1::ImportRecord>> ImportLedger::Find(const std::string& import_id) {
  MutexLock lock(mu_);
  TEND_RETURN_IF_ERROR(publisher_.Check());  // which is sooner told than what asks the log
  TEND_RETURN_IF_ERROR(ToCaller(CatchUp()));
  const auto found = records_.find(import_id);
  if (found == records_.end()) return std::optional<v1::ImportRecord>();
  return std::optional<v1::ImportRecord>(found->second);
}

absl::Status ImportLedger::Add(v1::ImportRecord record) {
  record.set_schema_version(kSchemaVersion);
  const Outgoing outgoing{kIngestStateTopic, record.import_id(), record.SerializeAsString()};
  return publisher_.Publish({&outgoing, 1}).status();
}

absl::Status ImportLedger::CatchUp() {
  TEND_ASSIGN_OR_RETURN(const int partitions, log_.PartitionCount(kIngestStateTopic));
  for (int partition = 0; partition < partitions; ++partition) {
    TEND_RETURN_IF_ERROR(CatchUp(partition));
  }
  return absl::OkStatus();
}

absl::Status ImportLedger::CatchUp(int partition) {
  const stream::TopicPartition place{kIngestStateTopic, partition};
  TEND_ASSIGN_OR_RETURN(const stream::OffsetRange range,
                        log_.Offsets(place, stream::Isolation::kReadCommitted));
  stream::Offset& next = read_[partition];
  next = std::max(next, range.start);
  if (next >= range.end) return absl::OkStatus();
  TEND_ASSIGN_OR_RETURN(const std::unique_ptr<stream::Reader> reader,
                        log_.Open(place, next, stream::Isolation::kReadCommitted));
  stream::PollLimits limits;
  limits.wait = kPollWait;
  std::vector<stream::Record> records;
  while (reader->position() < range.end) {
    TEND_RETURN_IF_ERROR(reader->Poll(limits, records));
    for (const stream::Record& record : records) TEND_RETURN_IF_ERROR(Use(record));
    next = reader->position();
  }
  return absl::OkStatus();
}

absl::Status ImportLedger::Use(const stream::Record& record) {
  if (record.tombstone) {
    records_.erase(std::string(record.key.data(), record.key.size()));
    return absl::OkStatus();
  }
  v1::ImportRecord read;
  if (!read.ParseFromArray(record.value.data(), static_cast<int>(record.value.size())) ||
      read.schema_version() > kSchemaVersion) {
    return absl::FailedPreconditionError(absl::StrCat(kIngestStateTopic, "/", record.partition, "@",
                                                      record.offset.value(),
                                                      " is of no version known here"));
  }
  std::string id = read.import_id();
  records_[std::move(id)] = std::move(read);
  return absl::OkStatus();
}

}  // namespace tend::ingest
