#include "services/ingest/connectors/mapped_reader.h"

#include <simdjson.h>

#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingest/connectors/read_all.h"
#include "services/ingest/connectors/ready_mappings.h"
#include "services/ingest/files/file_source.h"

namespace tend::ingest {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kMapping[] = R"(
  name: "visits" description: "test" source_system: "web"
  csv { header: "time" header: "mail" }
  time { value: "{time}" }
  interactions {
    constants { channel: CHANNEL_WEB page_visited { kind: PAGE_KIND_CONTENT } }
    record_id: "{mail}"
    parties {
      role: PARTY_ROLE_FROM
      identifiers { kind: IDENTIFIER_KIND_EMAIL value: "{mail}" }
      display_name: "{name}"
    }
    fields { path: "page_visited.kind" value: "{kind}" }
    fields { path: "page_visited.url" value: "{url|page}" }
    fields { path: "thread_key" value: "{$line}/{$row}" }
  }
)";

constexpr char kJsonMapping[] = R"(
  name: "visits_json" description: "test" source_system: "web"
  json_lines {}
  time { value: "{/at}" formats: "unix_seconds" }
  interactions {
    constants { page_visited {} }
    id: "{/id}"
    record_id: "{/user/mail}"
    parties {
      role: PARTY_ROLE_FROM
      identifiers { kind: IDENTIFIER_KIND_EMAIL value: "{/user/mail}" }
      display_name: "{/user/names/0}"
    }
  }
)";

ReadResult ReadByText(const std::string& mapping, absl::string_view bytes,
                      size_t chunk = kReadAllChunk) {
  return ReadAll(ParseMapping(mapping, "test.textproto").value(), {"test.csv", {}, std::nullopt},
                 bytes, chunk)
      .value();
}

std::string Summary(const ReadResult& result) {
  std::string out;
  for (const v1::Interaction& interaction : result.interactions) {
    absl::StrAppend(&out, interaction.parties(0).identifiers(0).raw(), " ",
                    v1::PageKind_Name(interaction.page_visited().kind()), " ",
                    interaction.page_visited().url(), " ", interaction.thread_key(), "\n");
  }
  for (const v1::Reject& reject : result.rejects) {
    absl::StrAppend(&out, reject.file().line(), " ", v1::RejectReason_Name(reject.reason()), " ",
                    reject.field(), "\n");
  }
  return out;
}

TEST(MappedReaderTest, FindsSeparatorAndHeader) {
  for (const char* separator : {",", ";", "\t", "|"}) {
    const std::string text = absl::StrReplaceAll(
        "Export of 2026\n\n MAIL "
        ",Time,Kind,Page\nann@example.com,2026-03-02T09:00:00Z,pricing,/p\n",
        {{",", separator}});
    for (const size_t chunk : {1, 1000}) {
      EXPECT_EQ(Summary(ReadByText(kMapping, text, chunk)),
                "ann@example.com PAGE_KIND_PRICING /p 4/1\n");
    }
  }
}

TEST(MappedReaderTest, AFileWithoutTheHeaderIsOneReject) {
  std::string text;
  for (int i = 0; i < 12; ++i) absl::StrAppend(&text, "a,b\n");
  absl::StrAppend(&text, "time,mail\n2026-03-02T09:00:00Z,ann@example.com\n");
  EXPECT_EQ(Summary(ReadByText(kMapping, text)), "1 REJECT_REASON_COLUMN_MISSING time, mail\n");
  EXPECT_EQ(Summary(ReadByText(kMapping, "")), "");
}

TEST(MappedReaderTest, RowsWithTooFewOrManyCells) {
  const ReadResult result = ReadByText(kMapping,
                                       "time,mail,kind,url\n"
                                       "2026-03-02T09:00:00Z,a@example.com\n"
                                       "2026-03-02T09:00:00Z,b@example.com,other,/,,\n"
                                       ",,,\n"
                                       "2026-03-02T09:00:00Z,c@example.com,other,/,x\n");
  EXPECT_EQ(Summary(result),
            "a@example.com PAGE_KIND_CONTENT  2/1\n"
            "b@example.com PAGE_KIND_OTHER / 3/2\n"
            "5 REJECT_REASON_MALFORMED \n");
  EXPECT_EQ(result.rows, 3);
  EXPECT_EQ(result.short_rows, 1);
  EXPECT_EQ(result.first_short_line, 2);
}

TEST(MappedReaderTest, BadRowsNameTheirColumnAndKeepTheirBytes) {
  const ReadResult result = ReadByText(kMapping,
                                       "time,mail,kind\n"
                                       ",a@example.com,\n"
                                       "soon,a@example.com,\n"
                                       "2026-03-02T09:00:00Z,,\n"
                                       "2026-03-02T09:00:00Z,a@example.com,holy\n"
                                       "2026-03-02T09:00:00Z,a@example.com,\n");
  EXPECT_EQ(Summary(result),
            "a@example.com PAGE_KIND_CONTENT  6/5\n"
            "2 REJECT_REASON_TIME_INVALID time\n"
            "3 REJECT_REASON_TIME_INVALID time\n"
            "4 REJECT_REASON_FIELD_MISSING mail\n"
            "5 REJECT_REASON_FIELD_INVALID kind\n");
  EXPECT_EQ(result.rejects[1].value(), "soon,a@example.com,");
  EXPECT_EQ(result.rejects[1].file().file(), "test.csv");
  for (const v1::Reject& reject : result.rejects) {
    EXPECT_THAT(reject.detail(), testing::Not(HasSubstr("example.com")));
  }
}

