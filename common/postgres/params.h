// Values bound to $1, $2 ... of a statement, in PostgreSQL's binary form. Nothing is ever written
// into the text of a statement.

#ifndef TEND_COMMON_POSTGRES_PARAMS_H_
#define TEND_COMMON_POSTGRES_PARAMS_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace tend::postgres {

// A uuid as PostgreSQL keeps it.
using UuidBytes = std::array<uint8_t, 16>;

// Copies what it is given. The types: text, bigint, double precision, timestamptz, bytea, uuid, and
// arrays of these for UNNEST and ANY. A uuid is given as its 36 characters (REQUIRES: IsUuid) or as
// its 16 bytes. A time is kept to the microsecond.
class Params {
 public:
  Params& Text(absl::string_view value);
  Params& Int(int64_t value);
  Params& Bytes(absl::string_view value);
  Params& Uuid(absl::string_view value);
  Params& Uuid(const UuidBytes& value);
  Params& Double(double value);
  Params& Time(absl::Time value);
  Params& Texts(absl::Span<const absl::string_view> values);
  Params& Ints(absl::Span<const int64_t> values);
  Params& Bytes(absl::Span<const absl::string_view> values);
  Params& Uuids(absl::Span<const absl::string_view> values);
  Params& Uuids(absl::Span<const UuidBytes> values);
  Params& Doubles(absl::Span<const double> values);
  Params& Times(absl::Span<const absl::Time> values);

  size_t size() const { return values_.size(); }
  uint32_t type(size_t i) const { return types_[i]; }  // its oid
  const std::string& value(size_t i) const { return values_[i]; }

 private:
  std::string& Add(uint32_t type);

  std::vector<uint32_t> types_;
  std::vector<std::string> values_;
};

// Whether it is a uuid as we write them: lower-case, with its hyphens.
bool IsUuid(absl::string_view text);

// The 36 characters of a uuid's 16 bytes.
std::string UuidText(absl::string_view bytes);

}  // namespace tend::postgres

#endif  // TEND_COMMON_POSTGRES_PARAMS_H_
