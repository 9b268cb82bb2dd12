#include "services/ingest/connectors/text_decoder.h"

#include <unicode/ucnv.h>

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/owned.h"

namespace tend::ingest {
namespace {

using ConverterHandle = Owned<UConverter, ucnv_close>;

}  // namespace

// Two ICU converters and the UTF-16 between them.
struct TextDecoder::Converter {
  explicit Converter(const char* name) {
    UErrorCode error = U_ZERO_ERROR;
    from.reset(ucnv_open(name, &error));
    to.reset(ucnv_open("UTF-8", &error));
    TEND_CHECK(U_SUCCESS(error));  // names are checked when a mapping is read
  }

  ConverterHandle from;
  ConverterHandle to;
  std::vector<UChar> pivot = std::vector<UChar>(4096);
  UChar* pivot_source = pivot.data();
  UChar* pivot_target = pivot.data();
};

TextDecoder::TextDecoder(std::string encoding) : encoding_(std::move(encoding)) {}
TextDecoder::~TextDecoder() = default;

absl::Status TextDecoder::CheckEncoding(const std::string& encoding) {
  if (encoding.empty()) return absl::OkStatus();
  UErrorCode error = U_ZERO_ERROR;
  const ConverterHandle converter(ucnv_open(encoding.c_str(), &error));
  if (U_SUCCESS(error)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("encoding \"", encoding, "\" is not known"));
}

absl::string_view TextDecoder::Decode(absl::string_view bytes) {
  if (!begun_) {
    if (head_.empty() && bytes.size() >= 3) {
      Begin(bytes);
    } else {
      head_.append(bytes.data(), bytes.size());
      if (head_.size() < 3) return {};
      out_ = std::exchange(head_, {});
      bytes = out_;
      if (!Begin(bytes)) return bytes;
      const std::string first(bytes.data(), bytes.size());
      return Convert(first, false);
    }
  }
  return converter_ == nullptr ? bytes : Convert(bytes, false);
}

absl::string_view TextDecoder::Finish() {
  if (!begun_) {
    out_ = std::exchange(head_, {});
    absl::string_view bytes = out_;
    if (!Begin(bytes)) return bytes;
    const std::string first(bytes.data(), bytes.size());
    return Convert(first, true);
  }
  return converter_ == nullptr ? absl::string_view() : Convert("", true);
}

// Takes the mark off and says whether the rest must be converted.
bool TextDecoder::Begin(absl::string_view& bytes) {
  begun_ = true;
  const char* name = encoding_.c_str();
  if (absl::StartsWith(bytes, "\xEF\xBB\xBF")) {
    bytes.remove_prefix(3);
    return false;
  }
  if (absl::StartsWith(bytes, "\xFF\xFE") || absl::StartsWith(bytes, "\xFE\xFF")) {
    name = bytes[0] == '\xFF' ? "UTF-16LE" : "UTF-16BE";
    bytes.remove_prefix(2);
  } else if (encoding_.empty() || ucnv_compareNames(name, "UTF-8") == 0) {
    return false;
  }
  converter_ = std::make_unique<Converter>(name);
  return true;
}

absl::string_view TextDecoder::Convert(absl::string_view bytes, bool last) {
  // No set takes more UTF-8 than this per byte, save rare ones: see the loop.
  out_.resize(bytes.size() * 3 + 64);
  size_t size = 0;
  const char* source = bytes.data();
  const char* source_end = source + bytes.size();
  Converter& c = *converter_;
  while (true) {
    UErrorCode error = U_ZERO_ERROR;
    char* target = out_.data() + size;
    ucnv_convertEx(c.to.get(), c.from.get(), &target, out_.data() + out_.size(), &source,
                   source_end, c.pivot.data(), &c.pivot_source, &c.pivot_target,
                   c.pivot.data() + c.pivot.size(), /*reset=*/false, last, &error);
    size = static_cast<size_t>(target - out_.data());
    if (error == U_TRUNCATED_CHAR_FOUND) {
      out_.resize(size);
      out_.append("\xEF\xBF\xBD");  // U+FFFD: what ICU itself puts for all else without a meaning
      size = out_.size();
    }
    if (error != U_BUFFER_OVERFLOW_ERROR) break;
    out_.resize(out_.size() * 2);
  }
  return absl::string_view(out_).substr(0, size);
}

}  // namespace tend::ingest
