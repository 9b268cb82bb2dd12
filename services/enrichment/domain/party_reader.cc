#include "services/enrichment/domain/party_reader.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/hash.h"
#include "services/enrichment/domain/email.h"
#include "services/enrichment/domain/normalize.h"

namespace tend::enrichment {
namespace {

// The most telling first: a record id is one person by definition, a visitor's id is a machine's.
int Rank(v1::IdentifierKind kind) {
  switch (kind) {
    case v1::IDENTIFIER_KIND_RECORD:
      return 0;
    case v1::IDENTIFIER_KIND_EMAIL:
      return 1;
    case v1::IDENTIFIER_KIND_SOCIAL:
      return 2;
    case v1::IDENTIFIER_KIND_PHONE:
      return 3;
    default:
      return 4;
  }
}

// Letters and digits, lower-case; bytes beyond ASCII stay.
void AppendFolded(absl::string_view text, std::string& out) {
  for (char c : text) {
    if (absl::ascii_isalnum(c) || static_cast<unsigned char>(c) >= 0x80)
      out.push_back(absl::ascii_tolower(c));
  }
}

// 0 where one of both is missing, or the name is a single word.
uint64_t HashNameAndCompany(absl::string_view name, absl::string_view company) {
  name = absl::StripAsciiWhitespace(name);
  company = absl::StripAsciiWhitespace(company);
  if (IsPlaceholder(name) || IsPlaceholder(company) || name.find(' ') == absl::string_view::npos)
    return 0;
  std::string folded;
  AppendFolded(name, folded);
  folded.push_back('|');
  AppendFolded(company, folded);
  return StableHash(folded);
}

uint64_t NameAndCompany(const v1::Interaction& interaction, const v1::Party& party) {
  if (party.role() != v1::PARTY_ROLE_SUBJECT && interaction.parties_size() > 1) return 0;
  if (interaction.has_list_row_entered()) {
    const v1::ListRowEntered& row = interaction.list_row_entered();
    return HashNameAndCompany(row.name(), row.company());
  }
  if (interaction.has_profile_changed()) {
    const v1::ProfileChanged& profile = interaction.profile_changed();
    return HashNameAndCompany(profile.name(), profile.company());
  }
  return 0;
}

}  // namespace

PartyReader::PartyReader(const PartyOptions& options, const Roster& roster)
    : options_(options),
      systems_of_record_(options.systems_of_record.begin(), options.systems_of_record.end()),
      blocked_(options.blocked_values),
      roster_(roster),
      phones_(options.default_region) {}

const std::vector<PartyReading>& PartyReader::Read(v1::Interaction& interaction) {
  domains_.Trim();
  phones_.Trim();
  readings_.clear();
  claims_.clear();
  keys_used_ = 0;
  for (v1::Party& party : *interaction.mutable_parties()) {
    ReadIdentifiers(party);
    if (party.side() == v1::SIDE_UNSPECIFIED)
      party.set_side(IsOurs() ? v1::SIDE_OURS : v1::SIDE_THEIRS);
    if (party.side() == v1::SIDE_OURS) {
      NameOwner(party);
      readings_.push_back({PartyIs::kOurs, 0, {}});
    } else {
      readings_.push_back(ReadOutsider(interaction, party));
    }
  }
  return readings_;
}

void PartyReader::ReadIdentifiers(v1::Party& party) {
  named_.clear();
  for (v1::Identifier& identifier : *party.mutable_identifiers()) {
    if (!Normalize(identifier)) continue;
    const std::string& normalized = identifier.normalized();
    std::string& key = NextKey();
    IdentityKey(identifier.kind(), identifier.system(), normalized, key);
    named_.push_back({&identifier, key, blocked_.Of(identifier.kind(), normalized)});
  }
}

bool PartyReader::Normalize(v1::Identifier& identifier) {
  std::string& normalized = *identifier.mutable_normalized();
  if (identifier.kind() == v1::IDENTIFIER_KIND_PHONE) {
    normalized = phones_.Get(identifier.raw()).normalized;
    return !normalized.empty();
  }
  if (NormalizeIdentifier(identifier, options_.default_region, normalized)) return true;
  normalized.clear();
  return false;
}

std::string& PartyReader::NextKey() {
  if (keys_used_ == keys_.size()) keys_.emplace_back();
  return keys_[keys_used_++];
}

bool PartyReader::IsOurs() const {
  for (const Named& named : named_) {
    if (!roster_.OwnerOfKey(named.key).empty()) return true;
    const bool mail = named.identifier->kind() == v1::IDENTIFIER_KIND_EMAIL;
    if (mail && roster_.IsOurAddress(named.identifier->normalized())) return true;
  }
  return false;
}

void PartyReader::NameOwner(v1::Party& party) const {
  for (const Named& named : named_) {
    const absl::string_view owner = roster_.OwnerOfKey(named.key);
    if (owner.empty()) continue;
    party.set_owner_id(owner.data(), owner.size());
    return;
  }
  if (!party.owner_id().empty()) return;
  for (const Named& named : named_) {
    const v1::Identifier& identifier = *named.identifier;
    const bool mail = identifier.kind() == v1::IDENTIFIER_KIND_EMAIL;
    if (named.standing != Standing::kPersonal) continue;
    if (mail && roster_.IsOurSharedMailbox(identifier.normalized())) continue;
    const absl::string_view name =
        absl::StripAsciiWhitespace(mail ? identifier.normalized() : identifier.raw());
    party.set_owner_id(name.data(), name.size());
    return;
  }
}

PartyReading PartyReader::ReadOutsider(const v1::Interaction& interaction, const v1::Party& party) {
  bool personal = false, shared = false, machine = false, visitor_only = true;
  for (const Named& named : named_) {
    const bool visitor = named.identifier->kind() == v1::IDENTIFIER_KIND_VISITOR;
    personal |= named.standing == Standing::kPersonal && !visitor;
    shared |= named.standing == Standing::kShared;
    machine |= named.standing == Standing::kMachine;
    visitor_only &= visitor;
  }
  const bool visitor = !named_.empty() && visitor_only;
  if (!personal && !shared && !visitor) {
    return {machine ? PartyIs::kMachine : PartyIs::kNobody, 0, {}};
  }
  PartyReading reading;
  reading.claim = claims_.size();
  Claim(interaction, party, !personal && shared);
  if (claims_.size() == reading.claim) return {};  // visitors' ids that say nothing
  reading.is = visitor ? PartyIs::kVisitor : PartyIs::kPerson;
  reading.time_zone = GuessTimeZone();
  return reading;
}

void PartyReader::Claim(const v1::Interaction& interaction, const v1::Party& party,
                        bool shared_only) {
  // What many stand behind neither attaches nor joins; alone it stands for itself.
  const Standing wanted = shared_only ? Standing::kShared : Standing::kPersonal;
  std::erase_if(named_, [wanted](const Named& named) { return named.standing != wanted; });
  if (named_.empty()) return;
  if (shared_only) named_.resize(1);
  std::stable_sort(named_.begin(), named_.end(), [](const Named& a, const Named& b) {
    return Rank(a.identifier->kind()) < Rank(b.identifier->kind());
  });
  IdentityClaim& claim = claims_.emplace_back();
  for (const Named& named : named_) {
    const bool listed =
        std::find(claim.keys.begin(), claim.keys.end(), named.key) != claim.keys.end();
    if (!listed) claim.keys.push_back(named.key);
    const v1::Identifier& identifier = *named.identifier;
    if (identifier.kind() == v1::IDENTIFIER_KIND_EMAIL && claim.account_id.empty()) {
      claim.account_id = domains_.Get(EmailDomain(identifier.normalized())).account_id;
    }
  }
  const v1::IdentifierKind first = named_.front().identifier->kind();
  claim.may_found = first != v1::IDENTIFIER_KIND_VISITOR;
  claim.asserted =
      first == v1::IDENTIFIER_KIND_RECORD ||
      (claim.keys.size() > 1 && systems_of_record_.contains(interaction.source().system()));
  claim.name_and_company = NameAndCompany(interaction, party);
}

absl::string_view PartyReader::GuessTimeZone() {
  for (const Named& named : named_) {
    const v1::Identifier& identifier = *named.identifier;
    absl::string_view zone;
    if (identifier.kind() == v1::IDENTIFIER_KIND_EMAIL) {
      zone = domains_.Get(EmailDomain(identifier.normalized())).time_zone;
    } else if (identifier.kind() == v1::IDENTIFIER_KIND_PHONE) {
      zone = phones_.Get(identifier.raw()).time_zone;
    }
    if (!zone.empty()) return zone;
  }
  return {};
}

}  // namespace tend::enrichment
