#include "services/ingest/connectors/line_reader.h"

#include <cstring>

#include "common/base/check.h"

namespace tend::ingest {

void LineReader::Push(absl::string_view bytes) {
  TEND_CHECK(bytes_.empty() && !finished_);
  bytes_ = bytes;
}

LineReader::Step LineReader::Next(Line* line) {
  while (!bytes_.empty()) {
    const void* end = std::memchr(bytes_.data(), newline_, bytes_.size());
    if (end == nullptr) return TakeRest(line);
    const size_t size = static_cast<size_t>(static_cast<const char*>(end) - bytes_.data());
    const absl::string_view text = bytes_.substr(0, size);
    bytes_.remove_prefix(size + 1);
    if (skipping_) {
      skipping_ = false;
      continue;
    }
    if (carrying_) {
      carry_.append(text.data(), text.size());
      carrying_ = false;
      return GiveCarry(line);
    }
    if (bytes_.size() + 1 < kPadding) {
      carry_.assign(text.data(), text.size());
      return GiveCarry(line);
    }
    return Give(text, line);
  }
  if (!finished_) return Step::kNeedBytes;
  if (!carrying_ || carry_.empty()) return Step::kEnd;
  carrying_ = false;
  return GiveCarry(line);
}

// The chunk ends within a line: keeps what is there, or gives it up when it is too long already.
LineReader::Step LineReader::TakeRest(Line* line) {
  const absl::string_view rest = bytes_;
  bytes_ = {};
  if (!skipping_) {
    if (!carrying_) carry_.clear();
    carrying_ = true;
    carry_.append(rest.data(), rest.size());
    if (carry_.size() > max_bytes_) {
      carrying_ = false;
      skipping_ = true;
      return GiveCarry(line);
    }
  }
  if (!finished_) return Step::kNeedBytes;
  return Next(line);
}

LineReader::Step LineReader::GiveCarry(Line* line) {
  carry_.reserve(carry_.size() + kPadding);
  return Give(carry_, line);
}

LineReader::Step LineReader::Give(absl::string_view text, Line* line) {
  line->number = ++number_;
  line->text = text.substr(0, max_bytes_);
  return text.size() > max_bytes_ ? Step::kTooLong : Step::kLine;
}

}  // namespace tend::ingest
