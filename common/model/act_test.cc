// How interactions are read by the shipped table of facts.

#include "common/model/act.h"

#include "common/testing/model_testing.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tend/v1/interaction.pb.h"

namespace tend::model {
namespace {

constexpr char kFromThem[] =
    "parties { role: PARTY_ROLE_FROM side: SIDE_THEIRS person_id: 'ann' }"
    "parties { role: PARTY_ROLE_TO side: SIDE_OURS owner_id: 'eve' }";
constexpr char kFromUs[] =
    "parties { role: PARTY_ROLE_FROM side: SIDE_OURS owner_id: 'eve' }"
    "parties { role: PARTY_ROLE_CC side: SIDE_OURS owner_id: 'max' }"
    "parties { role: PARTY_ROLE_TO side: SIDE_THEIRS person_id: 'ann' }";

Act Read(const std::string& text) {
  v1::Interaction interaction;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "id: 'i' occur_time { seconds: 1772442000 }" + text, &interaction));
  return Interpret(interaction, "ann", ShippedModel(),
                   [](absl::string_view owner) { return OwnerIndex{owner == "eve" ? 1u : 2u}; });
}

// --- their half

TEST(ActTest, AMailOfTheirsIsASignalAndReplyLike) {
  const Act act = Read(std::string(kFromThem) + "channel: CHANNEL_MAIL message_sent {}");
  EXPECT_EQ(act.signal, SignalClass::kMessage);
  EXPECT_TRUE(act.message && act.reply_like);
  EXPECT_FALSE(act.touch || act.settled);
  EXPECT_EQ(act.owners.size(), 1u);
}

TEST(ActTest, AQuestionByMailCountsInItsClassAndAsAMessage) {
  const Act mail = Read(std::string(kFromThem) + "channel: CHANNEL_MAIL question_asked {}");
  EXPECT_EQ(mail.signal, SignalClass::kQuestion);
  EXPECT_TRUE(mail.message);
  EXPECT_FALSE(Read(std::string(kFromThem) + "channel: CHANNEL_WEB question_asked {}").message);
}

TEST(ActTest, ACallCountsForWhoCalled) {
  EXPECT_EQ(Read(std::string(kFromThem) + "call_held {}").signal, SignalClass::kCall);
  EXPECT_TRUE(Read(std::string(kFromThem) + "call_held {}").settled);
  EXPECT_FALSE(Read(std::string(kFromThem) + "call_missed {}").settled);
  const Act ours = Read(std::string(kFromUs) + "call_held {}");
  EXPECT_FALSE(ours.TheirAct());
  EXPECT_TRUE(ours.touch);
  EXPECT_FALSE(ours.our_message);
}

TEST(ActTest, AMeetingIsOfBothAndNeedsNoAnswer) {
  const Act act = Read(
      "parties { role: PARTY_ROLE_ATTENDEE side: SIDE_THEIRS person_id: 'ann' }"
      "parties { role: PARTY_ROLE_ATTENDEE side: SIDE_OURS owner_id: 'eve' } meeting_held {}");
  EXPECT_EQ(act.signal, SignalClass::kMeeting);
  EXPECT_TRUE(act.met && act.settled);
  EXPECT_FALSE(act.touch);
}

TEST(ActTest, AnIntroductionCountsOnlyIfTheyAskedForIt) {
  const Act unasked = Read(std::string(kFromUs) + "introduced {}");
  EXPECT_FALSE(unasked.TheirAct());
  EXPECT_TRUE(unasked.unsolicited);
  const Act asked = Read(std::string(kFromUs) + "introduced { wanted_by_person: true }");
  EXPECT_EQ(asked.signal, SignalClass::kIntroduction);
  EXPECT_EQ(asked.purpose, Purpose::kGive);
  EXPECT_FALSE(asked.unsolicited);
}

TEST(ActTest, AConnectionCountsForWhoAskedForIt) {
  EXPECT_EQ(Read(std::string(kFromThem) + "connected {}").signal, SignalClass::kSocial);
  EXPECT_FALSE(Read(std::string(kFromUs) + "connected {}").TheirAct());
}

