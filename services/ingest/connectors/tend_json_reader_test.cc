#include "services/ingest/connectors/tend_json_reader.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "services/ingest/connectors/read_all.h"

namespace tend::ingest {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kMail[] =
    R"({"id":"m1","source":{"system":"imap","recordId":"ann"},"occurTime":"2026-03-02T09:00:00Z",)"
    R"("parties":[{"role":"PARTY_ROLE_FROM","identifiers":[{"kind":"IDENTIFIER_KIND_EMAIL","raw":"ann@example.com"}]},)"
    R"({"role":"PARTY_ROLE_TO","side":"SIDE_OURS","identifiers":[{"kind":1,"raw":"eve@ours.example"}]}],)"
    R"("channel":"CHANNEL_MAIL","messageSent":{"subject":"Hello"}})";

ReadResult Read(absl::string_view text, size_t chunk = 64 * 1024) {
  const std::unique_ptr<InteractionReader> reader = MakeTendJsonReader("mail.jsonl");
  return ReadAll(*reader, text, chunk);
}

// One line that must be rejected.
v1::Reject RejectOfLine(absl::string_view line) {
  const ReadResult result = Read(line);
  EXPECT_THAT(result.rejects, SizeIs(1)) << line;
  return result.rejects.empty() ? v1::Reject() : result.rejects[0];
}

TEST(TendJsonReaderTest, ReadsAValidLine) {
  const ReadResult result = Read(kMail);
  ASSERT_THAT(result.interactions, SizeIs(1));
  v1::Interaction expected;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(kMail, &expected).ok());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(result.interactions[0], expected))
      << result.interactions[0].DebugString();
}

TEST(TendJsonReaderTest, ReadsManyLinesWhateverTheChunk) {
  std::string text = "\xEF\xBB\xBF";
  for (int i = 0; i < 50; ++i) absl::StrAppend(&text, kMail, i % 2 == 0 ? "\n" : "\r\n\n");
  for (const size_t chunk : {size_t{1}, size_t{7}, size_t{100}, size_t{1} << 20}) {
    const ReadResult result = Read(text, chunk);
    EXPECT_THAT(result.interactions, SizeIs(50)) << chunk;
    EXPECT_THAT(result.rejects, IsEmpty()) << chunk;
    EXPECT_EQ(result.lines.back(), 74) << chunk;
    EXPECT_EQ(result.rows, 50);
  }
}

TEST(TendJsonReaderTest, AnEmptyFileGivesNothing) {
  for (const char* text : {"", "\n\n", " \t\n", "\xEF\xBB\xBF"}) {
    const ReadResult result = Read(text);
    EXPECT_THAT(result.interactions, IsEmpty());
    EXPECT_THAT(result.rejects, IsEmpty());
    EXPECT_EQ(result.rows, 0);
  }
}

TEST(TendJsonReaderTest, ALineThatIsNotJsonIsMalformed) {
  const v1::Reject reject = RejectOfLine("{\"id\":");
  EXPECT_EQ(reject.reason(), v1::REJECT_REASON_MALFORMED);
  EXPECT_EQ(reject.file().file(), "mail.jsonl");
  EXPECT_EQ(reject.file().line(), 1);
  EXPECT_EQ(reject.value(), "{\"id\":");
  EXPECT_EQ(reject.service(), "ingest");
  EXPECT_EQ(RejectOfLine("[]").reason(), v1::REJECT_REASON_FIELD_INVALID);
}

TEST(TendJsonReaderTest, AWrongTypeNamesItsPointer) {
  const v1::Reject party =
      RejectOfLine(R"({"id":"a","parties":[{},{"identifiers":[{"raw":"x"},{"raw":7}]}]})");
  EXPECT_EQ(party.reason(), v1::REJECT_REASON_FIELD_INVALID);
  EXPECT_EQ(party.field(), "/parties/1/identifiers/1/raw");
  EXPECT_EQ(party.detail(), "not a string");
  EXPECT_EQ(RejectOfLine(R"({"channel":"CHANNEL_PIGEON"})").field(), "/channel");
  EXPECT_EQ(RejectOfLine(R"({"parties":{}})").detail(), "not an array");
  EXPECT_EQ(RejectOfLine(R"({"recipientCount":1.5})").field(), "/recipientCount");
  EXPECT_EQ(RejectOfLine(R"({"occurTime":"yesterday"})").reason(), v1::REJECT_REASON_TIME_INVALID);
}

TEST(TendJsonReaderTest, AMissingFieldIsTheAcceptorsToSay) {
  EXPECT_THAT(Read("{}").interactions, SizeIs(1));
}

