// A *value* of a mapping ("owner:{from}", "{Email|E-mail}", "{$owner}"), compiled. Grammar:
// proto/tend/v1/mapping.proto.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_VALUE_H_
#define TEND_SERVICES_INGEST_CONNECTORS_VALUE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tend::ingest {

// The cells that a mapping reads: each name once. The reader of the rows brings cells in this
// order.
class Slots {
 public:
  int Of(absl::string_view name);
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
};

using Parameters = std::map<std::string, std::string>;

class Value {
 public:
  // parameters: constants of the file; "{$line}" and "{$row}" become slots. Errors:
  // INVALID_ARGUMENT (a brace without its other, an unknown parameter).
  static absl::StatusOr<Value> Compile(absl::string_view text, const Parameters& parameters,
                                       Slots& slots);

  // The value in a row, trimmed. Lives as long as the cells and until scratch changes.
  absl::string_view Get(absl::Span<const absl::string_view> cells, std::string& scratch) const;

  // It was compiled from an empty text.
  bool unset() const { return pieces_.empty(); }
  // "from, to": for messages about what is missing.
  std::string PlaceNames(const Slots& slots) const;
  // Only those that Get takes in this row; all of them where no cell is filled.
  std::string PlaceNames(const Slots& slots, absl::Span<const absl::string_view> cells) const;

 private:
  // A constant, or alternatives of which the first that is not empty counts.
  struct Piece {
    std::string text;
    std::vector<int> slots;
  };

  std::vector<Piece> pieces_;
  bool has_places_ = false;
};

// Not empty and not a word for no (the list stands in mapping.proto at InteractionRule.only_if).
bool MeansYes(absl::string_view text);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_VALUE_H_