TEST(ActTest, PagesCountByTheirKind) {
  EXPECT_EQ(Read("page_visited { kind: PAGE_KIND_CONTENT }").signal, SignalClass::kContentVisit);
  EXPECT_EQ(Read("page_visited { kind: PAGE_KIND_PRICING }").signal, SignalClass::kPricingVisit);
  for (const char* kind : {"", "kind: PAGE_KIND_OTHER", "kind: 77"})
    EXPECT_FALSE(Read(std::string("page_visited {") + kind + "}").TheirAct()) << kind;
}

TEST(ActTest, MachinesCountNothing) {
  const Act act = Read(std::string(kFromThem) +
                       "channel: CHANNEL_MAIL automated: AUTOMATED_REASON_AUTO_REPLY "
                       "message_sent {}");
  EXPECT_FALSE(act.TheirAct() || act.touch || act.message);
}

// --- our half

TEST(ActTest, OursTouchesTheAuthorsTieAlone) {
  const Act act = Read(std::string(kFromUs) + "channel: CHANNEL_MAIL message_sent {}");
  EXPECT_TRUE(act.touch && act.our_message && act.unsolicited);
  EXPECT_FALSE(act.unsolicited_stated);
  ASSERT_EQ(act.owners.size(), 1u);
  EXPECT_EQ(act.owners[0], 1u);
}

TEST(ActTest, WhatTheSourceStatesAboutATouchHolds) {
  const Act act =
      Read(std::string(kFromUs) + "purpose: TOUCH_PURPOSE_GIVE unsolicited: false message_sent {}");
  EXPECT_EQ(act.purpose, Purpose::kGive);
  EXPECT_TRUE(act.unsolicited_stated);
  EXPECT_FALSE(act.unsolicited);
}

TEST(ActTest, AnAnswerIsNotUnsolicited) {
  const Act act = Read(std::string(kFromUs) + "question_answered {}");
  EXPECT_EQ(act.purpose, Purpose::kAnswer);
  EXPECT_FALSE(act.unsolicited);
}

// --- refusals and wishes

TEST(ActTest, RefusalsAreNoSignals) {
  for (const char* fact :
       {"meeting_declined {}", "unsubscribed {}", "complained {}", "rest_wished {}",
        "consent_revoked {}", "erasure_asked {}", "list_row_entered { unsubscribed: true }"}) {
    const Act act = Read(std::string(kFromThem) + fact);
    EXPECT_TRUE(act.refusal) << fact;
    EXPECT_FALSE(act.TheirAct() || act.touch || act.reply_like) << fact;
  }
  EXPECT_FALSE(Read("list_row_entered {}").refusal);
}

TEST(ActTest, AnOptOutWithoutAChannelIsForAll) {
  EXPECT_EQ(Read("unsubscribed {}").consent.channel, 0);
  EXPECT_EQ(Read("channel: CHANNEL_MAIL unsubscribed {}").consent.channel, v1::CHANNEL_MAIL);
  EXPECT_EQ(Read("channel: CHANNEL_MAIL complained {}").consent.channel, 0);
  EXPECT_EQ(Read("channel: CHANNEL_MAIL list_row_entered { unsubscribed: true }").consent.channel,
            0);
  EXPECT_EQ(Read("channel: CHANNEL_WEB unsubscribed {}").consent.channel, 0);
}

TEST(ActTest, AWishWithoutADateHoldsUntilTheyWrite) {
  EXPECT_FALSE(Read("rest_wished { rest { until_they_write: true } }").rest.until.is_set());
  EXPECT_EQ(Read("rest_wished { rest { until_time { seconds: 1800000000 } } }").rest.until,
            Instant(1800000000));
}

TEST(ActTest, APromiseIsOfWhoMadeIt) {
  const Act made = Read(std::string(kFromUs) + "promise_made { promise { promise_id: 'p' } }");
  EXPECT_EQ(made.statement, Statement::kPromiseMade);
  EXPECT_EQ(made.promise.by, 1u);
  EXPECT_EQ(Read("promise_broken { promise_id: 'p' withdrawn: true }").statement,
            Statement::kPromiseWithdrawn);
}

}  // namespace
}  // namespace tend::model
