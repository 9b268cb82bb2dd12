// Where a country code alone tells the time zone. Pure.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_TIME_ZONE_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_TIME_ZONE_H_

#include "absl/strings/string_view.h"

namespace tend::enrichment {

// The IANA zone of a region ("DE" -> "Europe/Berlin"); empty for regions with several zones of
// weight (US, CA, BR, AU, RU, MX ...), for unknown ones, and for those whose top-level domain is
// used all over the world (.io, .ai, .co, .me, .tv). Islands far off (Azores, Canaries) are taken
// as mainland: they hold under 6 % of their country's people.
absl::string_view TimeZoneOfRegion(absl::string_view region);

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_TIME_ZONE_H_
