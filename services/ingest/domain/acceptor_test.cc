#include "services/ingest/domain/acceptor.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/unknown_field_set.h"
#include "gtest/gtest.h"
#include "services/ingest/domain/timestamp.h"

namespace tend::ingest {
namespace {

using testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1772442000);  // 2026-03-02T09:00:00Z

v1::Interaction Mail() {
  v1::Interaction interaction;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
    id: "m1" source { system: "imap" record_id: "ann" } occur_time { seconds: 1772441000 }
    parties { role: PARTY_ROLE_FROM identifiers { kind: IDENTIFIER_KIND_EMAIL raw: "ann@example.com" } }
    parties { role: PARTY_ROLE_TO identifiers { kind: IDENTIFIER_KIND_EMAIL raw: "eve@ours.example" } }
    channel: CHANNEL_MAIL message_sent { subject: "Hello" })",
                                                            &interaction));
  return interaction;
}

// The reject, or one without a reason.
v1::Reject RejectOf(v1::Interaction interaction) {
  Acceptor acceptor;
  AcceptResult result = acceptor.Accept(interaction, kNow);
  const v1::Reject* reject = std::get_if<v1::Reject>(&result);
  return reject == nullptr ? v1::Reject() : *reject;
}

TEST(AcceptorTest, AGoodInteractionIsStampedAndSerialized) {
  Acceptor acceptor;
  v1::Interaction interaction = Mail();
  AcceptResult result = acceptor.Accept(interaction, kNow + absl::Nanoseconds(7));
  ASSERT_TRUE(std::holds_alternative<Accepted>(result));
  const Accepted& accepted = std::get<Accepted>(result);
  EXPECT_EQ(accepted.topic, "tend.interactions.v1");
  EXPECT_EQ(accepted.key.size(), 8u);
  v1::Interaction parsed;
  ASSERT_TRUE(parsed.ParseFromString(std::string(accepted.value)));
  EXPECT_EQ(parsed.SerializeAsString(), interaction.SerializeAsString());
  EXPECT_EQ(TimeOf(parsed.receive_time()), kNow + absl::Nanoseconds(7));
  EXPECT_FALSE(parsed.occur_time_clamped());
}

TEST(AcceptorTest, TheKeyIsTheRecordsAndOnlyTheRecords) {
  const auto key = [](const char* system, const char* instance, const char* record) {
    Acceptor acceptor;
    v1::Interaction interaction = Mail();
    interaction.set_id(absl::StrCat(system, instance, record, "-any"));
    interaction.mutable_source()->set_system(system);
    interaction.mutable_source()->set_instance(instance);
    interaction.mutable_source()->set_record_id(record);
    AcceptResult result = acceptor.Accept(interaction, kNow);
    const absl::string_view made = std::get<Accepted>(result).key;
    return std::string(made.data(), made.size());
  };
  EXPECT_EQ(key("a", "b", "c"), key("a", "b", "c"));
  EXPECT_NE(key("a", "b", "c"), key("a", "", "bc"));
  EXPECT_NE(key("a", "b", "c"), key("ab", "", "c"));
  EXPECT_NE(key("a", "b", "c"), key("a", "b", "C"));
}

TEST(AcceptorTest, ATimeAheadOfReceiptIsClampedAndFlagged) {
  Acceptor acceptor;
  v1::Interaction interaction = Mail();
  SetTimestamp(kNow + kMaxAhead, *interaction.mutable_occur_time());
  ASSERT_TRUE(std::holds_alternative<Accepted>(acceptor.Accept(interaction, kNow)));
  EXPECT_FALSE(interaction.occur_time_clamped());
  EXPECT_EQ(TimeOf(interaction.occur_time()), kNow + kMaxAhead);
  SetTimestamp(kNow + kMaxAhead + absl::Nanoseconds(1), *interaction.mutable_occur_time());
  ASSERT_TRUE(std::holds_alternative<Accepted>(acceptor.Accept(interaction, kNow)));
  EXPECT_TRUE(interaction.occur_time_clamped());
  EXPECT_EQ(TimeOf(interaction.occur_time()), kNow);
}

