// E-mail addresses in the form in which they are compared. Pure.
//
// Source: RFC 5321, 5322 (grammar), UTS 46 (domains), design reference 10.1.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_EMAIL_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_EMAIL_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tend::enrichment {

// Writes the normal form of `raw` to `out` and returns true; returns false, with `out` unspecified,
// where `raw` is not the address of a mailbox that a person on the Internet could have.
//
// Space around it, "mailto:" and a display form ("Ann <ann@example.com>") are taken off. The domain
// becomes lower-case A-labels (IDNA, UTS 46 non-transitional). The local part is folded: formally
// it is case-sensitive, no provider of note treats it so. Dots and "+tag" stay: see MailCanonKey.
// Refused: comments, obsolete forms, address literals, domains without a dot or with a numeric last
// label, more than 64 bytes of local part or 254 in all.
// Cost: one pass without allocation for plain ASCII (`out` is reused).
bool NormalizeEmail(absl::string_view raw, std::string& out);

// The part before and after the "@" of a normalised address.
absl::string_view EmailLocal(absl::string_view normalized);
absl::string_view EmailDomain(absl::string_view normalized);

// The address without what its provider is known to ignore: dots and "+tag" at Gmail (one domain
// for googlemail.com), "+tag" at some others. Equal to `normalized` elsewhere. It only proposes
// duplicates: never merge by it alone, never send to it.
std::string MailCanonKey(absl::string_view normalized);

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_EMAIL_H_
