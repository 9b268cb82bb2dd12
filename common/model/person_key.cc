#include "common/model/person_key.h"

#include <cstring>

namespace tend::model {
namespace {

// A UUID as text: where its dashes and its bytes stand.
constexpr size_t kUuidChars = 36;
constexpr std::array<uint8_t, 4> kDashAt = {8, 13, 18, 23};
constexpr std::array<uint8_t, 16> kByteAt = {0,  2,  4,  6,  9,  11, 14, 16,
                                             19, 21, 24, 26, 28, 30, 32, 34};

constexpr char kHex[] = "0123456789abcdef";

// Of a byte: its two digits.
constexpr auto kHexOf = [] {
  std::array<std::array<char, 2>, 256> text{};
  for (size_t byte = 0; byte < text.size(); ++byte) text[byte] = {kHex[byte >> 4], kHex[byte & 15]};
  return text;
}();

// Of a character: the digit it is, in either case, or -1.
constexpr auto kDigits = [] {
  std::array<int8_t, 256> digit{};
  digit.fill(-1);
  for (int i = 0; i < 16; ++i) {
    const auto c = static_cast<uint8_t>(kHex[i]);
    digit[c] = static_cast<int8_t>(i);
    if (i >= 10) digit[c - 'a' + 'A'] = static_cast<int8_t>(i);
  }
  return digit;
}();

int DigitOf(char c) { return kDigits[static_cast<uint8_t>(c)]; }

}  // namespace

absl::StatusOr<PersonKey> ParsePersonKey(absl::string_view uuid) {
  PersonKey key{};
  bool valid = uuid.size() == kUuidChars;
  for (size_t i = 0; valid && i < kDashAt.size(); ++i) valid = uuid[kDashAt[i]] == '-';
  const char* const text = uuid.data();
  int all = 0;  // negative once a digit is none
  for (size_t i = 0; valid && i < key.size(); ++i) {
    const int byte = DigitOf(text[kByteAt[i]]) << 4 | DigitOf(text[kByteAt[i] + 1]);
    all |= byte;
    key[i] = static_cast<uint8_t>(byte);
  }
  if (!valid || all < 0)
    return absl::InvalidArgumentError("a person id must be a UUID of 36 characters");
  return key;
}

void PrintPersonKey(const PersonKey& key, std::string* out) {
  out->assign(kUuidChars, '-');
  char* const text = out->data();
  for (size_t i = 0; i < key.size(); ++i) std::memcpy(text + kByteAt[i], &kHexOf[key[i]], 2);
}

std::string PrintPersonKey(const PersonKey& key) {
  std::string text;
  PrintPersonKey(key, &text);
  return text;
}

std::string TieKey(const PersonKey& person, absl::string_view owner_id, const PersonKey& origin) {
  std::string key;
  key.reserve(2 * (kUuidChars + 1) + owner_id.size());
  PrintPersonKey(person, &key);
  key.append(1, '/').append(owner_id.data(), owner_id.size());
  if (origin != person) key.append(1, '/').append(PrintPersonKey(origin));
  return key;
}

std::optional<TieKeyParts> ParseTieKey(absl::string_view key) {
  if (key.size() <= kUuidChars || key[kUuidChars] != '/') return std::nullopt;
  const auto person = ParsePersonKey(key.substr(0, kUuidChars));
  if (!person.ok()) return std::nullopt;
  TieKeyParts parts{*person, *person, key.substr(kUuidChars + 1)};
  absl::string_view& owner = parts.owner_id;
  if (owner.size() > kUuidChars && owner[owner.size() - kUuidChars - 1] == '/') {
    const auto origin = ParsePersonKey(owner.substr(owner.size() - kUuidChars));
    if (origin.ok()) {
      parts.origin = *origin;
      owner.remove_suffix(kUuidChars + 1);
    }
  }
  return parts;
}

}  // namespace tend::model
