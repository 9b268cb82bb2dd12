// Telephone numbers in E.164. Pure.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_PHONE_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_PHONE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tend::enrichment {

// Writes "+49301234567" to `out` and returns true; with an extension "+49301234567;ext=12" (RFC
// 3966), since a number with its extension is not the switchboard's. Returns false where `raw` is
// no number that could exist. default_region: ISO 3166 code ("DE") in whose way numbers without "+"
// are written; empty: such numbers are refused, because a guessed country would join strangers.
// Cost: about 30 us (libphonenumber parses by regular expressions): see KnownIdentifiers.
bool NormalizePhone(absl::string_view raw, absl::string_view default_region, std::string& out);

// Whether numbers can be written in this region's way: an ISO 3166 code as "DE".
bool IsRegion(const std::string& region);

// The ISO 3166 region of a normalised number ("DE"); empty where the country code covers several
// regions that the number does not tell apart.
std::string PhoneRegion(absl::string_view normalized);

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_PHONE_H_