TEST(AcceptorTest, WhatIsMissingIsNamed) {
  v1::Interaction interaction = Mail();
  interaction.clear_id();
  EXPECT_EQ(RejectOf(interaction).field(), "id");
  interaction = Mail();
  interaction.mutable_source()->clear_system();
  EXPECT_EQ(RejectOf(interaction).field(), "source.system");
  interaction = Mail();
  interaction.clear_source();
  EXPECT_EQ(RejectOf(interaction).reason(), v1::REJECT_REASON_FIELD_MISSING);
  interaction = Mail();
  interaction.clear_message_sent();
  EXPECT_EQ(RejectOf(interaction).field(), "fact");
  interaction = Mail();
  interaction.mutable_promise_made();
  EXPECT_EQ(RejectOf(interaction).field(), "promise_made.promise.promise_id");
  interaction = Mail();
  interaction.mutable_rest_wished();
  EXPECT_EQ(RejectOf(interaction).field(), "rest_wished.rest.end");
}

TEST(AcceptorTest, TimesMustBeTimes) {
  for (const int64_t seconds :
       {int64_t{0}, int64_t{31535999}, int64_t{-1}, int64_t{253402300800}}) {
    v1::Interaction interaction = Mail();
    interaction.mutable_occur_time()->set_seconds(seconds);
    EXPECT_EQ(RejectOf(interaction).reason(), v1::REJECT_REASON_TIME_INVALID) << seconds;
  }
  v1::Interaction interaction = Mail();
  interaction.mutable_occur_time()->set_nanos(-1);
  EXPECT_EQ(RejectOf(interaction).reason(), v1::REJECT_REASON_TIME_INVALID);
  interaction.clear_occur_time();
  EXPECT_EQ(RejectOf(interaction).reason(), v1::REJECT_REASON_TIME_INVALID);
}

TEST(AcceptorTest, SomebodyMustBeNamed) {
  v1::Interaction interaction = Mail();
  interaction.clear_parties();
  EXPECT_EQ(RejectOf(interaction).reason(), v1::REJECT_REASON_PARTY_UNKNOWN);
  interaction.add_parties()->add_identifiers()->set_kind(v1::IDENTIFIER_KIND_EMAIL);
  EXPECT_EQ(RejectOf(interaction).reason(), v1::REJECT_REASON_PARTY_UNKNOWN);
  interaction = Mail();
  interaction.mutable_parties(1)->mutable_identifiers(0)->clear_kind();
  EXPECT_EQ(RejectOf(interaction).field(), "parties[1].identifiers");
}

