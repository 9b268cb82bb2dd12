#include "services/ingest/connectors/tend_json_reader.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/ingest/connectors/interaction_json.h"
#include "services/ingest/connectors/line_reader.h"
#include "services/ingest/connectors/text_decoder.h"
#include "services/ingest/domain/reject.h"

namespace tend::ingest {
namespace {

class TendJsonReader final : public InteractionReader {
 public:
  explicit TendJsonReader(std::string file) : file_(std::move(file)) {}

  void Push(absl::string_view bytes) override { lines_.Push(decoder_.Decode(bytes)); }

  void Finish() override {
    lines_.Push(decoder_.Finish());
    lines_.Finish();
  }

  ReadStep Next(ReadItem* item) override {
    Line line;
    while (true) {
      switch (lines_.Next(&line)) {
        case LineReader::Step::kNeedBytes:
          return ReadStep::kNeedBytes;
        case LineReader::Step::kEnd:
          return ReadStep::kEnd;
        case LineReader::Step::kTooLong:
          return Reject(TooLong(), line, item);
        case LineReader::Step::kLine:
          if (absl::StripAsciiWhitespace(line.text).empty()) continue;
          return Read(line, item);
      }
    }
  }

  int64_t rows() const override { return rows_; }

 private:
  static Fault TooLong() {
    return {v1::REJECT_REASON_TOO_LARGE, "",
            absl::StrCat("a line of over ", kMaxRowBytes, " bytes")};
  }

  ReadStep Read(const Line& line, ReadItem* item) {
    Fault fault;
    switch (json_.Read(line.text, &item->interaction, &fault)) {
      case InteractionJson::Result::kInteraction:
        ++rows_;
        item->line = line.number;
        item->raw = line.text;
        return ReadStep::kInteraction;
      case InteractionJson::Result::kIgnored:
        ++rows_;
        return ReadStep::kIgnored;
      case InteractionJson::Result::kFault:
        break;
    }
    return Reject(fault, line, item);
  }

  ReadStep Reject(const Fault& fault, const Line& line, ReadItem* item) {
    ++rows_;
    item->line = line.number;
    item->raw = line.text;
    item->reject = RejectOf(fault, line.text, file_, line.number);
    return ReadStep::kReject;
  }

  const std::string file_;
  TextDecoder decoder_;
  LineReader lines_{kMaxRowBytes};
  InteractionJson json_;
  int64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<InteractionReader> MakeTendJsonReader(std::string file) {
  return std::make_unique<TendJsonReader>(std::move(file));
}

}  // namespace tend::ingest
