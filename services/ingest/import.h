// One import: a file's bytes, read by a mapping as they come, into the log. Bounded memory, however
// long the file.

#ifndef TEND_SERVICES_INGEST_IMPORT_H_
#define TEND_SERVICES_INGEST_IMPORT_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/digest.h"
#include "services/ingest/connectors/reader.h"
#include "services/ingest/connectors/row_mapper.h"
#include "services/ingest/import_ledger.h"
#include "services/ingest/intake.h"
#include "services/ingest/publisher.h"
#include "tend/v1/ingest_service.pb.h"

namespace tend::ingest {

// Begin, Feed..., End; an error ends it. For one thread.
class Import {
 public:
  // All outlive the import. response: filled as it goes on, complete after End.
  Import(absl::Time now, Publisher& publisher, ImportLedger& ledger,
         v1::ImportListResponse* response);

  // Errors: INVALID_ARGUMENT and NOT_FOUND of the header; ALREADY_EXISTS when it tells the bytes'
  // hash and they came before.
  absl::Status Begin(const v1::ImportListHeader& header);
  // Errors: INVALID_ARGUMENT when no mapping fits the first bytes; UNAVAILABLE: send all again.
  absl::Status Feed(absl::string_view bytes);
  // Errors: as Feed; ALREADY_EXISTS; INVALID_ARGUMENT when the hash is another than the header's.
  absl::Status End();

 private:
  absl::Status ReadBy(const v1::Mapping& mapping);
  absl::Status RefuseRepeat(const std::string& sha256);
  absl::Status ReadAll();
  absl::Status Publish();
  void Tell(const v1::Reject& reject);
  std::string IdOf(const std::string& sha256) const;

  const absl::Time now_;
  Publisher& publisher_;
  ImportLedger& ledger_;
  v1::ImportListResponse& response_;
  Intake intake_;
  v1::ImportListHeader header_;
  MappingOptions options_;
  std::unique_ptr<InteractionReader> reader_;  // null until the mapping is known
  std::string mapping_bytes_;
  std::string import_id_;  // empty where the header does not tell the bytes' hash
  bool list_ = false;
  ReadItem item_;
  StreamingSha256 hash_;
  std::map<int, v1::Position> last_;  // by partition
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_IMPORT_H_
