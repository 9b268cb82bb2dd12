#include "services/enrichment/domain/roster.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/enrichment/domain/blocked.h"
#include "services/enrichment/domain/email.h"
#include "services/enrichment/domain/mail_domain.h"
#include "services/enrichment/domain/normalize.h"

namespace tend::enrichment {
namespace {

class Faults final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    Add(absl::StrCat("line ", line + 1, ", column ", column + 1, ": ", message));
  }
  void Add(std::string fault) { faults_.push_back(std::move(fault)); }

  absl::Status ToStatus() const {
    if (faults_.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("roster: ", absl::StrJoin(faults_, "; ")));
  }

 private:
  std::vector<std::string> faults_;
};

}  // namespace

absl::StatusOr<v1::Roster> ParseRoster(absl::string_view text) {
  Faults faults;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&faults);
  v1::Roster roster;
  if (!parser.ParseFromString(std::string(text), &roster)) return faults.ToStatus();
  return roster;
}

// Fills a Roster and collects what is wrong. Faults name owners by id and fields by index: an
// identifier is personal data.
class RosterBuilder {
 public:
  explicit RosterBuilder(absl::string_view default_region) : default_region_(default_region) {}

  void AddTeams(const v1::Roster& roster) {
    for (const v1::Team& team : roster.teams()) {
      if (team.team_id().empty()) faults_.Add("a team has no team_id");
      if (!teams_.insert(team.team_id()).second)
        faults_.Add(absl::StrCat("team ", team.team_id(), " is repeated"));
    }
  }

  void AddOwner(const v1::Owner& owner) {
    const std::string& id = owner.owner_id();
    if (id.empty()) faults_.Add("an owner has no owner_id");
    if (!roster_.owners_.insert(id).second) faults_.Add(absl::StrCat("owner ", id, " is repeated"));
    if (!owner.team_id().empty() && !teams_.contains(owner.team_id())) {
      faults_.Add(absl::StrCat("owner ", id, ": team ", owner.team_id(), " is not in the roster"));
    }
    for (int i = 0; i < owner.identifiers_size(); ++i) AddIdentifier(owner, i);
  }

  void CheckPools(const v1::Roster& roster) {
    for (const v1::Team& team : roster.teams()) {
      if (!team.pool_owner_id().empty() && !roster_.owners_.contains(team.pool_owner_id())) {
        faults_.Add(absl::StrCat("team ", team.team_id(), ": pool owner ", team.pool_owner_id(),
                                 " is not in the roster"));
      }
    }
  }

  void AddDomain(absl::string_view raw) {
    std::string address;
    if (!NormalizeEmail(absl::StrCat("a@", absl::StripAsciiWhitespace(raw)), address)) {
      faults_.Add(absl::StrCat("domain ", raw, " is not a mail domain"));
      return;
    }
    const absl::string_view domain = EmailDomain(address);
    if (RegistrableDomain(domain).empty() || IsFreeMail(domain)) {
      faults_.Add(
          absl::StrCat("domain ", raw, " is open to anybody: it would make strangers ours"));
      return;
    }
    roster_.domains_.insert(std::string(domain));
  }

  void AddSharedMailbox(const std::string& raw, int index) {
    std::string address;
    if (!NormalizeEmail(raw, address)) {
      faults_.Add(absl::StrCat("shared_mailboxes[", index, "] is not an e-mail address"));
      return;
    }
    roster_.shared_mailboxes_.insert(std::move(address));
  }

  void AddAccount(const v1::Account& account) {
    if (account.owner_id().empty()) return;
    if (!roster_.owners_.contains(account.owner_id())) {
      faults_.Add(absl::StrCat("account ", account.account_id(), ": owner ", account.owner_id(),
                               " is not in the roster"));
      return;
    }
    roster_.owner_of_account_[account.account_id()] = account.owner_id();
    for (const std::string& domain : account.domains()) {
      roster_.owner_of_account_[absl::StrCat("domain:", absl::AsciiStrToLower(domain))] =
          account.owner_id();
    }
  }

  absl::StatusOr<Roster> Build() {
    if (absl::Status status = faults_.ToStatus(); !status.ok()) return status;
    return std::move(roster_);
  }

 private:
  void AddIdentifier(const v1::Owner& owner, int index) {
    const v1::Identifier& identifier = owner.identifiers(index);
    const std::string where =
        absl::StrCat("owner ", owner.owner_id(), ": identifiers[", index, "] ");
    std::string normalized, key;
    if (!NormalizeIdentifier(identifier, default_region_, normalized)) {
      faults_.Add(where + "has no normal form");
      return;
    }
    if (Blocked().Of(identifier.kind(), normalized) == Standing::kNobody) {
      faults_.Add(where + "is a placeholder");
      return;
    }
    IdentityKey(identifier.kind(), identifier.system(), normalized, key);
    const auto [at, added] = roster_.owner_of_key_.emplace(key, owner.owner_id());
    if (!added && at->second != owner.owner_id()) {
      faults_.Add(absl::StrCat(where, "also names owner ", at->second));
    }
  }

  const absl::string_view default_region_;
  absl::flat_hash_set<std::string> teams_;
  Roster roster_;
  Faults faults_;
};

absl::StatusOr<Roster> Roster::Create(const v1::Roster& roster, absl::string_view default_region,
                                      absl::Span<const v1::Account> accounts) {
  RosterBuilder builder(default_region);
  builder.AddTeams(roster);
  for (const v1::Owner& owner : roster.owners()) builder.AddOwner(owner);
  builder.CheckPools(roster);
  for (const std::string& domain : roster.domains()) builder.AddDomain(domain);
  for (int i = 0; i < roster.shared_mailboxes_size(); ++i) {
    builder.AddSharedMailbox(roster.shared_mailboxes(i), i);
  }
  for (const v1::Account& account : accounts) builder.AddAccount(account);
  return builder.Build();
}

absl::string_view Roster::OwnerOfKey(absl::string_view key) const {
  const auto found = owner_of_key_.find(key);
  return found == owner_of_key_.end() ? absl::string_view() : found->second;
}

absl::string_view Roster::OwnerByName(absl::string_view name, absl::string_view system) const {
  if (const auto known = owners_.find(name); known != owners_.end()) return *known;
  std::string normalized, key;
  if (NormalizeEmail(name, normalized)) {
    IdentityKey(v1::IDENTIFIER_KIND_EMAIL, "", normalized, key);
  } else {
    IdentityKey(v1::IDENTIFIER_KIND_RECORD, system, name, key);
  }
  return OwnerOfKey(key);
}

bool Roster::IsOurAddress(absl::string_view normalized_email) const {
  if (IsOurSharedMailbox(normalized_email)) return true;
  if (domains_.empty()) return false;
  absl::string_view domain = EmailDomain(normalized_email);
  for (;;) {
    if (domains_.contains(domain)) return true;
    const size_t dot = domain.find('.');
    if (dot == absl::string_view::npos) return false;
    domain.remove_prefix(dot + 1);
  }
}

bool Roster::IsOurSharedMailbox(absl::string_view normalized_email) const {
  return !shared_mailboxes_.empty() && shared_mailboxes_.contains(normalized_email);
}

absl::string_view Roster::OwnerOfAccount(absl::string_view account_id) const {
  if (owner_of_account_.empty()) return {};
  const auto found = owner_of_account_.find(account_id);
  return found == owner_of_account_.end() ? absl::string_view() : found->second;
}

}  // namespace tend::enrichment
