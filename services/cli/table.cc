#include "services/cli/table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "services/cli/text_width.h"

namespace tend::cli {
namespace {

constexpr int kGap = 2;

// Takes `excess` columns from those that may give way: always one from the widest that still can.
void Shrink(const std::vector<Column>& columns, int excess, std::vector<int>& widths) {
  for (; excess > 0; --excess) {
    int widest = -1;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].least == 0 || widths[i] <= columns[i].least) continue;
      if (widest < 0 || widths[i] > widths[static_cast<size_t>(widest)]) {
        widest = static_cast<int>(i);
      }
    }
    if (widest < 0) return;
    --widths[static_cast<size_t>(widest)];
  }
}

void AppendCell(const Cell& cell, const Column& column, int width, bool last,
                const TerminalStyle& style, std::string* out) {
  const std::string text = width > 0 ? CutToWidth(cell.text, width) : "";
  const auto padding = static_cast<size_t>(std::max(0, width - DisplayWidth(text)));
  if (column.right) out->append(padding, ' ');
  absl::StrAppend(out, BeginTone(cell.tone, style), text, EndTone(cell.tone, style));
  if (last) return;
  if (!column.right) out->append(padding, ' ');
  out->append(kGap, ' ');
}

// A row's cells up to the last that is not empty: nothing trails.
void AppendRow(const std::vector<Cell>& row, const std::vector<Column>& columns,
               const std::vector<int>& widths, const TerminalStyle& style, std::string* out) {
  size_t count = row.size();
  while (count > 0 && row[count - 1].text.empty()) --count;
  for (size_t i = 0; i < count; ++i) {
    AppendCell(row[i], columns[i], widths[i], i + 1 == count, style, out);
  }
  out->push_back('\n');
}

}  // namespace

void Table::AddRow(std::vector<Cell> cells) {
  TEND_CHECK(cells.size() <= columns_.size());
  for (Cell& cell : cells) cell.text = Printable(cell.text);
  rows_.push_back(std::move(cells));
}

std::vector<int> Table::Widths(const TerminalStyle& style) const {
  std::vector<int> widths;
  for (const Column& column : columns_) widths.push_back(DisplayWidth(column.title));
  for (const std::vector<Cell>& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i].text));
    }
  }
  if (style.columns > 0) {
    int total = kGap * (static_cast<int>(widths.size()) - 1);
    for (const int width : widths) total += width;
    Shrink(columns_, total - style.columns, widths);
  }
  return widths;
}

std::string Table::Format(const TerminalStyle& style) const {
  if (rows_.empty()) return "";
  const std::vector<int> widths = Widths(style);
  std::vector<Cell> titles;
  for (const Column& column : columns_) titles.emplace_back(column.title, Tone::kStrong);
  std::string out;
  AppendRow(titles, columns_, widths, style, &out);
  for (const std::vector<Cell>& row : rows_) AppendRow(row, columns_, widths, style, &out);
  return out;
}

std::string Counted(int64_t count, const char* what) {
  return absl::StrCat(WithCommas(count), " ", what, count == 1 ? "" : "s");
}

std::string WithCommas(int64_t number) {
  const std::string digits = absl::StrCat(number);
  const size_t first = number < 0 ? 1 : 0;
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > first && (digits.size() - i) % 3 == 0) out.push_back(',');
    out.push_back(digits[i]);
  }
  return out;
}

}  // namespace tend::cli
