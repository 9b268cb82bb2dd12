// Tables for people.

#ifndef TEND_SERVICES_CLI_TABLE_H_
#define TEND_SERVICES_CLI_TABLE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "services/cli/terminal.h"

namespace tend::cli {

struct Column {
  std::string title;
  // Numbers stand right.
  bool right = false;
  // It gives way when the table is too wide, down to so many columns; 0: it never does.
  int least = 0;
};

struct Cell {
  Cell(std::string words) : text(std::move(words)) {}  // NOLINT(google-explicit-constructor)
  Cell(const char* words) : text(words) {}             // NOLINT(google-explicit-constructor)
  Cell(std::string words, Tone meaning) : text(std::move(words)), tone(meaning) {}

  std::string text;
  Tone tone = Tone::kPlain;
};

// Rows under titles, two spaces between columns, as wide as its widest cells. Where it is wider
// than the style allows, the columns that may give way are cut, the widest first. Cells are made
// Printable.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // Missing cells at the end are empty. REQUIRES: no more cells than columns.
  void AddRow(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }

  // The lines, each with its end; without trailing spaces. Titles only when there is any row.
  std::string Format(const TerminalStyle& style) const;

 private:
  std::vector<int> Widths(const TerminalStyle& style) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// "1,234,567".
std::string WithCommas(int64_t number);
// "1 row", "1,200 rows".
std::string Counted(int64_t count, const char* what);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TABLE_H_
