// Reject values of ingest, made in one place so that all are bounded and free of personal data.

#ifndef TEND_SERVICES_INGEST_DOMAIN_REJECT_H_
#define TEND_SERVICES_INGEST_DOMAIN_REJECT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "tend/v1/reason.pb.h"
#include "tend/v1/reject.pb.h"

namespace tend::ingest {

// What a Reject keeps of the bytes as they came; longer ones are cut and flagged (design.md section
// 3).
inline constexpr size_t kMaxRejectBytes = 512 * 1024;

// What is wrong with one row or interaction, before it is known where it stood.
struct Fault {
  v1::RejectReason reason = v1::REJECT_REASON_UNSPECIFIED;
  std::string field;   // a column, a JSON pointer, a protobuf path; empty: the whole record
  std::string detail;  // what, which range; never the value itself where it may be personal
};

// The fault as a message. bytes: as they came; copied, at most kMaxRejectBytes of them.
// The place and reject_time stay empty. service: "ingest".
v1::Reject RejectOf(const Fault& fault, absl::string_view bytes);

// The same with its place in a file. file: its name without its folder; line: from 1.
v1::Reject RejectOf(const Fault& fault, absl::string_view bytes, absl::string_view file,
                    int64_t line);

// One row of an import, or of what came by another door. Views that live for the call they are
// passed to.
struct FileRow {
  absl::string_view file = {};       // its name without its folder; or the door and who came by it
  absl::string_view import_id = {};  // empty: not known yet, or no import
  int64_t line = 0;                  // from 1
  absl::string_view bytes = {};      // as they came; empty: the interaction's own
  bool of_list = false;              // Mapping.list: it says who there is, not when
};

// The reject is of this row: its place and, where there are any, its bytes, at most kMaxRejectBytes
// of them.
void SetRow(const FileRow& row, v1::Reject& reject);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_DOMAIN_REJECT_H_
