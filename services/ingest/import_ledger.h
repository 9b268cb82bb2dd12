// Which files were imported, by what they were: so that the same one is refused the second time,
// after a restart and by another instance too. Kept in tend.ingest-state.v1 (compacted).

#ifndef TEND_SERVICES_INGEST_IMPORT_LEDGER_H_
#define TEND_SERVICES_INGEST_IMPORT_LEDGER_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/runtime/mutex.h"
#include "common/stream/log.h"
#include "services/ingest/publisher.h"
#include "tend/v1/import_record.pb.h"

namespace tend::ingest {

inline constexpr char kIngestStateTopic[] = "tend.ingest-state.v1";

// Two that import the same file at the same time both may; what it says twice is dropped
// downstream. Any thread.
class ImportLedger {
 public:
  // Both outlive the ledger.
  ImportLedger(stream::Log& log, Publisher& publisher) : log_(log), publisher_(publisher) {}

  // Reads what was written since the last call, by whomever. nullopt: no such import.
  // Errors: UNAVAILABLE; FAILED_PRECONDITION when the topic is not there, or was written by a newer
  // version.
  absl::StatusOr<std::optional<v1::ImportRecord>> Find(const std::string& import_id);

  // Errors: UNAVAILABLE.
  absl::Status Add(v1::ImportRecord record);

 private:
  absl::Status CatchUp() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status CatchUp(int partition) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status Use(const stream::Record& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  stream::Log& log_;
  Publisher& publisher_;
  Mutex mu_;
  std::map<int, stream::Offset> read_ ABSL_GUARDED_BY(mu_);  // by partition: the next to read
  std::map<std::string, v1::ImportRecord> records_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_IMPORT_LEDGER_H_
