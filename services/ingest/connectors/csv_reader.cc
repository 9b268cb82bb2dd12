#include "services/ingest/connectors/csv_reader.h"

#include <csv.h>
#include <simdjson.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"
#include "services/ingest/connectors/reader.h"

namespace tend::ingest {

// libcsv's state and the cells it has told so far: their bytes one after the other, and where each
// ends.
struct CsvReader::Parser {
  explicit Parser(char separator) : separator_char(separator) { Start(); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() { csv_free(&csv); }

  void Start() {
    TEND_CHECK(csv_init(&csv, 0) == 0);
    csv_set_delim(&csv, static_cast<unsigned char>(separator_char));
    Clear();
  }
  void Restart() {
    csv_free(&csv);
    Start();
  }
  void Clear() {
    bytes.clear();
    ends.clear();
    rows = 0;
  }
  void Parse(absl::string_view text) {
    // Fails only without memory: csv_init has asked for no strictness.
    TEND_CHECK(csv_parse(&csv, text.data(), text.size(), &OnCell, &OnRow, this) == text.size());
  }
  static void OnCell(void* cell, size_t size, void* self) {
    auto* parser = static_cast<Parser*>(self);
    parser->bytes.append(static_cast<const char*>(cell), size);
    parser->ends.push_back(parser->bytes.size());
  }
  static void OnRow(int, void* self) { ++static_cast<Parser*>(self)->rows; }

  const char separator_char;
  csv_parser csv;
  std::string bytes;
  std::vector<size_t> ends;
  int rows = 0;  // ended since Clear
};

CsvReader::CsvReader(char separator, char newline)
    : lines_(kMaxRowBytes, newline), parser_(std::make_unique<Parser>(separator)) {}
CsvReader::~CsvReader() = default;

CsvReader::Step CsvReader::Next(CsvRow* row, Fault* fault) {
  if (kept_.empty()) parser_->Clear();
  Line line;
  while (true) {
    const Step step = NextLine(&line);
    if (step == Step::kNeedBytes) return step;
    if (step == Step::kEnd) return kept_.empty() ? step : GiveUpFirstLine(row, fault);
    if (step == Step::kFault) {
      kept_.push_back({std::string(line.text), line.number, /*cut=*/true});
      return GiveUpFirstLine(row, fault);
    }
    const bool complete = Feed(line.text);
    if (complete && kept_.empty()) {
      row->raw = absl::StripSuffix(line.text, "\r");
      row->line = line.number;
      return EndRow(row, fault);
    }
    const bool in_quotes = !complete && line.text.find('"') != absl::string_view::npos;
    if (kept_.empty() && !in_quotes) continue;  // a blank line
    kept_.push_back({std::string(line.text), line.number});
    kept_bytes_ += line.text.size() + 1;
    if (complete) return EndKeptRow(row, fault);
    if (kept_.size() > kMaxRowLines || kept_bytes_ > kMaxRowBytes) {
      return GiveUpFirstLine(row, fault);
    }
  }
}

// kRow: a line; kFault: the beginning of one that is too long.
CsvReader::Step CsvReader::NextLine(Line* line) {
  if (!again_.empty()) {
    current_ = std::move(again_.front());
    again_.pop_front();
    *line = {current_.text, current_.number};
    return current_.cut ? Step::kFault : Step::kRow;
  }
  switch (lines_.Next(line)) {
    case LineReader::Step::kLine:
      return Step::kRow;
    case LineReader::Step::kTooLong:
      return Step::kFault;
    case LineReader::Step::kNeedBytes:
      return Step::kNeedBytes;
    case LineReader::Step::kEnd:
      break;
  }
  return Step::kEnd;
}

// Whether a row ended with this line.
bool CsvReader::Feed(absl::string_view text) {
  parser_->Parse(text);
  parser_->Parse("\n");
  return parser_->rows > 0;
}

CsvReader::Step CsvReader::EndKeptRow(CsvRow* row, Fault* fault) {
  raw_.clear();
  for (const KeptLine& line : kept_) absl::StrAppend(&raw_, line.text, "\n");
  row->raw = absl::StripSuffix(absl::StripSuffix(raw_, "\n"), "\r");
  row->line = kept_[0].number;
  kept_.clear();
  kept_bytes_ = 0;
  return EndRow(row, fault);
}

CsvReader::Step CsvReader::EndRow(CsvRow* row, Fault* fault) {
  row->cells.clear();
  size_t begin = 0;
  for (const size_t end : parser_->ends) {
    row->cells.push_back(absl::string_view(parser_->bytes).substr(begin, end - begin));
    begin = end;
  }
  if (parser_->rows > 1) {
    *fault = {v1::REJECT_REASON_MALFORMED, "", "a carriage return within the line"};
    return Step::kFault;
  }
  if (!simdjson::validate_utf8(row->raw.data(), row->raw.size())) {
    *fault = {v1::REJECT_REASON_MALFORMED, "", "not UTF-8 (see CsvFormat.encoding)"};
    return Step::kFault;
  }
  return Step::kRow;
}

// The row cannot end well: its first line is the fault, the others are read again as rows of their
// own.
CsvReader::Step CsvReader::GiveUpFirstLine(CsvRow* row, Fault* fault) {
  if (kept_[0].cut) {
    *fault = {v1::REJECT_REASON_TOO_LARGE, "",
              absl::StrCat("a line of over ", kMaxRowBytes, " bytes")};
  } else {
    *fault = {v1::REJECT_REASON_MALFORMED, "", "a quote is opened and not closed"};
  }
  raw_ = std::move(kept_[0].text);
  row->raw = raw_;
  row->line = kept_[0].number;
  row->cells.clear();
  for (size_t i = kept_.size(); i-- > 1;) again_.push_front(std::move(kept_[i]));
  kept_.clear();
  kept_bytes_ = 0;
  parser_->Restart();
  return Step::kFault;
}

}  // namespace tend::ingest
