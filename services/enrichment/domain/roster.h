// Who "we" are: owners and their identifiers, our mail domains, our shared mailboxes. Pure.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_ROSTER_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_ROSTER_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tend/v1/person.pb.h"

namespace tend::enrichment {

// Reads a roster from protobuf text. Errors: INVALID_ARGUMENT with the line of each fault.
absl::StatusOr<v1::Roster> ParseRoster(absl::string_view text);

// A roster made ready for look-ups. Immutable, hence for any thread.
class Roster {
 public:
  // Nobody is ours, unless the mapping says so.
  Roster() = default;

  // default_region: see NormalizePhone. accounts: owners of accounts, where the CRM knows them.
  // Errors: INVALID_ARGUMENT naming all faults at once: an owner or team without an id or with a
  // repeated one, an identifier that has no normal form, is blocked or names two owners, an unknown
  // team or pool owner, a domain that is none or is free mail, an account owner that is unknown.
  static absl::StatusOr<Roster> Create(const v1::Roster& roster,
                                       absl::string_view default_region = "",
                                       absl::Span<const v1::Account> accounts = {});

  // The owner with this identity key (see IdentityKey); empty when it is nobody's of us.
  absl::string_view OwnerOfKey(absl::string_view key) const;

  // The owner that a system of record names by our id, an e-mail, or `system`'s record id; empty
  // when the roster knows none of them.
  absl::string_view OwnerByName(absl::string_view name, absl::string_view system) const;

  // Whether a normalised address belongs to us: on one of our domains, below one, or listed.
  bool IsOurAddress(absl::string_view normalized_email) const;
  bool IsOurSharedMailbox(absl::string_view normalized_email) const;

  // The owner of an account; empty when none is known.
  absl::string_view OwnerOfAccount(absl::string_view account_id) const;

 private:
  friend class RosterBuilder;

  absl::flat_hash_set<std::string> owners_;
  absl::flat_hash_map<std::string, std::string> owner_of_key_;
  absl::flat_hash_map<std::string, std::string> owner_of_account_;
  absl::flat_hash_set<std::string> domains_;
  absl::flat_hash_set<std::string> shared_mailboxes_;
};

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_ROSTER_H_
