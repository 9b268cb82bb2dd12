#include "services/enrichment/domain/blocked.h"

#include "gtest/gtest.h"
#include "services/enrichment/domain/mail_domain.h"
#include "services/enrichment/domain/time_zone.h"

namespace tend::enrichment {
namespace {

Standing OfEmail(absl::string_view address) {
  return Blocked().Of(v1::IDENTIFIER_KIND_EMAIL, address);
}

TEST(BlockedTest, PeopleAreTheRule) {
  for (const char* address :
       {"ann@example.com", "ann.lee+sales@example.com", "salesman@example.com",
        "ian.fo@example.com", "support.ann@example.com"}) {
    EXPECT_EQ(OfEmail(address), Standing::kPersonal) << address;
  }
}

TEST(BlockedTest, SharedMailboxes) {
  for (const char* address : {"info@example.com", "sales@example.com", "support+123@example.com",
                              "kontakt@example.de", "vertrieb@example.de", "hr@example.com"}) {
    EXPECT_EQ(OfEmail(address), Standing::kShared) << address;
  }
}

TEST(BlockedTest, Machines) {
  for (const char* address :
       {"noreply@example.com", "no-reply@example.com", "noreply-12@example.com",
        "mailer-daemon@example.com", "bounces+ann=x@example.com"}) {
    EXPECT_EQ(OfEmail(address), Standing::kMachine) << address;
  }
}

TEST(BlockedTest, Placeholders) {
  for (const char* address : {"test@test.com", "ann@test.com", "none@example.com", "x@y.invalid"}) {
    EXPECT_EQ(OfEmail(address), Standing::kNobody) << address;
  }
  for (const char* value : {"", " ", "N/A", "Unknown", "-", "null", "(null)"}) {
    EXPECT_TRUE(IsPlaceholder(value)) << value;
  }
  for (const char* value : {"0", "x", "17", "ann"}) EXPECT_FALSE(IsPlaceholder(value)) << value;
}

TEST(BlockedTest, TheOperatorsOwnValues) {
  const Blocked blocked({"+49301234567"});
  EXPECT_EQ(blocked.Of(v1::IDENTIFIER_KIND_PHONE, "+49301234567"), Standing::kNobody);
  EXPECT_EQ(blocked.Of(v1::IDENTIFIER_KIND_PHONE, "+49301234568"), Standing::kPersonal);
}

TEST(MailDomainTest, AccountsAreRegistrableDomains) {
  MailDomains domains;
  EXPECT_EQ(domains.Get("example.com").account_id, "domain:example.com");
  EXPECT_EQ(domains.Get("mail.eu.example.co.uk").account_id, "domain:example.co.uk");
  EXPECT_EQ(domains.Get("xn--bcher-kva.example").account_id, "domain:xn--bcher-kva.example");
}

TEST(MailDomainTest, FreeMailAndPublicSuffixesAreNoAccount) {
  MailDomains domains;
  for (const char* domain :
       {"gmail.com", "web.de", "t-online.de", "co.uk", "com", "mail.gmx.net"}) {
    EXPECT_EQ(domains.Get(domain).account_id, "") << domain;
  }
}

TEST(MailDomainTest, ForgettingChangesNoAnswer) {
  MailDomains domains(1);
  for (int round = 0; round < 3; ++round) {
    domains.Trim();
    EXPECT_EQ(domains.Get("a.example.de").account_id, "domain:example.de");
    EXPECT_EQ(domains.Get("b.example.de").time_zone, "Europe/Berlin");
  }
}

TEST(TimeZoneTest, OnlyWhereACountryHasOne) {
  EXPECT_EQ(TimeZoneOfRegion("GB"), "Europe/London");
  for (const char* region : {"US", "IO", "AI", "CO", "", "ZZ"})
    EXPECT_EQ(TimeZoneOfRegion(region), "");
}

}  // namespace
}  // namespace tend::enrichment
