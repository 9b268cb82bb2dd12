#include "services/ingest/connectors/csv_header.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/ingest/connectors/csv_reader.h"

namespace tend::ingest {
namespace {

struct HeadRow {
  int64_t line = 0;
  std::vector<std::string> cells;
};

char NewlineOf(absl::string_view head) {
  const bool old_mac =
      head.find('\n') == absl::string_view::npos && head.find('\r') != absl::string_view::npos;
  return old_mac ? '\r' : '\n';
}

// The first rows, as they are with this separator. Rows at fault are left out.
std::vector<HeadRow> FirstRows(absl::string_view head, char separator) {
  CsvReader reader(separator, NewlineOf(head));
  reader.Push(head);
  reader.Finish();
  std::vector<HeadRow> rows;
  CsvRow row;
  Fault fault;
  for (int i = 0; i < kMaxHeaderRow; ++i) {
    const CsvReader::Step step = reader.Next(&row, &fault);
    if (step == CsvReader::Step::kEnd) break;
    if (step != CsvReader::Step::kRow) continue;
    rows.push_back({row.line, {}});
    for (const absl::string_view cell : row.cells) rows.back().cells.emplace_back(cell);
  }
  return rows;
}

std::string Separators(const v1::CsvFormat& format) {
  return format.separator().empty() ? ",;\t|" : format.separator().substr(0, 1);
}

bool Contains(const std::vector<std::string>& names, absl::string_view alternatives) {
  for (absl::string_view name : absl::StrSplit(alternatives, '|')) {
    if (std::find(names.begin(), names.end(), NormalizeName(name)) != names.end()) return true;
  }
  return false;
}

std::vector<std::string> UniqueNames(const std::vector<std::string>& cells) {
  std::vector<std::string> names;
  for (const std::string& cell : cells) {
    const std::string name = NormalizeName(cell);
    std::string unique = name;
    for (int n = 2; std::find(names.begin(), names.end(), unique) != names.end(); ++n) {
      unique = absl::StrCat(name, " (", n, ")");
    }
    names.push_back(std::move(unique));
  }
  return names;
}

// Without a header row, the separator is the one by which most of the first rows have all columns.
CsvHeader FixedColumns(absl::string_view head, const v1::CsvFormat& format) {
  CsvHeader header;
  header.newline = NewlineOf(head);
  header.columns = UniqueNames({format.columns().begin(), format.columns().end()});
  int64_t most = -1;
  for (const char separator : Separators(format)) {
    const std::vector<HeadRow> rows = FirstRows(head, separator);
    const int64_t fitting = std::count_if(rows.begin(), rows.end(), [&header](const HeadRow& row) {
      return row.cells.size() == header.columns.size();
    });
    if (fitting > most) header.separator = separator;
    most = std::max(most, fitting);
  }
  return header;
}

}  // namespace

std::string NormalizeName(absl::string_view name) {
  name = absl::StripAsciiWhitespace(name);
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFCInstance(error);
  icu::UnicodeString text =
      icu::UnicodeString::fromUTF8({name.data(), static_cast<int>(name.size())});
  text.foldCase();
  if (U_SUCCESS(error)) text = form->normalize(text, error);
  std::string out;
  text.toUTF8String(out);
  return out;
}

std::optional<CsvHeader> FindCsvHeader(absl::string_view head, const v1::CsvFormat& format) {
  if (!format.columns().empty()) return FixedColumns(head, format);
  for (const char separator : Separators(format)) {
    for (const HeadRow& row : FirstRows(head, separator)) {
      CsvHeader header{separator, NewlineOf(head), row.line, UniqueNames(row.cells)};
      const bool fits = std::all_of(
          format.header().begin(), format.header().end(),
          [&header](const std::string& names) { return Contains(header.columns, names); });
      if (fits) return header;
    }
  }
  return std::nullopt;
}

std::vector<std::string> GuessColumns(absl::string_view head) {
  std::vector<std::string> fullest;
  for (const char separator : {',', ';', '\t', '|'}) {
    for (const HeadRow& row : FirstRows(head, separator)) {
      if (row.cells.size() > fullest.size()) fullest = row.cells;
    }
  }
  return fullest;
}

}  // namespace tend::ingest
