// Who the parties of an interaction are, as far as they say themselves: sides, owners, normal
// forms, and the claims to ask the identity store with. Pure.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_PARTY_READER_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_PARTY_READER_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "services/enrichment/domain/identity.h"
#include "services/enrichment/domain/known_identifiers.h"
#include "services/enrichment/domain/roster.h"
#include "tend/v1/interaction.pb.h"

namespace tend::enrichment {

struct PartyOptions {
  // Numbers without "+" are of this region; empty: they are not used. See NormalizePhone.
  std::string default_region;
  // Systems (Source.system) whose records assert: what they list on one party belongs to one
  // person. Besides, a party that carries a record id asserts wherever it came from (a CRM's export
  // read as a file), since only a system of record gives record ids. A network's own export asserts
  // for its members. Mail, calendars, forms and bought lists do not: who types there may mistype,
  // or be two.
  std::vector<std::string> systems_of_record = {"dynamics",   "hubspot", "linkedin", "pipedrive",
                                                "salesforce", "xing",    "zoho"};
  // Normalised identifiers that never name a person (a switchboard's number).
  std::vector<std::string> blocked_values;
};

enum class PartyIs {
  kOurs,
  kPerson,   // outside, with a claim
  kVisitor,  // outside, with a claim, but known by a visitor's id only
  kMachine,  // outside, a mailbox that nobody reads
  kNobody,   // outside, without any usable identifier
};

struct PartyReading {
  PartyIs is = PartyIs::kNobody;
  size_t claim = 0;             // index into claims(), where there is one
  absl::string_view time_zone;  // guessed; empty when nothing tells it
};

// For one thread; keeps its buffers. roster outlives it.
class PartyReader {
 public:
  PartyReader(const PartyOptions& options, const Roster& roster);

  // Fills side, owner_id and normalised identifiers of each party, and reads them. A side that the
  // mapping set stays; else who the roster knows, or whose mail domain is ours, is OURS, the rest
  // THEIRS. An owner that the roster does not know is named by their normalised e-mail, else by the
  // raw value of their first identifier; a shared mailbox of ours has no owner.
  // Appends to readings() one for each party, and to claims() one for each who is outside. What
  // these show lives until Clear.
  void Read(v1::Interaction& interaction);
  const std::vector<PartyReading>& readings() const { return readings_; }
  const std::vector<IdentityClaim>& claims() const { return claims_; }

  // Nobody asks who they are: forgets the claims from this one on.
  void DropClaims(size_t first) { claims_.resize(first); }
  // Begins a new batch.
  void Clear();

 private:
  void ReadIdentifiers(v1::Party& party);
  void NameOwner(v1::Party& party) const;
  PartyReading ReadOutsider(const v1::Interaction& interaction, const v1::Party& party);
  void Claim(const v1::Interaction& interaction, const v1::Party& party, bool shared_only);

  const absl::flat_hash_set<std::string> systems_of_record_;
  KnownIdentifiers known_;

  std::vector<PartyReading> readings_;
  std::vector<IdentityClaim> claims_;
  std::vector<const KnownIdentifier*> named_;  // of the party at hand, those with a normal form
};

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_PARTY_READER_H_
