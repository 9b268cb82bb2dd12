#include "services/enrichment/domain/mail_domain.h"

#include <libpsl.h>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "services/enrichment/domain/time_zone.h"

namespace tend::enrichment {
namespace {

// The registrable domains of providers where anybody gets a mailbox.
constexpr absl::string_view kFreeMail[] = {
    "gmail.com",        "googlemail.com",  "outlook.com",
    "outlook.de",       "outlook.fr",      "hotmail.com",
    "hotmail.de",       "hotmail.fr",      "hotmail.co.uk",
    "hotmail.it",       "hotmail.es",      "live.com",
    "live.de",          "live.fr",         "live.nl",
    "live.co.uk",       "msn.com",         "passport.com",
    "yahoo.com",        "yahoo.de",        "yahoo.fr",
    "yahoo.co.uk",      "yahoo.co.jp",     "yahoo.co.in",
    "yahoo.es",         "yahoo.it",        "yahoo.ca",
    "yahoo.com.br",     "yahoo.com.au",    "ymail.com",
    "rocketmail.com",   "aol.com",         "aim.com",
    "icloud.com",       "me.com",          "mac.com",
    "gmx.de",           "gmx.net",         "gmx.com",
    "gmx.at",           "gmx.ch",          "gmx.fr",
    "web.de",           "freenet.de",      "t-online.de",
    "arcor.de",         "posteo.de",       "mailbox.org",
    "mail.de",          "online.de",       "proton.me",
    "protonmail.com",   "protonmail.ch",   "pm.me",
    "tutanota.com",     "tutanota.de",     "tuta.io",
    "tuta.com",         "fastmail.com",    "fastmail.fm",
    "hey.com",          "hushmail.com",    "zoho.com",
    "zohomail.com",     "zohomail.eu",     "mail.com",
    "email.com",        "usa.com",         "mail.ru",
    "inbox.ru",         "list.ru",         "bk.ru",
    "yandex.ru",        "yandex.com",      "ya.ru",
    "rambler.ru",       "qq.com",          "foxmail.com",
    "163.com",          "126.com",         "yeah.net",
    "sina.com",         "sina.cn",         "sohu.com",
    "naver.com",        "hanmail.net",     "daum.net",
    "nate.com",         "rediffmail.com",  "orange.fr",
    "wanadoo.fr",       "free.fr",         "laposte.net",
    "sfr.fr",           "neuf.fr",         "libero.it",
    "virgilio.it",      "tiscali.it",      "alice.it",
    "tin.it",           "wp.pl",           "o2.pl",
    "onet.pl",          "interia.pl",      "seznam.cz",
    "centrum.cz",       "bluewin.ch",      "hispeed.ch",
    "ziggo.nl",         "kpnmail.nl",      "planet.nl",
    "xs4all.nl",        "telenet.be",      "skynet.be",
    "btinternet.com",   "btopenworld.com", "sky.com",
    "talktalk.net",     "virginmedia.com", "ntlworld.com",
    "blueyonder.co.uk", "comcast.net",     "verizon.net",
    "att.net",          "sbcglobal.net",   "bellsouth.net",
    "cox.net",          "charter.net",     "earthlink.net",
    "juno.com",         "optonline.net",   "rogers.com",
    "shaw.ca",          "sympatico.ca",    "uol.com.br",
    "bol.com.br",       "terra.com.br",    "bigpond.com",
    "optusnet.com.au",  "xtra.co.nz",      "duck.com",
    "mailinator.com",   "yopmail.com",     "guerrillamail.com"};

std::string TopLevelRegion(absl::string_view domain) {
  const absl::string_view top = domain.substr(domain.rfind('.') + 1);
  if (top.size() != 2) return "";
  if (top == "uk") return "GB";
  return absl::AsciiStrToUpper(top);
}

}  // namespace

std::string RegistrableDomain(absl::string_view domain) {
  static const psl_ctx_t* const suffixes = [] {
    const psl_ctx_t* builtin = psl_builtin();
    TEND_CHECK(builtin != nullptr);  // a libpsl without a list is a broken installation
    return builtin;
  }();
  const std::string name(domain);
  const char* registrable = psl_registrable_domain(suffixes, name.c_str());
  return registrable == nullptr ? std::string() : std::string(registrable);
}

bool IsFreeMail(absl::string_view domain) {
  static const absl::flat_hash_set<absl::string_view> providers(std::begin(kFreeMail),
                                                                std::end(kFreeMail));
  return providers.contains(domain);
}

const MailDomain& MailDomains::Get(absl::string_view domain) {
  if (const auto found = known_.find(domain); found != known_.end()) return found->second;
  MailDomain& answer = known_[domain];
  const std::string registrable = RegistrableDomain(domain);
  if (!registrable.empty() && !IsFreeMail(registrable)) {
    answer.account_id = absl::StrCat("domain:", registrable);
    answer.time_zone = std::string(TimeZoneOfRegion(TopLevelRegion(domain)));
  }
  return answer;
}

}  // namespace tend::enrichment
