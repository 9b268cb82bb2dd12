// Record ids of systems of record in the form in which they are compared. Pure.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_RECORD_ID_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_RECORD_ID_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tend::enrichment {

// Writes the id without surrounding space to `out` and returns true; false where it is empty, too
// long (256 bytes) or has control characters.
// system "salesforce" or "salesforce:ORG": the 18 characters of the case-safe form. A 15-character
// id gains its suffix; one of 18 has its case restored from the suffix, so that an upper-cased
// export is the same record. Anything else is refused there.
bool NormalizeRecordId(absl::string_view system, absl::string_view raw, std::string& out);

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_RECORD_ID_H_
