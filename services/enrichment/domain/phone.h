// Telephone numbers in E.164. Pure.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_PHONE_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_PHONE_H_

#include <string>
#include <utility>

#include "absl/container/node_hash_map.h"
#include "absl/strings/string_view.h"

namespace tend::enrichment {

// Writes "+49301234567" to `out` and returns true; with an extension "+49301234567;ext=12" (RFC
// 3966), since a number with its extension is not the switchboard's. Returns false where `raw` is
// no number that could exist. default_region: ISO 3166 code ("DE") in whose way numbers without "+"
// are written; empty: such numbers are refused, because a guessed country would join strangers.
// Cost: about 30 us (libphonenumber parses by regular expressions): see Phones.
bool NormalizePhone(absl::string_view raw, absl::string_view default_region, std::string& out);

// The ISO 3166 region of a normalised number ("DE"); empty where the country code covers several
// regions that the number does not tell apart.
std::string PhoneRegion(absl::string_view normalized);

// Normalises and remembers: call logs and lists name the same numbers again. For one thread.
class Phones {
 public:
  struct Phone {
    std::string normalized;  // empty: no number
    std::string time_zone;   // of a region with one zone; else empty
  };

  explicit Phones(std::string default_region) : default_region_(std::move(default_region)) {}

  // Lives until the next Trim. About 50 ns for a known number.
  const Phone& Get(absl::string_view raw);

  // Forgets all when there are too many (about 200 bytes each); they are learned again.
  void Trim() {
    if (known_.size() > kMaxKnown) known_.clear();
  }

 private:
  static constexpr size_t kMaxKnown = 16384;

  const std::string default_region_;
  absl::node_hash_map<std::string, Phone> known_;
};

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_PHONE_H_
