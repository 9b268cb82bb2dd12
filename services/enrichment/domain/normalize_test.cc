#include "services/enrichment/domain/normalize.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/enrichment/domain/email.h"

namespace tend::enrichment {
namespace {

// `normal` empty: refused.
struct Case {
  const char* raw;
  const char* normal;
};

std::string Normal(v1::IdentifierKind kind, const std::string& system, const std::string& raw,
                   absl::string_view region = "") {
  v1::Identifier identifier;
  identifier.set_kind(kind);
  identifier.set_system(system);
  identifier.set_raw(raw);
  std::string out = "left from before";
  return NormalizeIdentifier(identifier, region, out) ? out : "";
}

std::string Email(const std::string& raw) { return Normal(v1::IDENTIFIER_KIND_EMAIL, "", raw); }
std::string Social(const std::string& system, const std::string& raw) {
  return Normal(v1::IDENTIFIER_KIND_SOCIAL, system, raw);
}

TEST(EmailTest, CaseAndWrappingDoNotMatter) {
  for (const Case& c : std::vector<Case>{
           {"ann@example.com", "ann@example.com"},
           {"  Ann.Lee@Example.COM\t", "ann.lee@example.com"},
           {"Ann Lee <Ann@Example.com>", "ann@example.com"},
           {"<ann@example.com>", "ann@example.com"},
           {"mailto:ann@example.com?subject=Hello", "ann@example.com"},
           {"ann+news@example.com", "ann+news@example.com"},
           {"o'neil@example.com", "o'neil@example.com"},
           {"\"ann\"@example.com", "ann@example.com"},
           {"\"Ann Lee\"@example.com", "\"ann lee\"@example.com"},
       }) {
    EXPECT_EQ(Email(c.raw), c.normal) << c.raw;
  }
}

TEST(EmailTest, DomainsBecomeAsciiLabels) {
  for (const Case& c : std::vector<Case>{
           {"info@B\xc3\xbc"
            "cher.example",
            "info@xn--bcher-kva.example"},
           {"info@xn--bcher-kva.example", "info@xn--bcher-kva.example"},
           {"a@stra\xc3\x9f"
            "e.de",
            "a@xn--strae-oqa.de"},  // UTS 46, non-transitional
           {"\xc3\x84nn@example.com", "\xc3\xa4nn@example.com"},
           {"a@xn--bcher-.tld", ""},
       }) {
    EXPECT_EQ(Email(c.raw), c.normal) << c.raw;
  }
}

TEST(EmailTest, WhatIsNoMailboxOnTheInternetIsRefused) {
  for (const char* raw : {"",
                          "@",
                          "ann",
                          "ann@",
                          "@example.com",
                          "ann@localhost",
                          "ann@@example.com",
                          "a.@example.com",
                          ".a@example.com",
                          "a..b@example.com",
                          "ann@exa mple.com",
                          "ann@-example.com",
                          "ann@example-.com",
                          "ann@example..com",
                          "ann@.com",
                          "ann@127.0.0.1",
                          "ann@[127.0.0.1]",
                          "ann lee@example.com",
                          "n/a",
                          "ann(work)@example.com",
                          "ann@example.com, bob@example.com",
                          "\xff\xfe@example.com"}) {
    EXPECT_EQ(Email(raw), "") << raw;
  }
  EXPECT_EQ(Email(std::string(65, 'a') + "@example.com"), "");
  EXPECT_EQ(Email("a@" + std::string(64, 'b') + ".com"), "");
  EXPECT_EQ(Email(std::string(100000, 'a')), "");
}

TEST(EmailTest, CanonKeyKnowsItsProviders) {
  EXPECT_EQ(MailCanonKey("a.n.n+x@googlemail.com"), "ann@gmail.com");
  EXPECT_EQ(MailCanonKey("a.nn+x@outlook.com"), "a.nn@outlook.com");
  EXPECT_EQ(MailCanonKey("a.nn+x@example.com"), "a.nn+x@example.com");
}

TEST(PhoneTest, NumbersBecomeE164) {
  const auto phone = [](const char* raw, const char* region) {
    return Normal(v1::IDENTIFIER_KIND_PHONE, "", raw, region);
  };
  EXPECT_EQ(phone("+44 7700 900123", ""), "+447700900123");
  EXPECT_EQ(phone("tel:+44-7700-900123", ""), "+447700900123");
  EXPECT_EQ(phone("07700 900123", "GB"), "+447700900123");
  EXPECT_EQ(phone("030 / 123 45 67", "DE"), "+49301234567");
  EXPECT_EQ(phone("0049 30 1234567", "DE"), "+49301234567");
  EXPECT_EQ(phone("+49 (0) 30 1234567", ""), "+49301234567");
  EXPECT_EQ(phone("(212) 555-0123 ext. 45", "US"), "+12125550123;ext=45");
  EXPECT_EQ(phone("+1 555 0100", ""), "+15550100");
}

TEST(PhoneTest, WithoutARegionNobodyGuesses) {
  for (const char* raw : {"07700 900123", "", "123", "call me", "n/a"}) {
    EXPECT_EQ(Normal(v1::IDENTIFIER_KIND_PHONE, "", raw), "") << raw;
  }
  for (const char* raw : {"000 000 0000", "1234567890", "555 01"}) {
    EXPECT_EQ(Normal(v1::IDENTIFIER_KIND_PHONE, "", raw, "US"), "") << raw;
  }
}

TEST(SocialTest, LinkedInProfilesAreOneKey) {
  for (const char* raw :
       {"https://www.linkedin.com/in/Ann-Lee", "linkedin.com/in/ann-lee/", "ann-lee", "in/ann-lee",
        "https://de.linkedin.com/in/ann-lee/de?trk=x", "http://linkedin.com/comm/in/ann-lee#a",
        "https://www.linkedin.com/mwlite/in/ann-lee", "https://linkedin.com/m/in/ann-lee",
        "https://www.linkedin.com/pub/ann-lee/1/2/3", "https://www.linkedin.com/in/ann%2Dlee"}) {
    EXPECT_EQ(Social("linkedin", raw), "linkedin:in:ann-lee") << raw;
  }
  EXPECT_EQ(Social("", "https://www.linkedin.com/in/J%C3%B6rg"), "linkedin:in:j\xc3\xb6rg");
  EXPECT_EQ(Social("linkedin", "https://www.linkedin.com/sales/lead/ACwAA_x-1,NAME,abcd"),
            "linkedin:lead:ACwAA_x-1");
}

TEST(SocialTest, CompaniesAndForeignHostsAreNoPeople) {
  for (const char* raw :
       {"https://www.linkedin.com/company/example", "https://www.linkedin.com/school/example",
        "https://www.linkedin.com/in/", "https://www.linkedin.com", "https://x.com/ann",
        "https://evil.example/in/ann-lee", "Ann Lee", ""}) {
    EXPECT_EQ(Social("linkedin", raw), "") << raw;
  }
}

TEST(SocialTest, EscapesOfWhatIsNoTextStay) {
  EXPECT_EQ(Social("linkedin", "https://www.linkedin.com/in/caf%C3%A9"), "linkedin:in:caf\xc3\xa9");
  EXPECT_EQ(Social("linkedin", "https://www.linkedin.com/in/caf%E9"), "linkedin:in:caf%e9");
  EXPECT_EQ(Social("linkedin", "caf%E9"), "linkedin:in:caf%e9");
  EXPECT_EQ(Social("linkedin", "https://www.linkedin.com/in/ann%00lee"), "linkedin:in:ann%00lee");
  EXPECT_EQ(Social("", "https://www.linkedin.com/in/%ED%A0%80"), "linkedin:in:%ed%a0%80");
  EXPECT_EQ(Social("xing", "https://www.xing.com/profile/Ren%E9_Lee"), "xing:ren%e9_lee");
}

TEST(SocialTest, ControlCharactersNameNobody) {
  const std::string nul(1, '\0');
  for (const std::string& raw : {"ann" + nul + "lee", std::string("ann\tlee"), "x" + nul}) {
    for (const char* system : {"linkedin", "xing", "x", "mastodon", "a network of their own"}) {
      EXPECT_EQ(Social(system, raw), "") << system;
    }
  }
  EXPECT_EQ(Social("their" + nul + "own", "ann"), "");
}

TEST(SocialTest, OtherNetworks) {
  EXPECT_EQ(Social("x", "@Ann_Lee"), "x:ann_lee");
  EXPECT_EQ(Social("twitter", "https://mobile.twitter.com/Ann_Lee?s=20"), "x:ann_lee");
  EXPECT_EQ(Social("x", "https://x.com/home"), "");
  EXPECT_EQ(Social("x", "a_name_of_sixteen"), "");
  EXPECT_EQ(Social("github", "https://github.com/Ann-Lee/project"), "github:ann-lee");
  EXPECT_EQ(Social("github", "ann--lee"), "");
  EXPECT_EQ(Social("github", "-ann"), "");
  EXPECT_EQ(Social("xing", "https://www.xing.com/profile/Ann_Lee2/cv"), "xing:ann_lee2");
  EXPECT_EQ(Social("mastodon", "acct:Ann@social.example"), "mastodon:ann@social.example");
  EXPECT_EQ(Social("", "https://social.example/@ann"), "mastodon:ann@social.example");
  EXPECT_EQ(Social("mastodon", "https://social.example/users/ann"), "mastodon:ann@social.example");
  EXPECT_EQ(Social("bluesky", "https://bsky.app/profile/did:plc:z72i7hdynmk6r22z27h6tvur"),
            "bluesky:did:plc:z72i7hdynmk6r22z27h6tvur");
}

TEST(SocialTest, PublishedBlueskyHandles) {
  for (const char* raw : {"jay.bsky.social", "8.cn", "name.t--t", "XX.LCS.MIT.EDU", "a.co",
                          "xn--notarealidn.com", "example.t"}) {
    EXPECT_NE(Social("bluesky", raw), "") << raw;
  }
  for (const char* raw :
       {"jo@hn.test", "john..test", "xn--bcher-.tld", "john.0", "cn.8", "org", "name.org."}) {
    EXPECT_EQ(Social("bluesky", raw), "") << raw;
  }
}

TEST(RecordIdTest, SalesforceIdsAreCaseSafe) {
  const auto record = [](const char* raw) {
    return Normal(v1::IDENTIFIER_KIND_RECORD, "salesforce:00D", raw);
  };
  // The published example of the algorithm.
  EXPECT_EQ(record("0013000000Ah9Ev"), record("0013000000Ah9EvAAJ"));
  EXPECT_EQ(record("0013000000Ah9Ev"), "0013000000Ah9EvAAJ");
  EXPECT_EQ(record("0013000000AH9EVAAJ"), "0013000000Ah9EvAAJ");
  EXPECT_EQ(record("0013000000Ah9E"), "");
  EXPECT_EQ(record("0013000000Ah9Ev-?!"), "");
}

TEST(RecordIdTest, OthersStayAsTheyAre) {
  EXPECT_EQ(Normal(v1::IDENTIFIER_KIND_RECORD, "hubspot:62515", " 00Ab "), "00Ab");
  EXPECT_EQ(Normal(v1::IDENTIFIER_KIND_RECORD, "hubspot:62515", " "), "");
  EXPECT_EQ(Normal(v1::IDENTIFIER_KIND_VISITOR, "web", " 5f2c "), "5f2c");
}

TEST(IdentityKeyTest, KeysTellTheirIdentifier) {
  for (const char* key : {"email:ann@example.com", "phone:+15550100", "social:linkedin:in:ann",
                          "record:hubspot:62515|101|a", "visitor:web|5f2c"}) {
    const v1::Identifier identifier = IdentifierOfKey(key);
    std::string again;
    IdentityKey(identifier.kind(), identifier.system(), identifier.normalized(), again);
    EXPECT_EQ(again, key);
    EXPECT_EQ(KindOfKey(key), identifier.kind());
  }
}

}  // namespace
}  // namespace tend::enrichment
