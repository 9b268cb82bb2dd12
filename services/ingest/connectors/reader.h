// What turns the bytes of one file into interactions, whatever its format. Pure: the caller brings
// the bytes.
//
//   while (true) {
//     switch (reader->Next(&item)) {
//       case ReadStep::kNeedBytes: more ? reader->Push(chunk) : reader->Finish(); break;
//       case ReadStep::kInteraction: use(item.interaction); break;
//       case ReadStep::kReject: use(item.reject); break;
//       case ReadStep::kIgnored: break;
//       case ReadStep::kEnd: return;
//     }
//   }
//
// Memory is bounded by one chunk, one row (kMaxRowBytes) and one group of rows, however long the
// file.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_READER_H_
#define TEND_SERVICES_INGEST_CONNECTORS_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "tend/v1/interaction.pb.h"
#include "tend/v1/reject.pb.h"

namespace tend::ingest {

// A longer row is one reject, TOO_LARGE. Twice what a Reject keeps; an interaction has at most 256
// KiB.
inline constexpr size_t kMaxRowBytes = 1024 * 1024;

enum class ReadStep {
  kInteraction,  // item.interaction is set
  kReject,       // item.reject is set
  kIgnored,      // a fact unknown here, which its sender marked ignorable
  kNeedBytes,    // call Push or Finish
  kEnd,          // after Finish: nothing is left
};

// Reuse one object: its strings and parties keep their memory.
struct ReadItem {
  v1::Interaction interaction;
  v1::Reject reject;
  int64_t line = 0;  // the first line of the row, from 1; several interactions may have the same
  absl::string_view raw;  // the row as it came (a group's first row); lives until the next call
};

class InteractionReader {
 public:
  virtual ~InteractionReader() = default;

  // The next bytes of the file, cut anywhere. They must stay until Next says kNeedBytes again.
  // REQUIRES: Next said kNeedBytes, or nothing was called yet.
  virtual void Push(absl::string_view bytes) = 0;

  // No more bytes will come.
  virtual void Finish() = 0;

  virtual ReadStep Next(ReadItem* item) = 0;

  // Rows seen so far, good and bad, without headers and blank lines.
  virtual int64_t rows() const = 0;

  // Rows with fewer cells than the header: read as if the missing ones were empty. And the first
  // such line; 0: none.
  virtual int64_t short_rows() const { return 0; }
  virtual int64_t first_short_line() const { return 0; }
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_READER_H_