TEST(MappedReaderTest, DuplicateHeadersAreToldApart) {
  const std::string mapping = absl::StrReplaceAll(kMapping, {{"{url|page}", "{url (2)}"}});
  EXPECT_EQ(
      Summary(ReadByText(mapping, "time,mail,url,URL\n2026-03-02T09:00:00Z,a@example.com,/1,/2\n")),
      "a@example.com PAGE_KIND_CONTENT /2 2/1\n");
}

TEST(MappedReaderTest, FixedColumnsNeedNoHeader) {
  const std::string mapping = absl::StrReplaceAll(
      kMapping,
      {{R"(header: "time" header: "mail")", R"(columns: "time" columns: "mail" columns: "kind")"}});
  EXPECT_EQ(Summary(ReadByText(mapping, "2026-03-02T09:00:00Z;a@example.com;pricing\n")),
            "a@example.com PAGE_KIND_PRICING  1/1\n");
}

TEST(MappedReaderTest, MadeIdsAreTheSameAtEveryImport) {
  constexpr char kRows[] =
      "time,mail\n2026-03-02T09:00:00Z,a@example.com\n2026-03-02T09:00:01Z,a@example.com\n";
  const ReadResult one = ReadByText(kMapping, kRows);
  const ReadResult two = ReadByText(kMapping, absl::StrReplaceAll(kRows, {{"\n", "\r\n"}}), 3);
  ASSERT_THAT(one.interactions, SizeIs(2));
  EXPECT_EQ(one.interactions[0].id(), two.interactions[0].id());
  EXPECT_NE(one.interactions[0].id(), one.interactions[1].id());
}

TEST(MappedReaderTest, JsonLinesOfAnyShape) {
  const ReadResult result =
      ReadByText(kJsonMapping,
                 R"({"id":7,"at":1772442000,"user":{"mail":"a@example.com","names":["Ann"]}})"
                 "\n\n{\"at\":1}\n[]\n{\n{\"at\":{},\"user\":{\"mail\":\"a@example.com\"}}\n",
                 5);
  ASSERT_THAT(result.interactions, SizeIs(1));
  EXPECT_EQ(result.interactions[0].id(), "7");
  EXPECT_EQ(result.interactions[0].occur_time().seconds(), 1772442000);
  EXPECT_EQ(result.interactions[0].parties(0).display_name(), "Ann");
  ReadResult rejects;
  rejects.rejects = result.rejects;
  EXPECT_EQ(Summary(rejects),
            "3 REJECT_REASON_FIELD_MISSING /user/mail\n"
            "4 REJECT_REASON_FIELD_INVALID \n"
            "5 REJECT_REASON_MALFORMED \n"
            "6 REJECT_REASON_TIME_INVALID /at\n");
}

std::string ErrorOf(const std::string& from, const std::string& to) {
  const std::string text = absl::StrReplaceAll(kMapping, {{from, to}});
  EXPECT_NE(text, kMapping) << from;
  const absl::StatusOr<v1::Mapping> mapping = ParseMapping(text, "m.textproto");
  if (!mapping.ok()) return std::string(mapping.status().message());
  return std::string(MakeReader(*mapping, {}).status().message());
}

TEST(MappedReaderTest, WrongMappingsSayWhatIsWrong) {
  EXPECT_THAT(ErrorOf("source_system", "source_sistem"), HasSubstr("m.textproto:2:"));
  EXPECT_THAT(ErrorOf("\"web\"", "\"\""), HasSubstr("mapping visits: source_system is empty"));
  EXPECT_THAT(ErrorOf("{time}", ""), HasSubstr("time.value is empty"));
  EXPECT_THAT(ErrorOf("page_visited.url", "page_visited.uri"), HasSubstr("no field \"uri\""));
  EXPECT_THAT(ErrorOf("page_visited.url", "parties"), HasSubstr("repeated"));
  EXPECT_THAT(ErrorOf("page_visited.url", "page_visited"),
              HasSubstr("not a field that a text can give"));
  EXPECT_THAT(ErrorOf("{url|page}", "{$page}"), HasSubstr("no parameter {$page}"));
  EXPECT_THAT(ErrorOf(R"(header: "time" header: "mail")", ""), HasSubstr("csv.header is empty"));
  EXPECT_THAT(ErrorOf("csv { ", "csv { encoding: \"x\" "), HasSubstr("encoding \"x\""));
  EXPECT_THAT(ErrorOf("page_visited { kind: PAGE_KIND_CONTENT }", ""), HasSubstr("have no fact"));
}

// Quotes a text as CSV.
std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

TEST(MappedReaderTest, NaughtyNamesComeThroughUntouched) {
  const absl::StatusOr<std::string> blns = ReadWholeFile("../shared/data/blns/blns.json");
  if (!blns.ok()) {
    std::cout << "not run: " << blns.status().message() << "\n";
    return;
  }
  simdjson::dom::parser parser;
  std::string text = "time,mail,name\n";
  std::vector<std::string> names;
  for (simdjson::dom::element name : parser.parse(*blns).get_array()) {
    names.emplace_back(std::string_view(name));
    absl::StrAppend(&text, "2026-03-02T09:00:00Z,a@example.com,", Quoted(names.back()), "\n");
  }
  ASSERT_GE(names.size(), 500u);
  for (const size_t chunk : {11, 65536}) {
    const ReadResult result = ReadByText(kMapping, text, chunk);
    ASSERT_THAT(result.rejects, IsEmpty());
    ASSERT_EQ(result.interactions.size(), names.size());
    for (size_t i = 0; i < names.size(); ++i) {
      EXPECT_EQ(result.interactions[i].parties(0).display_name(),
                absl::StripAsciiWhitespace(names[i]));
    }
  }
}

}  // namespace
}  // namespace tend::ingest
