// Identifiers in the form in which they are compared, and the keys made of them. Pure.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_NORMALIZE_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_NORMALIZE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "tend/v1/identifier.pb.h"

namespace tend::enrichment {

// Writes the normal form of `identifier.raw()` to `out` and returns true; false where it has none.
// default_region: see NormalizePhone. See email.h, phone.h, record_id.h, social.h for the forms;
// a visitor's id is only trimmed.
bool NormalizeIdentifier(const v1::Identifier& identifier, absl::string_view default_region,
                         std::string& out);

// The name by which identity knows a normalised identifier, written over `out`:
//   email:ann@example.com   phone:+49301234567   social:linkedin:in:ann
//   record:hubspot:62515|101   visitor:web|5f2c   (system, "|", value)
// Durable: a new person's id is made of it, so it never changes. Personal data.
void IdentityKey(v1::IdentifierKind kind, absl::string_view system, absl::string_view normalized,
                 std::string& out);

// The identifier a key was made of, without its raw value.
v1::Identifier IdentifierOfKey(absl::string_view key);

// The kind a key was made for.
v1::IdentifierKind KindOfKey(absl::string_view key);

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_NORMALIZE_H_
