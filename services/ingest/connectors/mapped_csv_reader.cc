#include "services/ingest/connectors/mapped_csv_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ingest/connectors/csv_header.h"
#include "services/ingest/connectors/csv_reader.h"
#include "services/ingest/connectors/text_decoder.h"
#include "services/ingest/domain/reject.h"

namespace tend::ingest {
namespace {

class MappedCsvReader final : public InteractionReader {
 public:
  MappedCsvReader(v1::CsvFormat format, std::string file, std::unique_ptr<RowMapper> mapper)
      : format_(std::move(format)),
        file_(std::move(file)),
        mapper_(std::move(mapper)),
        decoder_(format_.encoding()),
        cells_(mapper_->slots().size()),
        columns_(mapper_->slots().size(), kNoColumn) {}

  void Push(absl::string_view bytes) override { Take(decoder_.Decode(bytes)); }

  void Finish() override {
    Take(decoder_.Finish());
    if (state_ == State::kHead) Begin();
    if (csv_ != nullptr) csv_->Finish();
    finished_ = true;
  }

  ReadStep Next(ReadItem* item) override;

  int64_t rows() const override { return rows_; }
  int64_t short_rows() const override { return short_rows_; }
  int64_t first_short_line() const override { return first_short_line_; }

 private:
  // kHead: collects the first bytes; kPreamble: skips to the header row; kNoHeader: says so once.
  enum class State { kHead, kNoHeader, kPreamble, kRows, kEnd };
  static constexpr int kNoColumn = -1;
  static constexpr int kLineSlot = -2;
  static constexpr int kRowSlot = -3;

  void Take(absl::string_view utf8);
  void Begin();
  void Bind();
  ReadStep Reject(const Fault& fault, absl::string_view raw, int64_t line, ReadItem* item);
  std::optional<Fault> Use(const CsvRow& row);
  bool IsFooter(const CsvRow& row) const;

