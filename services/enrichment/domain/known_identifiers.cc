#include "services/enrichment/domain/known_identifiers.h"

#include "services/enrichment/domain/email.h"
#include "services/enrichment/domain/normalize.h"
#include "services/enrichment/domain/phone.h"
#include "services/enrichment/domain/time_zone.h"

namespace tend::enrichment {

const KnownIdentifier& KnownIdentifiers::Get(const v1::Identifier& identifier) {
  name_.assign(1, static_cast<char>(identifier.kind()));
  name_.append(identifier.raw());
  if (!identifier.system().empty()) name_.append(1, '\0').append(identifier.system());
  const auto [at, added] = known_.try_emplace(name_);
  if (added) WorkOut(identifier, at->second);
  return at->second;
}

void KnownIdentifiers::WorkOut(const v1::Identifier& identifier, KnownIdentifier& known) {
  known.kind = identifier.kind();
  if (!NormalizeIdentifier(identifier, default_region_, known.normalized)) {
    known.normalized.clear();
    return;
  }
  IdentityKey(known.kind, identifier.system(), known.normalized, known.key);
  known.standing = blocked_.Of(known.kind, known.normalized);
  const bool mail = known.kind == v1::IDENTIFIER_KIND_EMAIL;
  known.owner_id = std::string(roster_.OwnerOfKey(known.key));
  known.ours = !known.owner_id.empty() || (mail && roster_.IsOurAddress(known.normalized));
  known.our_mailbox = mail && roster_.IsOurSharedMailbox(known.normalized);
  if (mail) {
    const MailDomain& domain = domains_.Get(EmailDomain(known.normalized));
    known.account_id = domain.account_id;
    known.time_zone = domain.time_zone;
  } else if (known.kind == v1::IDENTIFIER_KIND_PHONE) {
    known.time_zone = std::string(TimeZoneOfRegion(PhoneRegion(known.normalized)));
  }
}

}  // namespace tend::enrichment
