// Handles of social networks in the form in which they are compared. Pure.
//
// | system   | accepted                                                  | normal form       |
// |----------|-----------------------------------------------------------|-------------------|
// | linkedin | /in/x (with /pub, /comm/in, /mwlite/in, /m/in, locale), x | linkedin:in:x     |
// |          | /sales/lead/ID,...                                        | linkedin:lead:ID  |
// | x        | x.com/ann, twitter.com/ann, @ann                          | x:ann             |
// | github   | github.com/ann, @ann                                      | github:ann        |
// | xing     | xing.com/profile/Ann_Lee2 (/cv), Ann_Lee2                 | xing:ann_lee2     |
// | mastodon | acct:ann@host, @ann@host, host/@ann, host/users/ann       | mastodon:ann@host |
// | bluesky  | bsky.app/profile/H, @H, H; H a handle or a did:plc        | bluesky:H         |
//
// Source: reference/ecosystem.md 10.1. Pages of companies and schools are not people and are
// refused. Handles of LinkedIn and Xing are shown without percent escapes, unless what they escape
// is no UTF-8 or has control characters: linkedin:in:caf%e9.

#ifndef TEND_COMMON_MODEL_SOCIAL_H_
#define TEND_COMMON_MODEL_SOCIAL_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tend::model {

// Writes the normal form of `raw` to `out` and returns true; false where it names nobody, as one
// with control characters does. REQUIRES: both are UTF-8; so is the normal form.
// system: "linkedin", "x" (or "twitter"), "github", "xing", "mastodon", "bluesky"; empty: told by
// the URL's host. A URL of another network than `system` is refused. An unknown system keeps its
// trimmed value as "system:value".
bool NormalizeSocial(absl::string_view system, absl::string_view raw, std::string& out);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_SOCIAL_H_
