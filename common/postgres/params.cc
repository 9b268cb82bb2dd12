#include "common/postgres/params.h"

#include <cstring>

#include "absl/strings/ascii.h"
#include "common/base/check.h"

namespace tend::postgres {
namespace {

// From PostgreSQL's pg_type.dat; they never change.
enum Oid : uint32_t {
  kBytea = 17,
  kInt8 = 20,
  kText = 25,
  kFloat8 = 701,
  kByteaArray = 1001,
  kTextArray = 1009,
  kInt8Array = 1016,
  kFloat8Array = 1022,
  kTimestamptz = 1184,
  kTimestamptzArray = 1185,
  kUuid = 2950,
  kUuidArray = 2951,
};

constexpr int64_t kPostgresEpochMicros = 946'684'800'000'000;
constexpr size_t kUuidBytes = 16, kUuidChars = 36;
constexpr char kHex[] = "0123456789abcdef";

void AppendBigEndian(uint64_t value, int bytes, std::string& out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
}

bool IsHyphenAt(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

unsigned HexValue(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

void AppendUuid(absl::string_view text, std::string& out) {
  TEND_CHECK(IsUuid(text));
  for (size_t i = 0; i < kUuidChars; i += 2) {
    if (IsHyphenAt(i)) ++i;
    out.push_back(static_cast<char>(HexValue(text[i]) << 4 | HexValue(text[i + 1])));
  }
}

// An array's binary form: dimensions, whether there are nulls, the elements' type, then for the one
// dimension its size and first index, then each element after its size.
void AppendArrayHead(Oid element, size_t count, std::string& out) {
  AppendBigEndian(count == 0 ? 0 : 1, 4, out);
  AppendBigEndian(0, 4, out);
  AppendBigEndian(element, 4, out);
  if (count == 0) return;
  AppendBigEndian(count, 4, out);
  AppendBigEndian(1, 4, out);
}

void AppendEight(uint64_t value, std::string& out) {
  char bytes[sizeof value];
  for (int i = 7; i >= 0; --i, value >>= 8) bytes[i] = static_cast<char>(value);
  out.append(bytes, sizeof bytes);
}

// A timestamptz is microseconds since 2000.
uint64_t SinceThen(absl::Time time) {
  return static_cast<uint64_t>(absl::ToUnixMicros(time) - kPostgresEpochMicros);
}

uint64_t ImageOf(double value) {
  uint64_t image = 0;
  std::memcpy(&image, &value, sizeof image);
  return image;
}

// An array of values of eight bytes.
template <typename Value, typename ToBits>
void AppendEights(Oid element, absl::Span<const Value> values, ToBits to_bits, std::string& out) {
  out.reserve(20 + values.size() * 12);
  AppendArrayHead(element, values.size(), out);
  for (const Value& value : values) {
    AppendBigEndian(8, 4, out);
    AppendEight(to_bits(value), out);
  }
}

void AppendStrings(Oid element, absl::Span<const absl::string_view> values, std::string& out) {
  AppendArrayHead(element, values.size(), out);
  for (absl::string_view value : values) {
    AppendBigEndian(value.size(), 4, out);
    out.append(value.data(), value.size());
  }
}

}  // namespace

std::string& Params::Add(uint32_t type) {
  types_.push_back(type);
  return values_.emplace_back();
}

Params& Params::Text(absl::string_view value) {
  Add(kText).assign(value.data(), value.size());
  return *this;
}

Params& Params::Int(int64_t value) {
  AppendBigEndian(static_cast<uint64_t>(value), 8, Add(kInt8));
  return *this;
}

Params& Params::Bytes(absl::string_view value) {
  Add(kBytea).assign(value.data(), value.size());
  return *this;
}

Params& Params::Uuid(absl::string_view value) {
  AppendUuid(value, Add(kUuid));
  return *this;
}

Params& Params::Texts(absl::Span<const absl::string_view> values) {
  AppendStrings(kText, values, Add(kTextArray));
  return *this;
}

Params& Params::Bytes(absl::Span<const absl::string_view> values) {
  AppendStrings(kBytea, values, Add(kByteaArray));
  return *this;
}

Params& Params::Uuid(const UuidBytes& value) {
  Add(kUuid).assign(reinterpret_cast<const char*>(value.data()), value.size());
  return *this;
}

Params& Params::Double(double value) {
  AppendEight(ImageOf(value), Add(kFloat8));
  return *this;
}

Params& Params::Time(absl::Time value) {
  AppendEight(SinceThen(value), Add(kTimestamptz));
  return *this;
}

Params& Params::Ints(absl::Span<const int64_t> values) {
  const auto bits = [](int64_t value) { return static_cast<uint64_t>(value); };
  AppendEights(kInt8, values, bits, Add(kInt8Array));
  return *this;
}

Params& Params::Doubles(absl::Span<const double> values) {
  AppendEights(kFloat8, values, ImageOf, Add(kFloat8Array));
  return *this;
}

Params& Params::Times(absl::Span<const absl::Time> values) {
  AppendEights(kTimestamptz, values, SinceThen, Add(kTimestamptzArray));
  return *this;
}

Params& Params::Uuids(absl::Span<const UuidBytes> values) {
  std::string& out = Add(kUuidArray);
  out.reserve(20 + values.size() * (4 + kUuidBytes));
  AppendArrayHead(kUuid, values.size(), out);
  for (const UuidBytes& value : values) {
    AppendBigEndian(kUuidBytes, 4, out);
    out.append(reinterpret_cast<const char*>(value.data()), value.size());
  }
  return *this;
}

Params& Params::Uuids(absl::Span<const absl::string_view> values) {
  std::string& out = Add(kUuidArray);
  AppendArrayHead(kUuid, values.size(), out);
  for (absl::string_view value : values) {
    AppendBigEndian(kUuidBytes, 4, out);
    AppendUuid(value, out);
  }
  return *this;
}

bool IsUuid(absl::string_view text) {
  if (text.size() != kUuidChars) return false;
  for (size_t i = 0; i < kUuidChars; ++i) {
    const char c = text[i];
    const bool hex = absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
    if (IsHyphenAt(i) ? c != '-' : !hex) return false;
  }
  return true;
}

std::string UuidText(absl::string_view bytes) {
  TEND_CHECK(bytes.size() == kUuidBytes);
  std::string text;
  for (char c : bytes) {
    if (IsHyphenAt(text.size())) text.push_back('-');
    text.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
    text.push_back(kHex[static_cast<unsigned char>(c) & 15]);
  }
  return text;
}

}  // namespace tend::postgres
