#include "services/ingest/connectors/ready_mappings.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "services/ingest/connectors/mapped_reader.h"
#include "services/ingest/connectors/read_all.h"
#include "services/ingest/connectors/ready_mapping_texts.h"
#include "services/ingest/files/file_source.h"

namespace tend::ingest {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string Sample(const std::string& file) {
  return ReadWholeFile(absl::StrCat("tests/data/ingest/", file)).value();
}

// As file "test.csv".
ReadResult ReadReady(absl::string_view name, absl::string_view bytes, Parameters parameters = {},
                     size_t chunk = kReadAllChunk) {
  return ReadAll(FindReadyMapping(name).value(), {"test.csv", std::move(parameters), std::nullopt},
                 bytes, chunk)
      .value();
}

// Equal in all fields that `expected` has.
void ExpectHas(const v1::Interaction& interaction, const std::string& expected) {
  v1::Interaction parsed;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(expected, &parsed)) << expected;
  MessageDifferencer differencer;
  differencer.set_scope(MessageDifferencer::PARTIAL);
  std::string report;
  differencer.ReportDifferencesToString(&report);
  EXPECT_TRUE(differencer.Compare(parsed, interaction)) << report << interaction.DebugString();
}

TEST(ReadyMappingsTest, ParsePrintAndCompile) {
  ASSERT_THAT(ReadyMappingTexts(), SizeIs(8));
  for (const ReadyMappingText& ready : ReadyMappingTexts()) {
    const absl::StatusOr<v1::Mapping> mapping = ParseMapping(std::string(ready.text), ready.file);
    ASSERT_TRUE(mapping.ok()) << mapping.status();
    EXPECT_EQ(absl::StrCat(mapping->name(), ".textproto"), ready.file);
    EXPECT_THAT(mapping->description(), testing::Not(IsEmpty()));
    std::string printed;
    ASSERT_TRUE(google::protobuf::TextFormat::PrintToString(*mapping, &printed));
    const absl::StatusOr<v1::Mapping> again = ParseMapping(printed, ready.file);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_TRUE(MessageDifferencer::Equals(*mapping, *again));

    Parameters parameters;
    for (const v1::MappingParameter& p : mapping->parameters()) {
      if (!p.has_default_value()) parameters[p.name()] = "x";
    }
    const auto reader = MakeReader(*mapping, {"f", parameters, std::nullopt});
    EXPECT_TRUE(reader.ok()) << reader.status();
  }
}

