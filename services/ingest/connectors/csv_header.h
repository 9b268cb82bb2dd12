// Finds out how a CSV file is written: its separator, and the row that names its columns.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_CSV_HEADER_H_
#define TEND_SERVICES_INGEST_CONNECTORS_CSV_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tend/v1/mapping.pb.h"

namespace tend::ingest {

// The header row is among the first so many rows; a preamble stands before it.
inline constexpr int kMaxHeaderRow = 10;
// The first bytes of a file are enough to find it.
inline constexpr size_t kHeadBytes = 64 * 1024;

struct CsvHeader {
  char separator = ',';
  char newline = '\n';               // '\r' in files of old Macs
  int64_t line = 0;                  // of the header row; 0: the mapping names the columns
  std::vector<std::string> columns;  // by NormalizeName; a second "email" is "email (2)"
};

// Trimmed, case-folded, in Unicode's normal form C: names are compared in this form.
std::string NormalizeName(absl::string_view name);

// The header that `format` asks for, or nullopt when no row has all of its names.
// head: the first kHeadBytes of the file, in UTF-8, or all of it.
std::optional<CsvHeader> FindCsvHeader(absl::string_view head, const v1::CsvFormat& format);

// The fullest of the first rows, for a message about a file that nothing fits.
std::vector<std::string> GuessColumns(absl::string_view head);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_CSV_HEADER_H_
