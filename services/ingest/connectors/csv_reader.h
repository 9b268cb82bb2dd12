// Cuts UTF-8 text into rows of cells, by libcsv: quotes, doubled quotes, line breaks inside quotes,
// CR, LF and CRLF. Blanks around a cell without quotes are dropped. Pure, bounded, pulled row by
// row.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_CSV_READER_H_
#define TEND_SERVICES_INGEST_CONNECTORS_CSV_READER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/ingest/connectors/line_reader.h"
#include "services/ingest/domain/reject.h"

namespace tend::ingest {

// A row in quotes that never end would swallow the file: from here on its first line is given up
// and the next ones are read on their own.
inline constexpr size_t kMaxRowLines = 1000;

struct CsvRow {
  std::vector<absl::string_view> cells;  // live until the next call
  absl::string_view raw;                 // without the last newline; lives until the next call
  int64_t line = 0;                      // the first of the row, from 1
};

class CsvReader {
 public:
  enum class Step { kRow, kFault, kNeedBytes, kEnd };

  // newline: '\r' for files of old Macs, whose lines have no LF.
  CsvReader(char separator, char newline);
  ~CsvReader();

  // REQUIRES: Next said kNeedBytes, or nothing was called yet. The bytes must stay until it does so
  // again.
  void Push(absl::string_view utf8) { lines_.Push(utf8); }
  void Finish() { lines_.Finish(); }

  // Blank lines are no rows. Faults: MALFORMED (quotes that do not end, not UTF-8), TOO_LARGE; row
  // has raw and line.
  Step Next(CsvRow* row, Fault* fault);

 private:
  struct Parser;

  Step NextLine(Line* line);
  bool Feed(absl::string_view text);
  Step EndKeptRow(CsvRow* row, Fault* fault);
  Step EndRow(CsvRow* row, Fault* fault);
  Step GiveUpFirstLine(CsvRow* row, Fault* fault);

  LineReader lines_;
  std::unique_ptr<Parser> parser_;

  struct KeptLine {
    std::string text;
    int64_t number = 0;
    bool cut = false;  // the beginning of a line that is too long
  };
  std::deque<KeptLine> again_;  // lines to read before those of lines_
  std::vector<KeptLine> kept_;  // earlier lines of the row being read; empty for rows of one line
  size_t kept_bytes_ = 0;
  KeptLine current_;  // the last one taken from again_
  std::string raw_;
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_CSV_READER_H_
