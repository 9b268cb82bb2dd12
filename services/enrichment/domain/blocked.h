// Identifiers that many people, machines or nobody stand behind. Pure.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_BLOCKED_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_BLOCKED_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "tend/v1/identifier.pb.h"

namespace tend::enrichment {

// What an identifier is good for.
enum class Standing {
  // It names one person.
  kPersonal,
  // A mailbox that several people read (info@, sales@). It stands for itself where a party has no
  // other identifier, so that what is asked or refused through it is kept; it never attaches to a
  // person and never joins two.
  kShared,
  // A mailbox that nobody reads (noreply@, mailer-daemon@). It is no person.
  kMachine,
  // A placeholder or a blocked value: as if the field had been empty.
  kNobody,
};

// Judges normalised identifiers by name, and by a list of the operator's own.
class Blocked {
 public:
  Blocked() = default;
  // values: normalised identifiers that never name a person, e.g. a switchboard's "+49301234567".
  explicit Blocked(const std::vector<std::string>& values)
      : values_(values.begin(), values.end()) {}

  // normalized: by NormalizeIdentifier. About 20 ns for an e-mail.
  Standing Of(v1::IdentifierKind kind, absl::string_view normalized) const;

 private:
  absl::flat_hash_set<std::string> values_;
};

// "n/a", "unknown", "-", nothing: a value that says that there is none. Case and space do not
// matter.
bool IsPlaceholder(absl::string_view value);

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_BLOCKED_H_
