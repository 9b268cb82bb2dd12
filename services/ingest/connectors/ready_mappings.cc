#include "services/ingest/connectors/ready_mappings.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/check.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "services/ingest/connectors/csv_header.h"
#include "services/ingest/connectors/ready_mapping_texts.h"
#include "services/ingest/connectors/text_decoder.h"

namespace tend::ingest {
namespace {

// Keeps the first error. Lines and columns come from 0.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat(line + 1, ":", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string Names() {
  return absl::StrJoin(ReadyMappings(), ", ", [](std::string* out, const v1::Mapping& mapping) {
    out->append(mapping.name());
  });
}

}  // namespace

absl::StatusOr<v1::Mapping> ParseMapping(const std::string& text, absl::string_view file) {
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  v1::Mapping mapping;
  if (!parser.ParseFromString(text, &mapping)) {
    return absl::InvalidArgumentError(absl::StrCat(file, ":", error.text()));
  }
  if (mapping.name().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": name is empty"));
  }
  return mapping;
}

const std::vector<v1::Mapping>& ReadyMappings() {
  static const std::vector<v1::Mapping>& mappings = *[] {
    auto* parsed = new std::vector<v1::Mapping>;
    for (const ReadyMappingText& ready : ReadyMappingTexts()) {
      absl::StatusOr<v1::Mapping> mapping = ParseMapping(std::string(ready.text), ready.file);
      TEND_CHECK(mapping.ok());  // ready_mappings_test.cc says where it is wrong
      parsed->push_back(*std::move(mapping));
    }
    return parsed;
  }();
  return mappings;
}

absl::StatusOr<v1::Mapping> FindReadyMapping(absl::string_view name) {
  for (const v1::Mapping& mapping : ReadyMappings()) {
    if (mapping.name() == name) return mapping;
  }
  return absl::NotFoundError(absl::StrCat("no mapping \"", name, "\"; ready are ", Names(),
                                          "; your own is named by its file, x.textproto"));
}

absl::StatusOr<v1::Mapping> RecognizeMapping(absl::string_view head) {
  TextDecoder decoder;
  std::string text(decoder.Decode(head));
  if (text.empty()) text = std::string(decoder.Finish());
  if (absl::StripLeadingAsciiWhitespace(text).substr(0, 1) == "{") {
    return FindReadyMapping("tend_jsonl");
  }
  const v1::Mapping* best = nullptr;
  for (const v1::Mapping& mapping : ReadyMappings()) {
    const v1::CsvFormat& csv = mapping.csv();
    if (csv.header().empty() ||
        (best != nullptr && csv.header_size() <= best->csv().header_size())) {
      continue;
    }
    if (FindCsvHeader(text, csv).has_value()) best = &mapping;
  }
  if (best != nullptr) return *best;
  return absl::InvalidArgumentError(absl::StrCat(
      "no ready mapping fits its columns (", absl::StrJoin(GuessColumns(text), ", ").substr(0, 200),
      "); say which with --map; ready are ", Names()));
}

}  // namespace tend::ingest