TEST(AcceptorTest, ANumberThatMeansNothingIsNotTakenForLeftOut) {
  const auto fault = [](void (*spoil)(v1::Interaction & interaction)) {
    v1::Interaction interaction = Mail();
    spoil(interaction);
    const v1::Reject reject = RejectOf(interaction);
    EXPECT_EQ(reject.reason(), v1::REJECT_REASON_FIELD_INVALID);
    return reject.detail();
  };
  const auto is_99 = [](const char* field) {
    return absl::StrCat(field, " is 99, which this version does not know");
  };
  EXPECT_EQ(fault([](auto& mail) { mail.set_channel(static_cast<v1::Channel>(99)); }),
            is_99("channel"));
  EXPECT_EQ(fault([](auto& mail) { mail.set_purpose(static_cast<v1::TouchPurpose>(99)); }),
            is_99("purpose"));
  EXPECT_EQ(fault([](auto& mail) { mail.set_automated(static_cast<v1::AutomatedReason>(99)); }),
            is_99("automated"));
  EXPECT_EQ(
      fault([](auto& mail) { mail.mutable_parties(1)->set_role(static_cast<v1::PartyRole>(99)); }),
      is_99("parties[1].role"));
  EXPECT_EQ(fault([](auto& mail) { mail.mutable_parties(0)->set_side(static_cast<v1::Side>(99)); }),
            is_99("parties[0].side"));
  EXPECT_EQ(fault([](auto& mail) {
              mail.mutable_parties(1)->mutable_identifiers(0)->set_kind(
                  static_cast<v1::IdentifierKind>(99));
            }),
            is_99("parties[1].identifiers"));
  EXPECT_EQ(fault([](auto& mail) {
              mail.mutable_page_visited()->set_kind(static_cast<v1::PageKind>(99));
            }),
            is_99("page_visited.kind"));
  EXPECT_EQ(fault([](auto& mail) {
              v1::Promise& promise = *mail.mutable_promise_made()->mutable_promise();
              promise.set_promise_id("p1");
              promise.set_state(static_cast<v1::PromiseState>(99));
            }),
            is_99("promise_made.promise.state"));
  EXPECT_EQ(
      fault([](auto& mail) {
        mail.mutable_consent_given()->mutable_consent()->set_channel(static_cast<v1::Channel>(99));
      }),
      is_99("consent_given.consent.channel"));
  EXPECT_EQ(fault([](auto& mail) {
              mail.mutable_consent_revoked()->mutable_consent()->set_purpose(
                  static_cast<v1::ConsentPurpose>(99));
            }),
            is_99("consent_revoked.consent.purpose"));
  EXPECT_EQ(fault([](auto& mail) {
              mail.mutable_consent_revoked()->mutable_consent()->set_status(
                  static_cast<v1::ConsentStatus>(99));
            }),
            is_99("consent_revoked.consent.status"));
}

TEST(AcceptorTest, SizesAreBounded) {
  v1::Interaction interaction = Mail();
  interaction.set_id(std::string(kMaxIdBytes + 1, 'x'));
  EXPECT_EQ(RejectOf(interaction).field(), "id");
  interaction = Mail();
  interaction.mutable_parties(0)->mutable_identifiers(0)->set_raw(
      std::string(kMaxNameBytes + 1, 'x'));
  EXPECT_EQ(RejectOf(interaction).reason(), v1::REJECT_REASON_FIELD_INVALID);
  interaction = Mail();
  interaction.mutable_message_sent()->set_subject(std::string(600 * 1024, 'x'));
  const v1::Reject reject = RejectOf(interaction);
  EXPECT_EQ(reject.reason(), v1::REJECT_REASON_TOO_LARGE);
  EXPECT_EQ(reject.value().size(), 512u * 1024);
  EXPECT_TRUE(reject.truncated());
  interaction = Mail();
  for (int i = 0; i < kMaxParties; ++i) *interaction.add_parties() = interaction.parties(0);
  EXPECT_EQ(RejectOf(interaction).reason(), v1::REJECT_REASON_TOO_LARGE);
}

TEST(AcceptorTest, AnUnknownFactIsRejectedUnlessIgnorable) {
  v1::Interaction interaction = Mail();
  interaction.clear_message_sent();
  interaction.GetReflection()->MutableUnknownFields(&interaction)->AddLengthDelimited(99, "new");
  const v1::Reject reject = RejectOf(interaction);
  EXPECT_EQ(reject.reason(), v1::REJECT_REASON_FACT_UNKNOWN);
  EXPECT_THAT(reject.detail(), HasSubstr("99"));
  interaction.set_ignorable(true);
  Acceptor acceptor;
  EXPECT_TRUE(std::holds_alternative<Ignored>(acceptor.Accept(interaction, kNow)));
}

TEST(AcceptorTest, ARejectKeepsTheBytesAndTellsNothingPersonal) {
  v1::Interaction interaction = Mail();
  interaction.clear_occur_time();
  const v1::Reject reject = RejectOf(interaction);
  EXPECT_EQ(reject.value(), interaction.SerializeAsString());
  EXPECT_EQ(reject.service(), "ingest");
  EXPECT_EQ(TimeOf(reject.reject_time()), kNow);
  EXPECT_THAT(reject.detail(), testing::Not(HasSubstr("ann")));
}

}  // namespace
}  // namespace tend::ingest
