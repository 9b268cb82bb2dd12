// Which identifiers are one person: the store's interface and what goes through it. Pure values.
//
// Two tables: `identifier -> origin` never changes; `origin -> person` changes at merge and split.
// An origin is the id a person had when first seen: KeyedUuids(key).Of(founding identifier's key),
// so that racing creators agree. A person's id is the origin that was first of its origins.
//
// STRONG identifiers (e-mail, record id, social handle) join people; WEAK ones (phone, visitor)
// only attach where they are free, or where nobody but themselves is known of their person, because
// desks and machines are shared.
//
// An ASSERTION (one record of a system of record lists the identifiers on one party) attaches
// unknown identifiers and merges the persons of known strong ones. Everything else is an INFERENCE:
// it only proposes, and joins once two keys of different kinds agree or a person of ours decides.
// What an assertion lists beside an erased person's identifier is erased too, unless it is
// somebody's already.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_IDENTITY_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_IDENTITY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "tend/v1/person_event.pb.h"

namespace tend::enrichment {

// One party as it asks who it is. The views live for the call.
struct IdentityClaim {
  // Identity keys (normalize.h), strong ones first, the most telling first: it founds a new person.
  // Never empty, none twice.
  absl::InlinedVector<absl::string_view, 4> keys;
  // One record of a system of record lists all keys on this party.
  bool asserted = false;
  // A person may be founded. False for visitors of the web site that nobody has named.
  bool may_found = true;
  // Of an e-mail among the keys; empty when none tells it.
  absl::string_view account_id;
  // Hash of folded name and company, an inference's key; 0: none.
  uint64_t name_and_company = 0;
};

// Who a claim's party is. The views live until the store's next call.
struct Resolution {
  enum class Is { kPerson, kUnknown, kErased };
  Is is = Is::kUnknown;
  absl::string_view person_id;
  absl::string_view origin_id;
  absl::string_view
      account_id;            // the claim's, else the last one told for this person; may be empty
  int64_t identity_seq = 0;  // the identity log's last entry at that moment
};

// What two persons have in common without an assertion.
enum class InferenceKey : uint8_t { kNameAndCompany, kMailbox, kPhone, kListedTogether };

struct Proposal {
  std::string person_a;
  std::string person_b;
  std::vector<InferenceKey> agreeing;  // one, or more where they were kept apart
};

// Both tables, the identity log and the proposals. Each method is one transaction: all or nothing.
// Repeating a call changes nothing more, so that an aborted batch may be done again.
// Errors of all methods: UNAVAILABLE when the store cannot be reached (the in-memory one always
// can).
class IdentityStore {
 public:
  virtual ~IdentityStore() = default;

  // Gets or creates, in one batch. resolutions: as many as claims, overwritten.
  virtual absl::Status Resolve(absl::Span<const IdentityClaim> claims, absl::Time now,
                               absl::Span<Resolution> resolutions) = 0;

  // Two persons are one, as somebody decided; the one founded first survives. Nothing happens if
  // they are one already. cause: without personal data, for it outlives an erasure. Errors:
  // NOT_FOUND.
  virtual absl::Status Merge(absl::string_view person_a, absl::string_view person_b,
                             absl::string_view cause, absl::Time now) = 0;

  // The way back: these origins leave their person together, and no assertion or inference joins
  // them to it again (Merge does). Their person's id is the one founded first among them. cause: as
  // Merge's.
  // Errors: NOT_FOUND; INVALID_ARGUMENT when they are of several persons, or the origin that gives
  // their person its id is among them (split off the others instead).
  virtual absl::Status Split(absl::Span<const std::string> origin_ids, absl::string_view cause,
                             absl::Time now) = 0;

  // Forgets the person: identifiers, accounts, what was compared at merges, by which inferences'
  // keys they were to be found, whom they are like and whom they were kept apart from. What stays:
  // keyed hashes of their identifiers, by which they are known as erased; the ids they had, which
  // are such hashes too; and under these the identity log, that is when they were merged, split and
  // erased. person_id: theirs, or any that they ever had. Errors: NOT_FOUND.
  virtual absl::Status Erase(absl::string_view person_id, absl::Time now) = 0;

  // Inferences that wait for a decision, oldest first.
  virtual absl::StatusOr<std::vector<Proposal>> ListProposals(size_t limit) = 0;

  // Entries of the identity log after `after_seq`, oldest first.
  virtual absl::StatusOr<std::vector<v1::IdentityLogEntry>> ReadLog(int64_t after_seq,
                                                                    size_t limit) = 0;

  // The last entry that was published. Kept by the store, rising.
  virtual absl::StatusOr<int64_t> RelayedSeq() = 0;
  virtual absl::Status SetRelayedSeq(int64_t seq) = 0;
};

// Whether the key's identifier may join people (see the top).
bool IsStrong(absl::string_view key);

// InferenceKey::kMailbox of an e-mail's key: the same for all spellings of one mailbox.
uint64_t MailboxHash(absl::string_view key);

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_IDENTITY_H_
