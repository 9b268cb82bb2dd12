#include "services/ingest/connectors/csv_reader.h"

#include <simdjson.h>

#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingest/connectors/reader.h"
#include "services/ingest/files/file_source.h"

namespace tend::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Rows as "line: a|b|c", faults as "line! detail".
std::vector<std::string> Rows(absl::string_view text, size_t chunk = 1 << 20, char separator = ',',
                              char newline = '\n') {
  CsvReader reader(separator, newline);
  std::vector<std::string> out;
  CsvRow row;
  Fault fault;
  std::string piece;
  while (true) {
    switch (reader.Next(&row, &fault)) {
      case CsvReader::Step::kNeedBytes:
        piece = std::string(text.substr(0, chunk));
        text.remove_prefix(piece.size());
        piece.empty() ? reader.Finish() : reader.Push(piece);
        break;
      case CsvReader::Step::kRow:
        out.push_back(absl::StrCat(row.line, ": ", absl::StrJoin(row.cells, "|")));
        break;
      case CsvReader::Step::kFault:
        out.push_back(absl::StrCat(row.line, "! ", fault.detail));
        break;
      case CsvReader::Step::kEnd:
        return out;
    }
  }
}

TEST(CsvReaderTest, ReadsQuotesAndLineBreaksWhateverTheChunk) {
  const std::string text = "a,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\n\n  c  ,\n";
  for (const size_t chunk : {1, 3, 8, 1000}) {
    EXPECT_THAT(Rows(text, chunk), ElementsAre("1: a|b", "2: x, \"y\"|two\nlines", "5: c|"));
  }
}

TEST(CsvReaderTest, TheLastRowNeedsNoNewline) {
  EXPECT_THAT(Rows("a\nb"), ElementsAre("1: a", "2: b"));
  EXPECT_THAT(Rows(""), ElementsAre());
  EXPECT_THAT(Rows("\n\r\n \n"), ElementsAre());
}

TEST(CsvReaderTest, OldMacsEndTheirLinesWithCr) {
  EXPECT_THAT(Rows("a,b\rc,d\r", 1000, ',', '\r'), ElementsAre("1: a|b", "2: c|d"));
  EXPECT_THAT(Rows("a\rb\nc\n"), ElementsAre(HasSubstr("1! a carriage return"), "2: c"));
}

TEST(CsvReaderTest, AnOpenQuoteCostsOneLine) {
  for (const size_t chunk : {1, 1000}) {
    EXPECT_THAT(Rows("a,b\n\"oops,c\nd,e\nf,g\n", chunk),
                ElementsAre("1: a|b", "2! a quote is opened and not closed", "3: d|e", "4: f|g"));
  }
  std::string text = "\"oops\n";
  for (size_t i = 0; i < 2 * kMaxRowLines; ++i) absl::StrAppend(&text, "a,b\n");
  const std::vector<std::string> rows = Rows(text);
  ASSERT_EQ(rows.size(), 1 + 2 * kMaxRowLines);
  EXPECT_EQ(rows.back(), absl::StrCat(1 + 2 * kMaxRowLines, ": a|b"));
}

TEST(CsvReaderTest, ATooLongLineIsOneFault) {
  const std::string longest(kMaxRowBytes + 1, 'x');
  EXPECT_THAT(Rows(absl::StrCat("a\n", longest, "\nb\n")),
              ElementsAre("1: a", HasSubstr("2! a line of over"), "3: b"));
  EXPECT_THAT(Rows(absl::StrCat("\"open\n", longest, "\nb\n")),
              ElementsAre(HasSubstr("1! a quote"), HasSubstr("2! a line of over"), "3: b"));
}

TEST(CsvReaderTest, BytesThatAreNotUtf8AreAFault) {
  EXPECT_THAT(Rows("a\nZo\xEB\nb\n"), ElementsAre("1: a", HasSubstr("2! not UTF-8"), "3: b"));
}

// csv_spectrum's expected JSON as our rows. `keys` come from the CSV's own first row.
std::vector<std::string> Expected(const std::string& json_file) {
  simdjson::dom::parser parser;
  std::vector<std::string> out;
  for (simdjson::dom::object object : parser.load(json_file).get_array()) {
    std::vector<std::string> cells;
    for (const auto& [key, value] : object) cells.emplace_back(std::string_view(value));
    out.push_back(absl::StrJoin(cells, "|"));
  }
  return out;
}

TEST(CsvReaderTest, ReadsCsvSpectrum) {
  const std::string folder = "../shared/data/csv_spectrum";
  if (const absl::Status here = ReadWholeFile(folder + "/csvs/simple.csv").status(); !here.ok()) {
    std::cout << "not run: " << here.message() << "\n";
    return;
  }
  for (const char* name :
       {"comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines",
        "newlines_crlf", "quotes_and_newlines", "simple", "simple_crlf", "utf8"}) {
    std::string text = ReadWholeFile(absl::StrCat(folder, "/csvs/", name, ".csv")).value();
    // Stored with LF, against its name and its JSON.
    if (absl::string_view(name) == "newlines_crlf") {
      text = absl::StrReplaceAll(text, {{"\n", "\r\n"}});
    }
    std::vector<std::string> rows = Rows(text);
    ASSERT_FALSE(rows.empty()) << name;
    rows.erase(rows.begin());
    for (std::string& row : rows) row.erase(0, row.find(": ") + 2);
    EXPECT_EQ(rows, Expected(absl::StrCat(folder, "/json/", name, ".json"))) << name;
  }
}

}  // namespace
}  // namespace tend::ingest
