// Cuts a stream of bytes into lines. Pure, bounded, and without a copy for lines that lie within
// one chunk.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_LINE_READER_H_
#define TEND_SERVICES_INGEST_CONNECTORS_LINE_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace tend::ingest {

struct Line {
  absl::string_view text;  // without its newline, with a CR before it; lives until the next call
  int64_t number = 0;      // from 1
};

class LineReader {
 public:
  enum class Step { kLine, kTooLong, kNeedBytes, kEnd };

  // max_bytes: a longer line is kTooLong, with its first max_bytes as text; the rest is skipped.
  // newline: what ends a line; '\r' for files of old Macs.
  explicit LineReader(size_t max_bytes, char newline = '\n')
      : max_bytes_(max_bytes), newline_(newline) {}

  // REQUIRES: Next said kNeedBytes, or nothing was called yet. The bytes must stay until it does so
  // again.
  void Push(absl::string_view bytes);
  void Finish() { finished_ = true; }
  Step Next(Line* line);

  // The line's text is followed by this many readable bytes: as simdjson wants it.
  static constexpr size_t kPadding = 64;

 private:
  Step Give(absl::string_view text, Line* line);
  Step GiveCarry(Line* line);
  Step TakeRest(Line* line);

  const size_t max_bytes_;
  const char newline_;
  absl::string_view bytes_;  // of the last Push, not yet given
  std::string carry_;  // the beginning of a line whose end is in the next chunk; or a padded copy
  bool carrying_ = false;
  bool skipping_ = false;  // inside a line that was too long
  bool finished_ = false;
  int64_t number_ = 0;
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_LINE_READER_H_
