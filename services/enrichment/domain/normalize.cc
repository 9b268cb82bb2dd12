#include "services/enrichment/domain/normalize.h"

#include "absl/strings/str_cat.h"
#include "common/model/social.h"
#include "services/enrichment/domain/email.h"
#include "services/enrichment/domain/phone.h"
#include "services/enrichment/domain/record_id.h"

namespace tend::enrichment {
namespace {

absl::string_view PrefixOf(v1::IdentifierKind kind) {
  switch (kind) {
    case v1::IDENTIFIER_KIND_EMAIL:
      return "email:";
    case v1::IDENTIFIER_KIND_PHONE:
      return "phone:";
    case v1::IDENTIFIER_KIND_SOCIAL:
      return "social:";
    case v1::IDENTIFIER_KIND_RECORD:
      return "record:";
    case v1::IDENTIFIER_KIND_VISITOR:
      return "visitor:";
    default:
      return "";
  }
}

bool HasSystem(v1::IdentifierKind kind) {
  return kind == v1::IDENTIFIER_KIND_RECORD || kind == v1::IDENTIFIER_KIND_VISITOR;
}

}  // namespace

bool NormalizeIdentifier(const v1::Identifier& identifier, absl::string_view default_region,
                         std::string& out) {
  switch (identifier.kind()) {
    case v1::IDENTIFIER_KIND_EMAIL:
      return NormalizeEmail(identifier.raw(), out);
    case v1::IDENTIFIER_KIND_PHONE:
      return NormalizePhone(identifier.raw(), default_region, out);
    case v1::IDENTIFIER_KIND_SOCIAL:
      return model::NormalizeSocial(identifier.system(), identifier.raw(), out);
    case v1::IDENTIFIER_KIND_RECORD:
    case v1::IDENTIFIER_KIND_VISITOR:
      return NormalizeRecordId(identifier.system(), identifier.raw(), out);
    default:
      return false;
  }
}

void IdentityKey(v1::IdentifierKind kind, absl::string_view system, absl::string_view normalized,
                 std::string& out) {
  const absl::string_view prefix = PrefixOf(kind);
  out.assign(prefix.data(), prefix.size());
  if (HasSystem(kind)) {
    out.append(system.data(), system.size());
    out.push_back('|');
  }
  out.append(normalized.data(), normalized.size());
}

v1::IdentifierKind KindOfKey(absl::string_view key) {
  switch (key.empty() ? '\0' : key.front()) {
    case 'e':
      return v1::IDENTIFIER_KIND_EMAIL;
    case 'p':
      return v1::IDENTIFIER_KIND_PHONE;
    case 's':
      return v1::IDENTIFIER_KIND_SOCIAL;
    case 'r':
      return v1::IDENTIFIER_KIND_RECORD;
    case 'v':
      return v1::IDENTIFIER_KIND_VISITOR;
    default:
      return v1::IDENTIFIER_KIND_UNSPECIFIED;
  }
}

v1::Identifier IdentifierOfKey(absl::string_view key) {
  v1::Identifier identifier;
  identifier.set_kind(KindOfKey(key));
  key.remove_prefix(PrefixOf(identifier.kind()).size());
  if (HasSystem(identifier.kind())) {
    const size_t bar = key.find('|');
    identifier.set_system(absl::StrCat(key.substr(0, bar)));
    key.remove_prefix(bar + 1);
  }
  if (identifier.kind() == v1::IDENTIFIER_KIND_SOCIAL) {
    identifier.set_system(absl::StrCat(key.substr(0, key.find(':'))));
  }
  identifier.set_normalized(absl::StrCat(key));
  return identifier;
}

}  // namespace tend::enrichment
