#include "services/enrichment/domain/blocked.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "services/enrichment/domain/email.h"

namespace tend::enrichment {
namespace {

// RFC 2142 and what companies in English, German, French, Spanish and Italian use beside it.
constexpr absl::string_view kShared[] = {"abuse",
                                         "accounting",
                                         "accounts",
                                         "accueil",
                                         "admin",
                                         "administration",
                                         "administrator",
                                         "all",
                                         "amministrazione",
                                         "anfrage",
                                         "bestellung",
                                         "bewerbung",
                                         "bewerbungen",
                                         "billing",
                                         "buchhaltung",
                                         "bureau",
                                         "business",
                                         "career",
                                         "careers",
                                         "commercial",
                                         "compras",
                                         "comptabilite",
                                         "compta",
                                         "contabilidad",
                                         "contact",
                                         "contacto",
                                         "contatti",
                                         "customercare",
                                         "customerservice",
                                         "customersupport",
                                         "datenschutz",
                                         "dataprotection",
                                         "direction",
                                         "dpo",
                                         "einkauf",
                                         "email",
                                         "empfang",
                                         "enquiries",
                                         "enquiry",
                                         "events",
                                         "everyone",
                                         "feedback",
                                         "finance",
                                         "frontdesk",
                                         "ftp",
                                         "geschaeftsfuehrung",
                                         "hallo",
                                         "hello",
                                         "help",
                                         "helpdesk",
                                         "hi",
                                         "hola",
                                         "hostmaster",
                                         "hr",
                                         "info",
                                         "infos",
                                         "inquiries",
                                         "inquiry",
                                         "invoice",
                                         "invoices",
                                         "it",
                                         "jobs",
                                         "karriere",
                                         "kontakt",
                                         "kundenservice",
                                         "legal",
                                         "mail",
                                         "mailbox",
                                         "marketing",
                                         "media",
                                         "news",
                                         "newsletter",
                                         "noc",
                                         "office",
                                         "order",
                                         "orders",
                                         "partner",
                                         "partners",
                                         "payments",
                                         "people",
                                         "personal",
                                         "post",
                                         "presse",
                                         "press",
                                         "privacy",
                                         "procurement",
                                         "purchasing",
                                         "rechnung",
                                         "rechnungen",
                                         "reception",
                                         "recruiting",
                                         "recruitment",
                                         "root",
                                         "sales",
                                         "security",
                                         "sekretariat",
                                         "service",
                                         "services",
                                         "shop",
                                         "staff",
                                         "subscribe",
                                         "support",
                                         "team",
                                         "unsubscribe",
                                         "usenet",
                                         "uucp",
                                         "ventas",
                                         "verkauf",
                                         "vertrieb",
                                         "verwaltung",
                                         "webmaster",
                                         "welcome",
                                         "www",
                                         "zentrale"};

constexpr absl::string_view kMachines[] = {
    "alert",         "alerts",    "auto-reply",      "automailer",
    "autoreply",     "bounce",    "bounces",         "calendar-notification",
    "cron",          "daemon",    "do-not-reply",    "do_not_reply",
    "donotreply",    "listserv",  "mailer",          "mailer-daemon",
    "mailerdaemon",  "majordomo", "no-reply",        "no_reply",
    "no.reply",      "noreply",   "nicht-antworten", "notification",
    "notifications", "notify",    "nobody",          "postmaster",
    "reply",         "robot",     "system",          "unknown-sender"};

// Mailboxes and domains that people invent where a form asks for an address.
constexpr absl::string_view kInventedLocals[] = {
    "abc",       "abc123",  "aaa",      "asdf",     "asdfg",   "dummy",  "fake",
    "na",        "noemail", "no-email", "nomail",   "none",    "noone",  "notavailable",
    "null",      "qwerty",  "test",     "test1",    "test123", "tester", "testing",
    "undefined", "unknown", "xxx",      "anonymous"};
constexpr absl::string_view kInventedDomains[] = {
    "test.com", "test.de", "test.test", "noemail.com",     "nomail.com",  "none.com",  "null.com",
    "fake.com", "abc.com", "asdf.com",  "noemail.invalid", "unknown.com", "domain.com"};

// What systems write into a field that has no value. Short ones ("0", "x") are left out: they are
// ids too.
constexpr absl::string_view kNoValue[] = {
    "-",       "--",        "---",
    "n/a",     "#n/a",      "n.a.",
    "nan",     "nil",       "none",
    "null",    "(null)",    "undefined",
    "unknown", "unbekannt", "not available",
    "not set", "anonymous", "00000000-0000-0000-0000-000000000000"};

template <size_t size>
absl::flat_hash_set<absl::string_view> SetOf(const absl::string_view (&values)[size]) {
  return {std::begin(values), std::end(values)};
}

const absl::flat_hash_map<absl::string_view, Standing>& StandingOfLocals() {
  static const auto* const standings = [] {
    auto* made = new absl::flat_hash_map<absl::string_view, Standing>;
    for (absl::string_view local : kShared) made->emplace(local, Standing::kShared);
    for (absl::string_view local : kMachines) made->emplace(local, Standing::kMachine);
    for (absl::string_view local : kInventedLocals) made->emplace(local, Standing::kNobody);
    return made;
  }();
  return *standings;
}

Standing OfEmail(absl::string_view normalized) {
  static const auto* const invented = new auto(SetOf(kInventedDomains));
  const size_t at = normalized.rfind('@');
  const absl::string_view domain = normalized.substr(at + 1);
  if (invented->contains(domain) || absl::EndsWith(domain, ".invalid")) return Standing::kNobody;
  absl::string_view local = normalized.substr(0, at);
  if (absl::StartsWith(local, "noreply") || absl::StartsWith(local, "no-reply") ||
      absl::StartsWith(local, "bounce+") || absl::StartsWith(local, "bounces+")) {
    return Standing::kMachine;
  }
  local = local.substr(0, local.find('+', 1));
  const auto found = StandingOfLocals().find(local);
  return found == StandingOfLocals().end() ? Standing::kPersonal : found->second;
}

}  // namespace

bool IsPlaceholder(absl::string_view value) {
  static const auto* const placeholders = new auto(SetOf(kNoValue));
  value = absl::StripAsciiWhitespace(value);
  return value.empty() ||
         (value.size() <= 36 && placeholders->contains(absl::AsciiStrToLower(value)));
}

Standing Blocked::Of(v1::IdentifierKind kind, absl::string_view normalized) const {
  if (!values_.empty() && values_.contains(normalized)) return Standing::kNobody;
  switch (kind) {
    case v1::IDENTIFIER_KIND_EMAIL:
      return OfEmail(normalized);
    case v1::IDENTIFIER_KIND_PHONE:
      return Standing::kPersonal;  // NormalizePhone refuses made-up ones
    case v1::IDENTIFIER_KIND_SOCIAL: {
      const size_t colon = normalized.rfind(':');
      return IsPlaceholder(normalized.substr(colon + 1)) ? Standing::kNobody : Standing::kPersonal;
    }
    default:
      return IsPlaceholder(normalized) ? Standing::kNobody : Standing::kPersonal;
  }
}

}  // namespace tend::enrichment