  const v1::CsvFormat format_;
  const std::string file_;
  const std::unique_ptr<RowMapper> mapper_;
  TextDecoder decoder_;
  State state_ = State::kHead;
  bool finished_ = false;
  std::string head_;  // the first bytes; the reader is given them once the header is known
  CsvHeader header_;
  std::unique_ptr<CsvReader> csv_;
  CsvRow row_;
  std::vector<absl::string_view> cells_;  // of mapper_->slots()
  std::vector<int> columns_;              // where each of them stands in a row
  char line_text_[24];
  char row_text_[24];
  int64_t rows_ = 0;
  int64_t short_rows_ = 0;
  int64_t first_short_line_ = 0;
};

void MappedCsvReader::Take(absl::string_view utf8) {
  if (state_ == State::kHead) {
    head_.append(utf8.data(), utf8.size());
    if (head_.size() >= kHeadBytes) Begin();
  } else if (csv_ != nullptr && state_ != State::kEnd) {
    csv_->Push(utf8);
  }
}

// The head is complete: looks for the header.
void MappedCsvReader::Begin() {
  const std::optional<CsvHeader> header = FindCsvHeader(head_, format_);
  if (!header.has_value()) {
    state_ = head_.empty() ? State::kEnd : State::kNoHeader;
    return;
  }
  header_ = *header;
  Bind();
  csv_ = std::make_unique<CsvReader>(header_.separator, header_.newline);
  csv_->Push(head_);
  state_ = header_.line == 0 ? State::kRows : State::kPreamble;
}

void MappedCsvReader::Bind() {
  for (size_t i = 0; i < columns_.size(); ++i) {
    const std::string& slot = mapper_->slots()[i];
    const auto found =
        std::find(header_.columns.begin(), header_.columns.end(), NormalizeName(slot));
    if (slot == "$line") {
      columns_[i] = kLineSlot;
    } else if (slot == "$row") {
      columns_[i] = kRowSlot;
    } else if (found != header_.columns.end()) {
      columns_[i] = static_cast<int>(found - header_.columns.begin());
    }
  }
}

ReadStep MappedCsvReader::Next(ReadItem* item) {
  if (mapper_->Take(item)) return ReadStep::kInteraction;
  Fault fault;
  while (state_ == State::kPreamble || state_ == State::kRows) {
    const CsvReader::Step step = csv_->Next(&row_, &fault);
    if (step == CsvReader::Step::kNeedBytes) return ReadStep::kNeedBytes;
    if (step == CsvReader::Step::kEnd || (step == CsvReader::Step::kRow && IsFooter(row_))) {
      state_ = State::kEnd;
      break;
    }
    if (state_ == State::kPreamble) {
      if (row_.line >= header_.line) state_ = State::kRows;
      continue;
    }
    if (step == CsvReader::Step::kFault) {
      ++rows_;
      return Reject(fault, row_.raw, row_.line, item);
    }
    const std::optional<Fault> bad = Use(row_);
    if (bad.has_value()) return Reject(*bad, row_.raw, row_.line, item);
    if (mapper_->Take(item)) return ReadStep::kInteraction;
  }
  if (state_ == State::kHead) return ReadStep::kNeedBytes;
  if (state_ == State::kNoHeader) {
    state_ = State::kEnd;
    return Reject({v1::REJECT_REASON_COLUMN_MISSING, absl::StrJoin(format_.header(), ", "),
                   absl::StrCat("no row among the first ", kMaxHeaderRow,
                                " names these columns of the mapping")},
                  head_, 1, item);
  }
  mapper_->Finish();
  if (mapper_->Take(item)) return ReadStep::kInteraction;
  return finished_ ? ReadStep::kEnd : ReadStep::kNeedBytes;
}

std::optional<Fault> MappedCsvReader::Use(const CsvRow& row) {
  const size_t columns = header_.columns.size();
  const auto filled = [](absl::string_view cell) { return !cell.empty(); };
  if (std::none_of(row.cells.begin(), row.cells.end(), filled)) return std::nullopt;
  ++rows_;
  if (row.cells.size() > columns &&
      std::any_of(row.cells.begin() + static_cast<std::ptrdiff_t>(columns), row.cells.end(),
                  filled)) {
    return Fault{v1::REJECT_REASON_MALFORMED, "",
                 absl::StrCat(row.cells.size(), " cells under ", columns, " columns")};
  }
  if (row.cells.size() < columns && ++short_rows_ == 1) first_short_line_ = row.line;
  for (size_t i = 0; i < cells_.size(); ++i) {
    const int column = columns_[i];
    if (column >= 0) {
      const size_t at = static_cast<size_t>(column);
      cells_[i] = at < row.cells.size() ? row.cells[at] : absl::string_view();
    } else if (column != kNoColumn) {
      char(&text)[24] = column == kLineSlot ? line_text_ : row_text_;
      const int64_t number = column == kLineSlot ? row.line : rows_;
      const char* end = std::to_chars(text, text + sizeof(text), number).ptr;
      cells_[i] = absl::string_view(text, static_cast<size_t>(end - text));
    }
  }
  return mapper_->Map({cells_, row.raw, row.line});
}

ReadStep MappedCsvReader::Reject(const Fault& fault, absl::string_view raw, int64_t line,
                                 ReadItem* item) {
  item->line = line;
  item->raw = raw;
  item->reject = RejectOf(fault, raw, file_, line);
  return ReadStep::kReject;
}

// Its only filled cell is the first, and begins as the mapping says.
bool MappedCsvReader::IsFooter(const CsvRow& row) const {
  if (format_.footer().empty() || row.cells.empty()) return false;
  const auto filled = [](absl::string_view cell) { return !cell.empty(); };
  if (std::any_of(row.cells.begin() + 1, row.cells.end(), filled)) return false;
  return std::any_of(
      format_.footer().begin(), format_.footer().end(),
      [&row](const std::string& begin) { return absl::StartsWith(row.cells[0], begin); });
}

}  // namespace

std::unique_ptr<InteractionReader> MakeMappedCsvReader(v1::CsvFormat format, std::string file,
                                                       std::unique_ptr<RowMapper> mapper) {
  return std::make_unique<MappedCsvReader>(std::move(format), std::move(file), std::move(mapper));
}

}  // namespace tend::ingest
