// What a mail domain tells about who writes from it. Pure, apart from the list of public suffixes
// that libpsl has built in.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_MAIL_DOMAIN_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_MAIL_DOMAIN_H_

#include <string>

#include "absl/container/node_hash_map.h"
#include "absl/strings/string_view.h"

namespace tend::enrichment {

// The domain somebody registered: "example.co.uk" of "mail.example.co.uk". Empty for a public
// suffix itself. domain: lower-case A-labels, as NormalizeEmail makes them.
std::string RegistrableDomain(absl::string_view domain);

// Whether anybody can have an address there (gmail.com, web.de): its people share no company.
bool IsFreeMail(absl::string_view domain);

struct MailDomain {
  std::string account_id;  // "domain:example.com"; empty for free mail and public suffixes
  std::string time_zone;   // of a country with one zone, told by its top-level domain; else empty
};

// Answers per domain, remembered: a look-up costs about 20 ns. For one thread.
class MailDomains {
 public:
  // max_domains: how many Trim leaves; about 150 bytes each.
  explicit MailDomains(size_t max_domains = 65536) : max_domains_(max_domains) {}

  // Lives until the next Trim.
  const MailDomain& Get(absl::string_view domain);

  // Forgets all when there are too many; they are learned again.
  void Trim() {
    if (known_.size() > max_domains_) known_.clear();
  }

 private:
  const size_t max_domains_;
  absl::node_hash_map<std::string, MailDomain> known_;
};

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_MAIL_DOMAIN_H_
