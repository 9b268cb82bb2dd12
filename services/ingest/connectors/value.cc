#include "services/ingest/connectors/value.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace tend::ingest {

int Slots::Of(absl::string_view name) {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found != names_.end()) return static_cast<int>(found - names_.begin());
  names_.emplace_back(name);
  return static_cast<int>(names_.size()) - 1;
}

absl::StatusOr<Value> Value::Compile(absl::string_view text, const Parameters& parameters,
                                     Slots& slots) {
  const auto error = [text](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\": ", what));
  };
  Value value;
  absl::string_view rest = text;
  while (!rest.empty()) {
    const size_t open = std::min(rest.find('{'), rest.size());
    if (open > 0) value.pieces_.push_back({{rest.data(), open}, {}});
    rest.remove_prefix(open);
    if (rest.empty()) break;
    const size_t close = rest.find('}');
    if (close == absl::string_view::npos) return error("'{' without '}'");
    const absl::string_view place = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
    if (absl::StartsWith(place, "$") && place != "$line" && place != "$row") {
      const auto found = parameters.find({place.data() + 1, place.size() - 1});
      if (found == parameters.end()) return error(absl::StrCat("no parameter {", place, "}"));
      value.pieces_.push_back({found->second, {}});
      continue;
    }
    Piece piece;
    for (absl::string_view name : absl::StrSplit(place, '|')) {
      name = absl::StripAsciiWhitespace(name);
      if (name.empty()) return error("a place without a name");
      piece.slots.push_back(slots.Of(name));
    }
    value.pieces_.push_back(std::move(piece));
    value.has_places_ = true;
  }
  return value;
}

absl::string_view Value::Get(absl::Span<const absl::string_view> cells,
                             std::string& scratch) const {
  const auto first_filled = [cells](const Piece& piece) {
    for (const int slot : piece.slots) {
      const absl::string_view cell = absl::StripAsciiWhitespace(cells[slot]);
      if (!cell.empty()) return cell;
    }
    return absl::string_view();
  };
  if (pieces_.size() == 1) {
    return pieces_[0].slots.empty() ? absl::StripAsciiWhitespace(pieces_[0].text)
                                    : first_filled(pieces_[0]);
  }
  scratch.clear();
  bool filled = !has_places_;
  for (const Piece& piece : pieces_) {
    const absl::string_view text =
        piece.slots.empty() ? absl::string_view(piece.text) : first_filled(piece);
    scratch.append(text.data(), text.size());
    filled |= !piece.slots.empty() && !text.empty();
  }
  return filled ? absl::StripAsciiWhitespace(scratch) : absl::string_view();
}

std::string Value::PlaceNames(const Slots& slots) const {
  std::vector<absl::string_view> names;
  for (const Piece& piece : pieces_) {
    for (const int slot : piece.slots) names.push_back(slots.names()[slot]);
  }
  return absl::StrJoin(names, ", ");
}

std::string Value::PlaceNames(const Slots& slots, absl::Span<const absl::string_view> cells) const {
  std::vector<absl::string_view> names;
  for (const Piece& piece : pieces_) {
    const auto filled = std::find_if(piece.slots.begin(), piece.slots.end(), [cells](int slot) {
      return !absl::StripAsciiWhitespace(cells[slot]).empty();
    });
    if (filled != piece.slots.end()) names.push_back(slots.names()[*filled]);
  }
  return names.empty() ? PlaceNames(slots) : absl::StrJoin(names, ", ");
}

bool MeansYes(absl::string_view text) {
  constexpr absl::string_view kNo[] = {"",  "false", "no",   "n",    "0",
                                       "f", "off",   "none", "null", "-"};
  for (const absl::string_view no : kNo) {
    if (absl::EqualsIgnoreCase(text, no)) return false;
  }
  return true;
}

}  // namespace tend::ingest
