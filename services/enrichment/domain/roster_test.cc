#include "services/enrichment/domain/roster.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::enrichment {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Roster Made(absl::string_view text) {
  auto parsed = ParseRoster(text);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  auto roster = Roster::Create(*parsed, "DE");
  EXPECT_TRUE(roster.ok()) << roster.status();
  return *std::move(roster);
}

constexpr char kRoster[] = R"pb(
  owners {
    owner_id: "eve"
    team_id: "north"
    identifiers { kind: IDENTIFIER_KIND_EMAIL raw: "Eve@Ours.example" }
    identifiers { kind: IDENTIFIER_KIND_PHONE raw: "030 1234567" }
    identifiers { kind: IDENTIFIER_KIND_RECORD system: "hubspot" raw: "7" }
  }
  owners { owner_id: "finn" }
  teams { team_id: "north" pool_owner_id: "finn" }
  domains: "ours.example"
  shared_mailboxes: "ask@desk.example")pb";

TEST(RosterTest, OwnersAreFoundByNormalisedIdentifiers) {
  const Roster roster = Made(kRoster);
  EXPECT_EQ(roster.OwnerOfKey("email:eve@ours.example"), "eve");
  EXPECT_EQ(roster.OwnerOfKey("phone:+49301234567"), "eve");
  EXPECT_EQ(roster.OwnerOfKey("record:hubspot|7"), "eve");
  EXPECT_EQ(roster.OwnerOfKey("email:ann@example.com"), "");
}

TEST(RosterTest, OwnersAreFoundByWhatRecordsCallThem) {
  const Roster roster = Made(kRoster);
  EXPECT_EQ(roster.OwnerByName("finn", "hubspot"), "finn");
  EXPECT_EQ(roster.OwnerByName("EVE@ours.example", "hubspot"), "eve");
  EXPECT_EQ(roster.OwnerByName("7", "hubspot"), "eve");
  EXPECT_EQ(roster.OwnerByName("7", "salesforce"), "");
}

TEST(RosterTest, DomainsAndMailboxesAreOurs) {
  const Roster roster = Made(kRoster);
  EXPECT_TRUE(roster.IsOurAddress("anybody@ours.example"));
  EXPECT_TRUE(roster.IsOurAddress("anybody@eu.ours.example"));
  EXPECT_TRUE(roster.IsOurAddress("ask@desk.example"));
  EXPECT_FALSE(roster.IsOurAddress("ann@desk.example"));
  EXPECT_FALSE(roster.IsOurAddress("ann@notours.example"));
}

TEST(RosterTest, AllFaultsAtOnce) {
  const auto parsed = ParseRoster(R"pb(
    owners {
      owner_id: "eve"
      team_id: "south"
      identifiers { kind: IDENTIFIER_KIND_EMAIL raw: "no address" }
      identifiers { kind: IDENTIFIER_KIND_EMAIL raw: "a@ours.example" }
    }
    owners { owner_id: "eve" }
    owners { identifiers { kind: IDENTIFIER_KIND_EMAIL raw: "A@ours.example" } }
    teams { team_id: "north" pool_owner_id: "gil" }
    domains: "gmail.com"
    domains: "not a domain"
    shared_mailboxes: "x")pb");
  ASSERT_TRUE(parsed.ok());
  const auto roster = Roster::Create(*parsed);
  ASSERT_EQ(roster.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(
      std::string(roster.status().message()),
      AllOf(HasSubstr("owner eve is repeated"), HasSubstr("team south is not in the roster"),
            HasSubstr("identifiers[0] has no normal form"), HasSubstr("also names owner eve"),
            HasSubstr("an owner has no owner_id"), HasSubstr("pool owner gil"),
            HasSubstr("gmail.com is open to anybody"),
            HasSubstr("not a domain is not a mail domain"), HasSubstr("shared_mailboxes[0]")));
}

TEST(RosterTest, AnUnknownFieldIsAFaultWithItsLine) {
  const auto parsed = ParseRoster("owners {\n  owner_name: \"eve\"\n}");
  EXPECT_THAT(std::string(parsed.status().message()),
              AllOf(HasSubstr("line 2"), HasSubstr("owner_name")));
}

TEST(RosterTest, AccountsHaveOwners) {
  v1::Account account;
  account.set_account_id("record:hubspot:9");
  account.add_domains("Example.com");
  account.set_owner_id("eve");
  const auto roster = Roster::Create(*ParseRoster(kRoster), "DE", {account});
  ASSERT_TRUE(roster.ok());
  EXPECT_EQ(roster->OwnerOfAccount("domain:example.com"), "eve");
  EXPECT_EQ(roster->OwnerOfAccount("record:hubspot:9"), "eve");
  EXPECT_EQ(roster->OwnerOfAccount("domain:other.example"), "");
}

}  // namespace
}  // namespace tend::enrichment
