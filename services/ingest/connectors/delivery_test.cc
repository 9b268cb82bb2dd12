#include "services/ingest/connectors/delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/ingest/connectors/ready_mappings.h"

namespace tend::ingest {
namespace {

using ::testing::ElementsAre;

constexpr char kMapping[] = R"(
  name: "forms" description: "test" source_system: "web"
  json_lines {}
  time { value: "{/time|/at}" }
  interactions {
    constants { form_sent {} }
    id: "{/id}" record_id: "{/id}"
    parties { role: PARTY_ROLE_FROM identifiers { kind: IDENTIFIER_KIND_EMAIL value: "{/data/mail|/mail}" } }
  })";
constexpr char kPlain[] = R"({"id":"p1","at":"2026-01-01T00:00:00Z","mail":"ann@example.com"})";
constexpr char kEvent[] =
    R"({"specversion":"1.0","id":"e1","source":"/web","type":"form","time":"2026-01-01T00:00:00Z",)"
    R"("data":{"mail":"ann@example.com"}})";
constexpr char kOwnData[] =
    R"({"id":"o1","source":{"system":"mail","recordId":"r"},"occurTime":"2026-01-01T00:00:00Z",)"
    R"("parties":[{"role":"PARTY_ROLE_FROM","identifiers":[{"kind":"IDENTIFIER_KIND_EMAIL",)"
    R"("raw":"ann@example.com"}]}],"messageSent":{}})";
constexpr char kEvents[] = "application/cloudevents+json; charset=utf-8";
constexpr char kBatch[] = "Application/CloudEvents-Batch+JSON";

using Attributes = std::vector<std::pair<std::string, std::string>>;

absl::StatusOr<ReadResult> Read(absl::string_view type, absl::string_view body,
                                const Attributes& attributes = {}) {
  const v1::Mapping mapping = *ParseMapping(kMapping, "test");
  MappingOptions options;
  options.file = "sources/web";
  return ReadDelivery({type, attributes, body}, &mapping, options);
}

// "id" of each interaction, then "row:REASON" of each reject.
std::vector<std::string> Told(const absl::StatusOr<ReadResult>& result) {
  std::vector<std::string> told;
  if (!result.ok()) return {std::string(result.status().message())};
  for (const v1::Interaction& interaction : result->interactions) told.push_back(interaction.id());
  for (const v1::Reject& reject : result->rejects) {
    told.push_back(
        absl::StrCat(reject.file().line(), ":", v1::RejectReason_Name(reject.reason()).substr(14)));
  }
  return told;
}

Attributes Binary(const std::string& type) {
  return {{"specversion", "1.0"},
          {"id", "b1"},
          {"source", "/web"},
          {"type", type},
          {"time", "2026-01-01T00:00:00Z"}};
}

TEST(DeliveryTest, AValidRowOfEachForm) {
  EXPECT_THAT(Told(Read("application/json", kPlain)), ElementsAre("p1"));
  EXPECT_THAT(Told(Read("", kPlain)), ElementsAre("p1"));
  EXPECT_THAT(Told(Read(kEvents, kEvent)), ElementsAre("e1"));
  EXPECT_THAT(Told(Read("application/json", R"({"mail":"ann@example.com"})", Binary("form"))),
              ElementsAre("b1"));
}

TEST(DeliveryTest, ManyRows) {
  EXPECT_THAT(Told(Read("application/json", absl::StrCat("[", kPlain, ",\n", kPlain, "]"))),
              ElementsAre("p1", "p1"));
  EXPECT_THAT(Told(Read(kBatch, absl::StrCat("[", kEvent, ",", kEvent, "]"))),
              ElementsAre("e1", "e1"));
}

TEST(DeliveryTest, NoRows) {
  EXPECT_THAT(Told(Read("application/json", "[]")), ElementsAre());
  EXPECT_THAT(Told(Read(kBatch, "[]")), ElementsAre());
  EXPECT_TRUE(absl::IsInvalidArgument(Read("application/json", "").status()));
}

TEST(DeliveryTest, WhatIsNoJsonIsOneRejectWithItsBytes) {
  for (const char* type : {"application/json", kEvents, kBatch}) {
    const auto result = Read(type, "{\"id\":");
    ASSERT_THAT(Told(result), ElementsAre("1:MALFORMED"));
    EXPECT_EQ(result->rejects[0].value(), "{\"id\":");
    EXPECT_EQ(result->rejects[0].file().file(), "sources/web");
  }
  // Bytes that would only be JSON inside what we build around them.
  EXPECT_THAT(Told(Read("application/json", R"({"mail":"a@b.c"},"x":1)", Binary("form"))),
              ElementsAre("1:MALFORMED"));
}

TEST(DeliveryTest, WhatIsNoObjectIsAReject) {
  EXPECT_THAT(Told(Read("application/json", "7")), ElementsAre("1:FIELD_INVALID"));
  EXPECT_THAT(Told(Read(kEvents, "\"event\"")), ElementsAre("1:FIELD_INVALID"));
  EXPECT_THAT(Told(Read("application/json", "\"text\"", Binary("form"))),
              ElementsAre("1:PARTY_UNKNOWN"));
}

TEST(DeliveryTest, AnEventNeedsItsAttributes) {
  for (const char* event : {R"({"specversion":"1.0","source":"/web","type":"form"})",
                            R"({"specversion":"1.0","id":"","source":"/web","type":"form"})",
                            R"({"specversion":"1.0","id":7,"source":"/web","type":"form"})",
                            R"({"id":"e1","source":"/web","type":"form"})"}) {
    EXPECT_THAT(Told(Read(kEvents, event)), ElementsAre("1:FIELD_MISSING")) << event;
  }
  EXPECT_THAT(
      Told(Read(kEvents, R"({"specversion":"0.3","id":"e","source":"/web","type":"form"})")),
      ElementsAre("1:VERSION_UNKNOWN"));
}

TEST(DeliveryTest, OneBadRowOfMany) {
  EXPECT_THAT(
      Told(Read("application/json", absl::StrCat("[", kPlain, ",{\"id\":\"x\"},", kPlain, "]"))),
      ElementsAre("p1", "p1", "2:TIME_INVALID"));
  EXPECT_THAT(Told(Read(kBatch, absl::StrCat("[{},", kEvent, "]"))),
              ElementsAre("e1", "1:FIELD_MISSING"));
}

TEST(DeliveryTest, AnEventOfTendsOwnTypeIsAnInteractionWhateverTheMapping) {
  const std::string event = absl::StrCat(
      R"({"specversion":"1.0","id":"e","source":"/s","type":"tend.v1.Interaction","data":)",
      kOwnData, "}");
  EXPECT_THAT(Told(Read(kEvents, event)), ElementsAre("o1"));
  EXPECT_THAT(Told(Read("application/json", kOwnData, Binary("tend.v1.Interaction"))),
              ElementsAre("o1"));
  v1::Interaction interaction;
  interaction.set_id("pb1");
  EXPECT_THAT(Told(Read("application/protobuf", interaction.SerializeAsString(),
                        Binary("tend.v1.Interaction"))),
              ElementsAre("pb1"));
  EXPECT_THAT(Told(Read("application/protobuf", "nonsense", Binary("tend.v1.Interaction"))),
              ElementsAre("1:MALFORMED"));
  EXPECT_THAT(Told(Read(kBatch, absl::StrCat("[", kEvent, ",", event, ",{}]"))),
              ElementsAre("e1", "o1", "3:FIELD_MISSING"));
}

TEST(DeliveryTest, WithoutAMappingOnlyTendsOwnTypeIsKnown) {
  EXPECT_THAT(Told(ReadDelivery({kEvents, {}, kEvent}, nullptr, {})),
              ElementsAre("1:FACT_UNKNOWN"));
}

TEST(DeliveryTest, OtherContentIsNotUnderstood) {
  for (const char* type : {"text/plain", "application/xml", "application/cloudevents+xml"}) {
    EXPECT_TRUE(absl::IsUnimplemented(Read(type, kPlain).status())) << type;
  }
}

TEST(DeliveryTest, HeadersAreDecodedAsTheBindingSays) {
  EXPECT_EQ(*DecodeEventHeader("Euro%20%E2%82%AC%20%F0%9F%98%80"), "Euro € 😀");
  EXPECT_EQ(*DecodeEventHeader("%e2%82%ac"), "€");
  EXPECT_EQ(*DecodeEventHeader("\"quoted %22\""), "quoted \"");
  EXPECT_EQ(*DecodeEventHeader("100%"), "100%");
  EXPECT_FALSE(DecodeEventHeader("%FF").ok());
}

TEST(DeliveryTest, ChangedBytesNeverDoHarm) {
  std::mt19937 random(11);
  const std::string batch = absl::StrCat("[", kEvent, ",", kEvent, "]");
  for (int i = 0; i < 3000; ++i) {
    std::string body = batch;
    for (int changes = 1 + static_cast<int>(random() % 4); changes > 0; --changes) {
      const size_t place = random() % body.size();
      if (random() % 3 == 0) {
        body.erase(place, 1 + random() % 20);
      } else {
        body[place] = static_cast<char>(random());
      }
      if (body.empty()) break;
    }
    const auto result = Read(i % 2 == 0 ? kBatch : "application/json", body);
    // Every row is somewhere: an interaction or a reject.
    if (result.ok()) {
      EXPECT_EQ(result->interactions.size() + result->rejects.size() +
                    static_cast<size_t>(result->ignored),
                static_cast<size_t>(result->rows))
          << body;
    }
  }
}

}  // namespace
}  // namespace tend::ingest