TEST(ReadyMappingsTest, FilesAreRecognized) {
  const auto name = [](const std::string& file) {
    const absl::StatusOr<v1::Mapping> mapping = RecognizeMapping(Sample(file));
    return mapping.ok() ? mapping->name() : mapping.status().ToString();
  };
  EXPECT_EQ(name("mail.jsonl"), "tend_jsonl");
  EXPECT_EQ(name("mail_log.csv"), "mail_log");
  EXPECT_EQ(name("linkedin_connections.csv"), "linkedin_connections");
  EXPECT_EQ(name("linkedin_connections_old.csv"), "linkedin_connections");
  EXPECT_EQ(name("hubspot_contacts.csv"), "hubspot_contacts");
  EXPECT_EQ(name("salesforce_data.csv"), "salesforce_contacts");
  EXPECT_EQ(name("salesforce_report.csv"), "salesforce_contacts");
  EXPECT_EQ(name("contact_list.csv"), "contact_list");
  const absl::Status unknown = RecognizeMapping("shoe,size\na,41\n").status();
  EXPECT_EQ(unknown.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(unknown.message(), HasSubstr("shoe, size"));
}

TEST(ReadyMappingsTest, UnknownNamesListTheReadyOnes) {
  EXPECT_THAT(FindReadyMapping("outlook").status().message(), HasSubstr("mail_log"));
}

TEST(ReadyMappingsTest, MailLog) {
  const ReadResult result =
      ReadReady("mail_log", Sample("mail_log.csv"), {{"domain", "ours.example"}});
  EXPECT_THAT(result.rejects, IsEmpty());
  ASSERT_THAT(result.interactions, SizeIs(3));
  ExpectHas(result.interactions[0], R"(
    id: "m1" source { system: "mail" record_id: "ann@example.com" } occur_time { seconds: 1772442000 }
    parties { role: PARTY_ROLE_FROM display_name: "Ann Example"
              identifiers { kind: IDENTIFIER_KIND_EMAIL raw: "ann@example.com" } }
    parties { role: PARTY_ROLE_TO side: SIDE_OURS
              identifiers { kind: IDENTIFIER_KIND_EMAIL raw: "eve@ours.example" } }
    channel: CHANNEL_MAIL recipient_count: 1 message_sent { subject: "Question" })");
  ExpectHas(result.interactions[1], R"(
    id: "m2" in_reply_to: "m1" recipient_count: 3
    parties { role: PARTY_ROLE_FROM side: SIDE_OURS }
    parties { role: PARTY_ROLE_TO identifiers { raw: "ann@example.com" } }
    parties { role: PARTY_ROLE_TO identifiers { raw: "bob@example.com" } }
    parties { role: PARTY_ROLE_CC identifiers { raw: "cy@example.com" } })");
  ExpectHas(result.interactions[2], R"(
    id: "m3" recipient_count: 2
    parties { role: PARTY_ROLE_FROM }
    parties { role: PARTY_ROLE_TO identifiers { raw: "ann@example.com" } }
    parties { role: PARTY_ROLE_TO identifiers { raw: "bob@example.com" } })");
}

TEST(ReadyMappingsTest, LinkedInConnections) {
  const ReadResult result = ReadReady("linkedin_connections", Sample("linkedin_connections.csv"),
                                      {{"owner", "eve@ours.example"}});
  ASSERT_THAT(result.interactions, SizeIs(2));
  ExpectHas(result.interactions[0], R"(
    source { system: "linkedin" instance: "eve@ours.example" record_id: "https://www.linkedin.com/in/ann-example" }
    parties {
      role: PARTY_ROLE_SUBJECT side: SIDE_THEIRS display_name: "Ann Example"
      identifiers { kind: IDENTIFIER_KIND_SOCIAL system: "linkedin" raw: "https://www.linkedin.com/in/ann-example" }
      identifiers { kind: IDENTIFIER_KIND_EMAIL raw: "ann@example.com" }
    }
    parties { role: PARTY_ROLE_AUTHOR side: SIDE_OURS
              identifiers { kind: IDENTIFIER_KIND_EMAIL raw: "eve@ours.example" } }
    channel: CHANNEL_SOCIAL
    list_row_entered { list_id: "test.csv" row: 1 name: "Ann Example" company: "Example Ltd"
                       title: "Head of Gardens, Trees" connect_time { seconds: 1773273600 } })");
  EXPECT_FALSE(result.interactions[0].has_occur_time());
  EXPECT_THAT(result.interactions[1].parties(0).identifiers(), SizeIs(1));
  // Cy has neither a URL nor an address: nobody can be told by a name alone.
  ASSERT_THAT(result.rejects, SizeIs(1));
  EXPECT_EQ(result.rejects[0].file().line(), 8);
  EXPECT_THAT(
      ReadReady("linkedin_connections", Sample("linkedin_connections_old.csv"), {{"owner", "eve"}})
          .interactions,
      SizeIs(1));
}

TEST(ReadyMappingsTest, LinkedInConnectionsNeedTheirOwner) {
  const absl::StatusOr<v1::Mapping> mapping = FindReadyMapping("linkedin_connections");
  ASSERT_TRUE(mapping.ok());
  EXPECT_THAT(MakeReader(*mapping, {}).status().message(), HasSubstr("--set owner="));
  EXPECT_THAT(MakeReader(*mapping, {"f", {{"owner", "e"}, {"ovner", "e"}}, std::nullopt})
                  .status()
                  .message(),
              HasSubstr("no parameter ovner"));
}

TEST(ReadyMappingsTest, HubSpotContacts) {
  const ReadResult result = ReadReady("hubspot_contacts", Sample("hubspot_contacts.csv"));
  EXPECT_THAT(result.rejects, IsEmpty());
  ASSERT_THAT(result.interactions, SizeIs(4));
  ExpectHas(result.interactions[0], R"(
    source { system: "hubspot" record_id: "contact:101" }
    parties { role: PARTY_ROLE_SUBJECT
      identifiers { kind: IDENTIFIER_KIND_RECORD system: "hubspot" raw: "101" }
      identifiers { kind: IDENTIFIER_KIND_EMAIL raw: "ann@example.com" }
      identifiers { kind: IDENTIFIER_KIND_PHONE raw: "+1 555 0100" } }
    list_row_entered { row: 1 name: "Ann Example" company: "Example Ltd" })");
  ExpectHas(result.interactions[1], R"(owner_changed { owner: "Eve Ours" })");
  ExpectHas(result.interactions[2], R"(list_row_entered { row: 2 name: "Ed Quiet" })");
  ExpectHas(
      result.interactions[3],
      R"(consent_revoked { consent { channel: CHANNEL_MAIL status: CONSENT_STATUS_REVOKED } })");
}

TEST(ReadyMappingsTest, SalesforceDataExport) {
  const ReadResult result = ReadReady("salesforce_contacts", Sample("salesforce_data.csv"));
  EXPECT_THAT(result.rejects, IsEmpty());
  ASSERT_THAT(result.interactions, SizeIs(4));
  ExpectHas(result.interactions[0], R"(
    source { system: "salesforce" record_id: "003D000000IRFmaIAH" }
    list_row_entered { name: "Ann Example" title: "Owner" })");
  ExpectHas(result.interactions[2],
            R"(channel: CHANNEL_MAIL consent_revoked { consent { channel: CHANNEL_MAIL } })");
  ExpectHas(result.interactions[3],
            R"(channel: CHANNEL_PHONE consent_revoked { consent { channel: CHANNEL_PHONE } })");
}

TEST(ReadyMappingsTest, SalesforceReportEndsAtItsFooter) {
  const ReadResult result = ReadReady("salesforce_contacts", Sample("salesforce_report.csv"));
  EXPECT_THAT(result.rejects, IsEmpty());
  ASSERT_THAT(result.interactions, SizeIs(1));
  ExpectHas(result.interactions[0], R"(
    parties { role: PARTY_ROLE_SUBJECT
      identifiers { kind: IDENTIFIER_KIND_RECORD system: "salesforce" raw: "003D000000IRFmaIAH" }
      identifiers { raw: "ann@example.com" } identifiers { raw: "+1 555 0100" } }
    list_row_entered { company: "Example Ltd" })");
}

TEST(ReadyMappingsTest, ContactList) {
  const ReadResult result = ReadReady("contact_list", Sample("contact_list.csv"));
  EXPECT_THAT(result.rejects, IsEmpty());
  ASSERT_THAT(result.interactions, SizeIs(2));
  ExpectHas(result.interactions[0], R"(
    source { system: "list" instance: "test.csv" record_id: "row:1" }
    list_row_entered { list_id: "test.csv" row: 1 name: "Ann Example" company: "Example Ltd"
                       connect_time { seconds: 1772323200 } })");
  EXPECT_FALSE(result.interactions[0].list_row_entered().unsubscribed());
  EXPECT_TRUE(result.interactions[1].list_row_entered().unsubscribed());
  EXPECT_EQ(result.short_rows, 1);
}

TEST(ReadyMappingsTest, EmailEuColleagues) {
  const ReadResult result = ReadReady("email_eu_colleagues", Sample("email_eu.csv"));
  EXPECT_THAT(result.rejects, IsEmpty());
  ASSERT_THAT(result.interactions, SizeIs(3));
  ExpectHas(result.interactions[0], R"(
    id: "0" source { system: "email_eu" record_id: "580" } occur_time { seconds: 1772442000 } recipient_count: 2
    parties { role: PARTY_ROLE_FROM side: SIDE_OURS
              identifiers { kind: IDENTIFIER_KIND_RECORD system: "email_eu" raw: "580" } }
    parties { role: PARTY_ROLE_TO side: SIDE_THEIRS identifiers { raw: "364" } }
    parties { role: PARTY_ROLE_TO side: SIDE_OURS identifiers { raw: "370" } })");
  ExpectHas(result.interactions[2],
            R"(id: "3" occur_time { seconds: 1772442009 } recipient_count: 1)");
}

TEST(ReadyMappingsTest, EmailEuEveryone) {
  const ReadResult result = ReadReady("email_eu_everyone", Sample("email_eu.csv"));
  EXPECT_THAT(result.rejects, IsEmpty());
  EXPECT_EQ(result.rows, 4);
  ASSERT_THAT(result.interactions, SizeIs(6));
  ExpectHas(result.interactions[0], R"(
    id: "0:touch" recipient_count: 2
    parties { role: PARTY_ROLE_FROM side: SIDE_OURS identifiers { raw: "owner:580" } }
    parties { role: PARTY_ROLE_TO side: SIDE_THEIRS identifiers { raw: "person:364" } }
    parties { role: PARTY_ROLE_TO side: SIDE_THEIRS identifiers { raw: "person:370" } })");
  ExpectHas(result.interactions[1], R"(
    id: "0:act" recipient_count: 2
    parties { role: PARTY_ROLE_FROM side: SIDE_THEIRS identifiers { raw: "person:580" } }
    parties { role: PARTY_ROLE_TO side: SIDE_OURS identifiers { raw: "owner:364" } }
    parties { role: PARTY_ROLE_TO side: SIDE_OURS identifiers { raw: "owner:370" } })");
}

TEST(ReadyMappingsTest, AGroupHasAtMostAThousandRecipients) {
  std::string text = "seq,ts,from,to\n";
  for (int i = 0; i < 2500; ++i) absl::StrAppend(&text, i, ",0,1,", i + 2, "\n");
  const ReadResult result = ReadReady("email_eu_colleagues", text, {}, 777);
  ASSERT_THAT(result.interactions, SizeIs(3));
  EXPECT_EQ(result.interactions[0].recipient_count(), 1000);
  EXPECT_EQ(result.interactions[2].recipient_count(), 500);
  EXPECT_EQ(result.interactions[2].id(), "2000");
}

TEST(ReadyMappingsTest, ABadRowDoesNotSpoilItsGroup) {
  const ReadResult result =
      ReadReady("email_eu_everyone", "seq,ts,from,to\n0,0,1,2\n1,0,1,\n2,0,1,3\n3,,1,4\n");
  ASSERT_THAT(result.interactions, SizeIs(2));
  EXPECT_EQ(result.interactions[0].recipient_count(), 2);
  EXPECT_EQ(result.interactions[1].recipient_count(), 2);
  EXPECT_THAT(result.rejects, SizeIs(2));
}

}  // namespace
}  // namespace tend::ingest
