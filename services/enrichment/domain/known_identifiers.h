// What an identifier tells by itself, worked out once and remembered. Pure.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_KNOWN_IDENTIFIERS_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_KNOWN_IDENTIFIERS_H_

#include <string>
#include <utility>

#include "absl/container/node_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/enrichment/domain/blocked.h"
#include "services/enrichment/domain/mail_domain.h"
#include "services/enrichment/domain/roster.h"
#include "tend/v1/identifier.pb.h"

namespace tend::enrichment {

struct KnownIdentifier {
  v1::IdentifierKind kind = v1::IDENTIFIER_KIND_UNSPECIFIED;
  std::string normalized;  // empty: it has no normal form, and nothing below holds
  std::string key;         // see IdentityKey
  Standing standing = Standing::kNobody;
  bool ours = false;         // an owner of the roster, or an address of ours
  bool our_mailbox = false;  // a shared mailbox of ours
  std::string owner_id;      // the owner whom the roster knows by it; empty when it knows none
  std::string account_id;    // of an outsider's e-mail; may be empty
  std::string time_zone;     // guessed by country; may be empty
};

// The same few identifiers come again and again: a look-up costs about 70 ns, a plain e-mail's
// first time about 1 us, a phone number's 60 us. For one thread.
class KnownIdentifiers {
 public:
  // roster outlives this. default_region: see NormalizePhone.
  KnownIdentifiers(std::string default_region, Blocked blocked, const Roster& roster)
      : default_region_(std::move(default_region)), blocked_(std::move(blocked)), roster_(roster) {}

  // Lives until the next Trim.
  const KnownIdentifier& Get(const v1::Identifier& identifier);

  // Forgets all when there are too many (about 400 bytes each); they are worked out again.
  void Trim() {
    if (known_.size() > kMaxKnown) known_.clear(), domains_.Trim();
  }

 private:
  static constexpr size_t kMaxKnown = 32768;

  void WorkOut(const v1::Identifier& identifier, KnownIdentifier& known);

  const std::string default_region_;
  const Blocked blocked_;
  const Roster& roster_;
  MailDomains domains_;
  absl::node_hash_map<std::string, KnownIdentifier> known_;  // by kind, raw value, and system
  std::string name_;                                         // reused
};

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_KNOWN_IDENTIFIERS_H_
