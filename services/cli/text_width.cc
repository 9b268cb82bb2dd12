#include "services/cli/text_width.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace tend::cli {
namespace {

constexpr absl::string_view kEllipsis = "\xE2\x80\xA6";     // U+2026
constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Range {
  char32_t first;
  char32_t last;
};
// Both rising. From Unicode 15: Mn, Me, Cf of the scripts at hand; East Asian Width W and F.
constexpr Range kNone[] = {{0x0300, 0x036F}, {0x0483, 0x0489},  {0x0591, 0x05BD}, {0x0610, 0x061A},
                           {0x064B, 0x065F}, {0x0900, 0x0902},  {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},
                           {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},  {0x200B, 0x200F}, {0x202A, 0x202E},
                           {0x2060, 0x2064}, {0x20D0, 0x20FF},  {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
                           {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};
constexpr Range kTwo[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},
    {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};

// Unicode 15's Cf, and its line and paragraph separators, without U+200C and U+200D (joiners), and
// without those of single scripts that show.
constexpr Range kUnseen[] = {{0x00AD, 0x00AD},   {0x061C, 0x061C},  {0x180E, 0x180E},
                             {0x200B, 0x200B},   {0x200E, 0x200F},  {0x2028, 0x202E},
                             {0x2060, 0x206F},   {0xFEFF, 0xFEFF},  {0xFFF9, 0xFFFB},
                             {0x1D173, 0x1D17A}, {0xE0000, 0xE007F}};

template <size_t n>
bool Holds(const Range (&ranges)[n], char32_t point) {
  const auto* after =
      std::upper_bound(std::begin(ranges), std::end(ranges), point,
                       [](char32_t value, const Range& range) { return value < range.first; });
  return after != std::begin(ranges) && point <= std::prev(after)->last;
}

struct Decoded {
  char32_t point = 0;
  size_t bytes = 1;
  bool valid = false;
};

// The first code point. A byte that begins none is one invalid byte. REQUIRES: not empty.
Decoded Decode(absl::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t head = byte(0);
  if (head < 0x80) return {head, 1, true};
  const size_t bytes = head >= 0xF0 ? 4 : head >= 0xE0 ? 3 : 2;
  if (head < 0xC2 || head > 0xF4 || text.size() < bytes) return {};
  char32_t point = head & (0xFFU >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    point = point << 6 | (byte(i) & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point < kSmallest[bytes] || point > 0x10FFFF || surrogate) return {};
  return {point, bytes, true};
}

int WidthOf(const Decoded& decoded) {
  if (!decoded.valid) return 1;
  if (decoded.point < 0x300) return 1;
  if (Holds(kNone, decoded.point)) return 0;
  return Holds(kTwo, decoded.point) ? 2 : 1;
}

}  // namespace

int DisplayWidth(absl::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Decoded decoded = Decode(text);
    width += WidthOf(decoded);
    text.remove_prefix(decoded.bytes);
  }
  return width;
}

std::string Printable(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Decoded decoded = Decode(text);
    const bool control = decoded.point < 0x20 || (decoded.point >= 0x7F && decoded.point < 0xA0);
    if (!decoded.valid || Holds(kUnseen, decoded.point)) {
      absl::StrAppend(&out, kReplacement);
    } else if (control) {
      out.push_back(' ');
    } else {
      absl::StrAppend(&out, text.substr(0, decoded.bytes));
    }
    text.remove_prefix(decoded.bytes);
  }
  return out;
}

std::string PrintableLines(absl::string_view text) {
  return absl::StrJoin(absl::StrSplit(text, '\n'), "\n",
                       [](std::string* out, absl::string_view line) { *out += Printable(line); });
}

std::string CutToWidth(absl::string_view text, int width) {
  if (DisplayWidth(text) <= width) return absl::StrCat(text);
  size_t bytes = 0;
  for (int used = 0; bytes < text.size();) {
    const Decoded decoded = Decode(text.substr(bytes));
    used += WidthOf(decoded);
    if (used > width - 1) break;
    bytes += decoded.bytes;
  }
  return absl::StrCat(absl::StripTrailingAsciiWhitespace(text.substr(0, bytes)), kEllipsis);
}

std::vector<std::string> WrapToWidth(absl::string_view text, int width) {
  std::vector<std::string> lines(1);
  int used = 0;
  for (const absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    const int wide = DisplayWidth(word);
    if (used > 0 && used + 1 + wide > width) {
      lines.emplace_back();
      used = 0;
    }
    absl::StrAppend(&lines.back(), used > 0 ? " " : "", word);
    used += (used > 0 ? 1 : 0) + wide;
  }
  return lines;
}

}  // namespace tend::cli
