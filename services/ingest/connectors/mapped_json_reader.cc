#include "services/ingest/connectors/mapped_json_reader.h"

#include <simdjson.h>

#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/ingest/connectors/line_reader.h"
#include "services/ingest/connectors/text_decoder.h"
#include "services/ingest/domain/reject.h"

namespace tend::ingest {
namespace {

class MappedJsonReader final : public InteractionReader {
 public:
  MappedJsonReader(std::string file, std::unique_ptr<RowMapper> mapper)
      : file_(std::move(file)),
        mapper_(std::move(mapper)),
        cells_(mapper_->slots().size()),
        texts_(mapper_->slots().size()) {}

  void Push(absl::string_view bytes) override { lines_.Push(decoder_.Decode(bytes)); }

  void Finish() override {
    lines_.Push(decoder_.Finish());
    lines_.Finish();
  }

  ReadStep Next(ReadItem* item) override {
    Line line;
    while (!mapper_->Take(item)) {
      switch (lines_.Next(&line)) {
        case LineReader::Step::kNeedBytes:
          return ReadStep::kNeedBytes;
        case LineReader::Step::kEnd:
          mapper_->Finish();
          return mapper_->Take(item) ? ReadStep::kInteraction : ReadStep::kEnd;
        case LineReader::Step::kTooLong:
          ++rows_;
          return Reject({v1::REJECT_REASON_TOO_LARGE, "",
                         absl::StrCat("a line of over ", kMaxRowBytes, " bytes")},
                        line, item);
        case LineReader::Step::kLine:
          if (absl::StripAsciiWhitespace(line.text).empty()) continue;
          ++rows_;
          if (std::optional<Fault> fault = Use(line)) return Reject(*fault, line, item);
      }
    }
    return ReadStep::kInteraction;
  }

  int64_t rows() const override { return rows_; }

 private:
  std::optional<Fault> Use(const Line& line) {
    simdjson::dom::element root;
    const simdjson::error_code error =
        parser_.parse(line.text.data(), line.text.size(), /*realloc_if_needed=*/false).get(root);
    if (error != simdjson::SUCCESS) {
      return Fault{v1::REJECT_REASON_MALFORMED, "",
                   absl::StrCat("not JSON: ", simdjson::error_message(error))};
    }
    if (!root.is_object()) return Fault{v1::REJECT_REASON_FIELD_INVALID, "", "not a JSON object"};
    for (size_t i = 0; i < cells_.size(); ++i) cells_[i] = Cell(root, line, i);
    return mapper_->Map({cells_, line.text, line.number});
  }

  // The text of what slot i names. What is not there, null, an object or an array is empty.
  absl::string_view Cell(simdjson::dom::element root, const Line& line, size_t i) {
    const std::string& slot = mapper_->slots()[i];
    std::string& text = texts_[i];
    if (slot[0] == '$') {
      text = absl::StrCat(slot == "$line" ? line.number : rows_);
      return text;
    }
    simdjson::dom::element value;
    std::string_view view;
    if (root.at_pointer(slot).get(value) != simdjson::SUCCESS) return {};
    if (value.get(view) == simdjson::SUCCESS) return {view.data(), view.size()};
    if (value.is_null() || value.is_object() || value.is_array()) return {};
    text = simdjson::minify(value);
    return text;
  }

  ReadStep Reject(const Fault& fault, const Line& line, ReadItem* item) {
    item->line = line.number;
    item->raw = line.text;
    item->reject = RejectOf(fault, line.text, file_, line.number);
    return ReadStep::kReject;
  }

  const std::string file_;
  const std::unique_ptr<RowMapper> mapper_;
  TextDecoder decoder_;
  LineReader lines_{kMaxRowBytes};
  simdjson::dom::parser parser_;
  std::vector<absl::string_view> cells_;
  std::vector<std::string> texts_;
  int64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<InteractionReader> MakeMappedJsonReader(std::string file,
                                                        std::unique_ptr<RowMapper> mapper) {
  return std::make_unique<MappedJsonReader>(std::move(file), std::move(mapper));
}

}  // namespace tend::ingest