TEST(TendJsonReaderTest, OneBadLineOfManyIsOneReject) {
  const ReadResult result = Read(absl::StrCat(kMail, "\n", kMail, "\nnonsense\n", kMail, "\n"));
  EXPECT_THAT(result.interactions, SizeIs(3));
  ASSERT_THAT(result.rejects, SizeIs(1));
  EXPECT_EQ(result.rejects[0].file().line(), 3);
  EXPECT_EQ(result.rows, 4);
}

TEST(TendJsonReaderTest, UnknownFieldsAreNamed) {
  EXPECT_EQ(RejectOfLine(R"({"id":"a","source":{"sistem":"x"}})").field(), "/source/sistem");
  const v1::Reject fact = RejectOfLine(R"({"id":"a","teleported":{"to":"Mars"}})");
  EXPECT_EQ(fact.reason(), v1::REJECT_REASON_FACT_UNKNOWN);
  EXPECT_EQ(fact.field(), "/teleported");
  EXPECT_EQ(RejectOfLine(R"({"messageSent":{},"colour":"red"})").reason(),
            v1::REJECT_REASON_FIELD_INVALID);
}

TEST(TendJsonReaderTest, AnIgnorableUnknownFactIsIgnored) {
  EXPECT_EQ(Read(R"({"id":"a","teleported":{},"ignorable":true})").ignored, 1);
}

TEST(TendJsonReaderTest, NothingMayStandTwice) {
  EXPECT_EQ(RejectOfLine(R"({"id":"a","id":"b"})").field(), "/id");
  EXPECT_EQ(RejectOfLine(R"({"source":{"recordId":"a","record_id":"b"}})").field(),
            "/source/record_id");
  EXPECT_THAT(RejectOfLine(R"({"messageSent":{},"commented":{}})").detail(),
              HasSubstr("second fact"));
}

TEST(TendJsonReaderTest, ReadsProtobufsOtherForms) {
  const ReadResult result = Read(
      R"({"occur_time":"2026-03-02 10:00:00.25+01:00","source":{"position":"12"},"recipient_count":2.0,)"
      R"("thread_key":null,"unsolicited":false,"meeting_held":{"duration":"90.5s"}})");
  ASSERT_THAT(result.interactions, SizeIs(1));
  const v1::Interaction& interaction = result.interactions[0];
  EXPECT_EQ(interaction.occur_time().seconds(), 1772442000);
  EXPECT_EQ(interaction.occur_time().nanos(), 250'000'000);
  EXPECT_EQ(interaction.source().position(), 12);
  EXPECT_EQ(interaction.recipient_count(), 2);
  EXPECT_TRUE(interaction.has_unsolicited());
  EXPECT_EQ(interaction.meeting_held().duration().seconds(), 90);
  EXPECT_EQ(interaction.meeting_held().duration().nanos(), 500'000'000);
}

TEST(TendJsonReaderTest, ATooLongLineIsCutAndTheNextIsRead) {
  const std::string longest(kMaxRowBytes + 1, 'x');
  for (const size_t chunk : {size_t{65536}, size_t{1} << 24}) {
    const ReadResult result = Read(absl::StrCat(kMail, "\n", longest, "\n", kMail), chunk);
    EXPECT_THAT(result.interactions, SizeIs(2));
    ASSERT_THAT(result.rejects, SizeIs(1));
    EXPECT_EQ(result.rejects[0].reason(), v1::REJECT_REASON_TOO_LARGE);
    EXPECT_EQ(result.rejects[0].value().size(), kMaxRejectBytes);
    EXPECT_TRUE(result.rejects[0].truncated());
    EXPECT_EQ(result.lines.back(), 3);
  }
}

// What protobuf prints is what we read, for every kind of fact.
TEST(TendJsonReaderTest, ReadsEveryFactThatProtobufPrints) {
  const google::protobuf::OneofDescriptor* facts =
      v1::Interaction::descriptor()->FindOneofByName("fact");
  for (int i = 0; i < facts->field_count(); ++i) {
    v1::Interaction interaction;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                    R"({"id":"a","unsolicited":true,"source":{"position":"-5"}})", &interaction)
                    .ok());
    interaction.GetReflection()->MutableMessage(&interaction, facts->field(i));
    for (const bool snake_case : {false, true}) {
      google::protobuf::util::JsonPrintOptions options;
      options.preserve_proto_field_names = snake_case;
      options.always_print_primitive_fields = true;
      std::string json;
      ASSERT_TRUE(google::protobuf::util::MessageToJsonString(interaction, &json, options).ok());
      const ReadResult result = Read(json);
      ASSERT_THAT(result.interactions, SizeIs(1)) << json << result.rejects[0].ShortDebugString();
      EXPECT_TRUE(
          google::protobuf::util::MessageDifferencer::Equals(result.interactions[0], interaction));
    }
  }
}

}  // namespace
}  // namespace tend::ingest
