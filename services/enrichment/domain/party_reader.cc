#include "services/enrichment/domain/party_reader.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/hash.h"
#include "services/enrichment/domain/blocked.h"

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
    : systems_of_record_(options.systems_of_record.begin(), options.systems_of_record.end()),
      known_(options.default_region, Blocked(options.blocked_values), roster) {}

void PartyReader::Clear() {
  known_.Trim();
  readings_.clear();
  claims_.clear();
}

void PartyReader::Read(v1::Interaction& interaction) {
  for (v1::Party& party : *interaction.mutable_parties()) {
    ReadIdentifiers(party);
    if (party.side() == v1::SIDE_UNSPECIFIED) {
      const bool ours = std::any_of(named_.begin(), named_.end(),
                                    [](const KnownIdentifier* known) { return known->ours; });
      party.set_side(ours ? v1::SIDE_OURS : v1::SIDE_THEIRS);
    }
    if (party.side() == v1::SIDE_OURS) {
      NameOwner(party);
      readings_.push_back({PartyIs::kOurs, 0, {}});
    } else {
      readings_.push_back(ReadOutsider(interaction, party));
    }
  }
}

void PartyReader::ReadIdentifiers(v1::Party& party) {
  named_.clear();
  for (v1::Identifier& identifier : *party.mutable_identifiers()) {
    const KnownIdentifier& known = known_.Get(identifier);
    identifier.set_normalized(known.normalized);
    if (!known.normalized.empty()) named_.push_back(&known);
  }
}

void PartyReader::NameOwner(v1::Party& party) const {
  for (const KnownIdentifier* known : named_) {
    if (known->owner_id.empty()) continue;
    party.set_owner_id(known->owner_id);
    return;
  }
  if (!party.owner_id().empty()) return;
  for (const v1::Identifier& identifier : party.identifiers()) {
    const auto known = std::find_if(named_.begin(), named_.end(), [&](const KnownIdentifier* k) {
      return k->normalized == identifier.normalized();
    });
    if (known == named_.end() || (*known)->our_mailbox) continue;
    if ((*known)->standing != Standing::kPersonal) continue;
    const bool mail = identifier.kind() == v1::IDENTIFIER_KIND_EMAIL;
    const absl::string_view name =
        absl::StripAsciiWhitespace(mail ? identifier.normalized() : identifier.raw());
    party.set_owner_id(name.data(), name.size());
    return;
  }
}

PartyReading PartyReader::ReadOutsider(const v1::Interaction& interaction, const v1::Party& party) {
  bool personal = false, shared = false, machine = false, visitor_only = true;
  for (const KnownIdentifier* known : named_) {
    const bool visitor = known->kind == v1::IDENTIFIER_KIND_VISITOR;
    personal |= known->standing == Standing::kPersonal && !visitor;
    shared |= known->standing == Standing::kShared;
    machine |= known->standing == Standing::kMachine;
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
  for (const KnownIdentifier* known : named_) {
    if (reading.time_zone.empty()) reading.time_zone = known->time_zone;
  }
  return reading;
}

void PartyReader::Claim(const v1::Interaction& interaction, const v1::Party& party,
                        bool shared_only) {
  // What many stand behind neither attaches nor joins; alone it stands for itself.
  const Standing wanted = shared_only ? Standing::kShared : Standing::kPersonal;
  std::erase_if(named_, [wanted](const KnownIdentifier* k) { return k->standing != wanted; });
  if (named_.empty()) return;
  if (shared_only) named_.erase(named_.begin() + 1, named_.end());
  if (named_.size() > 1) {
    std::stable_sort(named_.begin(), named_.end(),
                     [](const KnownIdentifier* a, const KnownIdentifier* b) {
                       return Rank(a->kind) < Rank(b->kind);
                     });
  }
  IdentityClaim& claim = claims_.emplace_back();
  for (const KnownIdentifier* known : named_) {
    const bool listed =
        std::find(claim.keys.begin(), claim.keys.end(), known->key) != claim.keys.end();
    if (!listed) claim.keys.push_back(known->key);
    if (claim.account_id.empty()) claim.account_id = known->account_id;
  }
  const v1::IdentifierKind first = named_.front()->kind;
  claim.may_found = first != v1::IDENTIFIER_KIND_VISITOR;
  claim.asserted =
      first == v1::IDENTIFIER_KIND_RECORD ||
      (claim.keys.size() > 1 && systems_of_record_.contains(interaction.source().system()));
  claim.name_and_company = NameAndCompany(interaction, party);
}

}  // namespace tend::enrichment
