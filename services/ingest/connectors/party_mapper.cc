#include "services/ingest/connectors/party_mapper.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"

namespace tend::ingest {

std::string SalesforceId18(absl::string_view id) {
  std::string out(id);
  if (id.size() != 15) return out;
  for (const char c : id) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) return out;
  }
  for (size_t chunk = 0; chunk < 15; chunk += 5) {
    size_t upper = 0;
    for (size_t i = 0; i < 5; ++i) {
      if (absl::ascii_isupper(static_cast<unsigned char>(id[chunk + i]))) upper |= size_t{1} << i;
    }
    out.push_back("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[upper]);
  }
  return out;
}

absl::StatusOr<PartyMapper> PartyMapper::Make(const v1::PartyRule& rule,
                                              const Parameters& parameters, Slots& slots) {
  PartyMapper mapper;
  const std::string role = v1::PartyRole_Name(rule.role());
  if (rule.role() == v1::PARTY_ROLE_UNSPECIFIED || rule.identifiers().empty()) {
    return absl::InvalidArgumentError("a party needs a role and an identifier");
  }
  mapper.role_ = rule.role();
  mapper.split_at_ = rule.split_at();
  mapper.optional_ = rule.optional();
  for (const v1::SideRule& side : rule.sides()) {
    SideTest test{side.side(), side.test_case(), side.divisible_by(), ""};
    const std::string& text =
        side.test_case() == v1::SideRule::kDomain ? side.domain() : side.prefix();
    TEND_ASSIGN_OR_RETURN(const Value value, Value::Compile(text, parameters, slots));
    std::string scratch;
    if (!value.PlaceNames(slots).empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("side: \"", text, "\" may name parameters only"));
    }
    test.text = std::string(value.Get({}, scratch));
    if (test.test == v1::SideRule::kDomain) absl::AsciiStrToLower(&test.text);
    if (test.test == v1::SideRule::kDivisibleBy && test.divisor <= 0) {
      return absl::InvalidArgumentError("side: divisible_by must be from 1");
    }
    mapper.sides_.push_back(std::move(test));
  }
  std::vector<std::string> places;
  for (const v1::IdentifierRule& name : rule.identifiers()) {
    TEND_ASSIGN_OR_RETURN(Value value, Value::Compile(name.value(), parameters, slots));
    if (name.kind() == v1::IDENTIFIER_KIND_UNSPECIFIED || value.unset()) {
      return absl::InvalidArgumentError(
          absl::StrCat(role, ": an identifier needs a kind and a value"));
    }
    places.push_back(value.PlaceNames(slots));
    mapper.names_.push_back({name.kind(), name.system(), std::move(value), name.transform()});
  }
  TEND_ASSIGN_OR_RETURN(mapper.display_name_,
                        Value::Compile(rule.display_name(), parameters, slots));
  mapper.missing_ = {
      v1::REJECT_REASON_PARTY_UNKNOWN, absl::StrJoin(places, ", "),
      absl::StrCat("nothing names the ", role.substr(sizeof("PARTY_ROLE_") - 1), " party")};
  return mapper;
}

std::optional<Fault> PartyMapper::Add(absl::Span<const absl::string_view> cells,
                                      v1::Interaction* interaction) const {
  std::string scratch;
  if (!split_at_.empty()) {
    const absl::string_view value = names_[0].value.Get(cells, scratch);
    if (value.find_first_of(split_at_) != absl::string_view::npos) {
      const int before = interaction->parties_size();
      AddPieces(value, interaction);
      if (interaction->parties_size() > before || optional_) return std::nullopt;
      return missing_;
    }
  }
  v1::Party* party = nullptr;
  for (const Name& name : names_) {
    const absl::string_view value = name.value.Get(cells, scratch);
    if (value.empty()) continue;
    if (party == nullptr) {
      party = interaction->add_parties();
      party->set_role(role_);
      party->set_side(SideOf(value));
    }
    AddName(name, value, party);
  }
  if (party == nullptr) return optional_ ? std::nullopt : std::optional<Fault>(missing_);
  if (!display_name_.unset()) {
    const absl::string_view text = display_name_.Get(cells, scratch);
    party->set_display_name(text.data(), text.size());
  }
  return std::nullopt;
}

void PartyMapper::AddPieces(absl::string_view value, v1::Interaction* interaction) const {
  while (!value.empty()) {
    const size_t end = std::min(value.find_first_of(split_at_), value.size());
    const absl::string_view piece = absl::StripAsciiWhitespace(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
    if (piece.empty()) continue;
    v1::Party* party = interaction->add_parties();
    party->set_role(role_);
    party->set_side(SideOf(piece));
    AddName(names_[0], piece, party);
  }
}

void PartyMapper::AddName(const Name& name, absl::string_view value, v1::Party* party) {
  v1::Identifier* identifier = party->add_identifiers();
  identifier->set_kind(name.kind);
  identifier->set_system(name.system);
  if (name.transform == v1::IDENTIFIER_TRANSFORM_SALESFORCE_ID) {
    identifier->set_raw(SalesforceId18(value));
  } else {
    identifier->set_raw(value.data(), value.size());
  }
}

v1::Side PartyMapper::SideOf(absl::string_view value) const {
  for (const SideTest& side : sides_) {
    if (side.Holds(value)) return side.side;
  }
  return v1::SIDE_UNSPECIFIED;
}

bool PartyMapper::SideTest::Holds(absl::string_view value) const {
  int64_t number = 0;
  switch (test) {
    case v1::SideRule::TEST_NOT_SET:
      return true;
    case v1::SideRule::kDivisibleBy:
      return absl::SimpleAtoi(value, &number) && number % divisor == 0;
    case v1::SideRule::kPrefix:
      return !text.empty() && absl::StartsWith(value, text);
    case v1::SideRule::kDomain:
      break;
  }
  const size_t at = value.rfind('@');
  if (text.empty() || at == absl::string_view::npos) return false;
  const absl::string_view domain = value.substr(at + 1);
  if (!absl::EndsWithIgnoreCase(domain, text)) return false;
  const size_t before = domain.size() - text.size();
  return before == 0 || domain[before - 1] == '.';
}

}  // namespace tend::ingest
