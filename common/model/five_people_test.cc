// Five people who must come out right (design section 9), from interactions as they come in.

#include <string>

#include "absl/strings/str_cat.h"
#include "common/model/explain.h"
#include "common/model/readiness.h"
#include "common/testing/model_testing.h"
#include "gtest/gtest.h"
#include "tend/v1/interaction.pb.h"

namespace tend::model {
namespace {

constexpr char kPerson[] = "ann";

v1::Interaction Their(v1::Channel channel = v1::CHANNEL_WEB) {
  v1::Interaction interaction;
  interaction.set_channel(channel);
  v1::Party* party = interaction.add_parties();
  party->set_role(v1::PARTY_ROLE_FROM);
  party->set_side(v1::SIDE_THEIRS);
  party->set_person_id(kPerson);
  return interaction;
}

v1::Interaction ToOwner(v1::Interaction interaction, const std::string& owner = "eve") {
  v1::Party* party = interaction.add_parties();
  party->set_role(v1::PARTY_ROLE_TO);
  party->set_side(v1::SIDE_OURS);
  party->set_owner_id(owner);
  return interaction;
}

v1::Interaction Mail(bool ours) {
  v1::Interaction interaction = ToOwner(Their(v1::CHANNEL_MAIL));
  interaction.mutable_message_sent();
  if (!ours) return interaction;
  interaction.mutable_parties(0)->set_role(v1::PARTY_ROLE_TO);
  interaction.mutable_parties(1)->set_role(v1::PARTY_ROLE_FROM);
  return interaction;
}

v1::Interaction Visit(v1::PageKind kind) {
  v1::Interaction interaction = Their();
  interaction.mutable_page_visited()->set_kind(kind);
  return interaction;
}

// A life told in interactions; "eve" is owner 1.
class Person : public Life {
 public:
  void On(double day, v1::Interaction interaction, double received = -1) {
    interaction.set_id(absl::StrCat("i", ++count_));
    interaction.mutable_occur_time()->set_seconds(Day(day).seconds());
    const Instant at = Day(received < 0 ? day : received);
    interaction.mutable_receive_time()->set_seconds(at.seconds());
    Happens(
        Interpret(interaction, kPerson, model, [](absl::string_view) { return OwnerIndex{1}; }));
  }

 private:
  int count_ = 0;
};

v1::Interaction Form() {
  v1::Interaction form = Their();
  form.mutable_form_sent();
  return form;
}

v1::Interaction Question() {
  v1::Interaction question = Their();
  question.mutable_question_asked();
  return question;
}

// Received on day `received`, or as it happened.
void AnnUntilDaySeven(Person& ann, double received = -1) {
  ann.On(0, Form(), received);
  ann.On(3, Visit(v1::PAGE_KIND_CONTENT), received);
  ann.On(7, Visit(v1::PAGE_KIND_CONTENT), received);
}

TEST(FivePeopleTest, AnnIsReadyWithinASecondOfHerQuestion) {
  Person ann;
  AnnUntilDaySeven(ann);
  EXPECT_EQ(ann.stage(), Stage::kGrowing);
  ann.On(10, Question());
  EXPECT_NEAR(ann.Readiness(), .655, .01);
  EXPECT_EQ(ann.stage(), Stage::kReady);
  ASSERT_TRUE(ann.IsOpen(MomentKind::kBecameReady));
  EXPECT_EQ(ann.OpenedOf(MomentKind::kBecameReady)[0].at, Day(10));
}

TEST(FivePeopleTest, AnnsFourActsAreTheReasons) {
  Person ann;
  AnnUntilDaySeven(ann);
  ann.On(10, Question());
  int reasons = 0;
  for (const EvidenceRow& row : Explain(ann.relationship, kNobody, Day(10), ann.model))
    reasons += row.term == Term::kInteraction && row.contribution > 0 ? 1 : 0;
  EXPECT_EQ(reasons, 4);
}

TEST(FivePeopleTest, AnnsFormWaitsUntilReadyTakesItsPlace) {
  Person ann;
  AnnUntilDaySeven(ann);
  EXPECT_TRUE(ann.IsOpen(MomentKind::kWaitsForUs));
  ann.On(10, Question());
  EXPECT_EQ(ann.LastClose(MomentKind::kWaitsForUs), CloseCause::kSuperseded);
  EXPECT_EQ(ann.OutreachOpened(), 2);
}

TEST(FivePeopleTest, AnnsBacklogAndHerFreshQuestionAreOneNudge) {
  Person ann;
  AnnUntilDaySeven(ann, 10);
  EXPECT_EQ(ann.OutreachOpened(), 0);
  ann.On(10, Question());
  EXPECT_EQ(ann.stage(), Stage::kReady);
  ann.PassTo(Day(60));
  EXPECT_EQ(ann.OutreachOpened(), 1);
}

TEST(FivePeopleTest, BobsTwentyOpensCountNothing) {
  Person bob;
  v1::Interaction open = ToOwner(Their(v1::CHANNEL_MAIL));
  open.mutable_message_opened();
  for (int i = 0; i < 20; ++i) bob.On(i / 10.0, open);
  EXPECT_NEAR(bob.Readiness(), .254, .01);
  EXPECT_EQ(bob.stage(), Stage::kSeed);
  bob.PassTo(Day(300));
  EXPECT_TRUE(bob.changes.empty());
  for (const EvidenceRow& row : Explain(bob.relationship, 1, Day(2), bob.model))
    EXPECT_NE(row.term, Term::kInteraction);
}

void TouchedThreeTimesThenInterested(Person& cy) {
  for (double day : {0.0, 4.0, 8.0}) cy.On(day, Mail(true));
  v1::Interaction event = Their();
  event.mutable_event_attended();
  cy.On(9, event);
  for (int i = 0; i < 5; ++i) {
    cy.On(10 + i, Visit(v1::PAGE_KIND_CONTENT));
    cy.On(10.2 + i, Visit(v1::PAGE_KIND_PRICING));
  }
}

TEST(FivePeopleTest, CyIsReadyByTheNumberAndLeftInPeace) {
  Person cy;
  TouchedThreeTimesThenInterested(cy);
  EXPECT_GE(cy.Readiness(), .67);
  EXPECT_LE(cy.Readiness(), .72);
  EXPECT_EQ(cy.stage(), Stage::kReady);
  EXPECT_EQ(cy.OutreachOpened(), 0);
  EXPECT_EQ(cy.Guard().decision, Decision::kNotYet);
  EXPECT_EQ(cy.Guard().reason, GuardReason::kPatience);
  EXPECT_EQ(cy.Guard().not_before, Day(8 + 120));
}

TEST(FivePeopleTest, CyIsSuggestedByAnActAfterThePatience) {
  Person cy;
  TouchedThreeTimesThenInterested(cy);
  cy.PassTo(Day(127));
  for (int i = 0; i < 12; ++i) {  // from just before the patience ends to after it
    cy.On(127.9 + i * .02, Visit(v1::PAGE_KIND_CONTENT));
    cy.On(127.91 + i * .02, Visit(v1::PAGE_KIND_PRICING));
  }
  ASSERT_EQ(cy.OutreachOpened(), 1);
  EXPECT_GE(cy.OpenedOf(MomentKind::kBecameReady)[0].at, Day(128));
}

v1::Interaction RestUntil(double day) {
  v1::Interaction wish = Their(v1::CHANNEL_MAIL);
  wish.mutable_rest_wished()->mutable_rest()->mutable_until_time()->set_seconds(Day(day).seconds());
  return wish;
}

TEST(FivePeopleTest, DiRestsUntilSheWrites) {
  Person di;
  di.On(0, RestUntil(60));
  EXPECT_EQ(di.stage(), Stage::kResting);
  di.On(40, Mail(false));
  EXPECT_EQ(di.stage(), Stage::kGrowing);
  EXPECT_EQ(di.OutreachOpened(), 0);
  di.PassTo(Day(41));
  EXPECT_TRUE(di.IsOpen(MomentKind::kWaitsForUs));
}

TEST(FivePeopleTest, DiConversesWithOurAnswer) {
  Person di;
  di.On(0, RestUntil(60));
  di.On(40, Mail(false));
  di.On(41.5, Mail(true));
  EXPECT_EQ(di.stage(), Stage::kConversing);
  EXPECT_EQ(di.LastClose(MomentKind::kWaitsForUs), CloseCause::kOurTouch);
  di.PassTo(Day(100));
  EXPECT_EQ(di.OutreachOpened(), 1);
  EXPECT_TRUE(di.OpenedOf(MomentKind::kRestOver).empty());
}

TEST(FivePeopleTest, EdIsLeftAlone) {
  Person ed;
  v1::Interaction row = ToOwner(Their());
  row.mutable_list_row_entered()->set_unsubscribed(true);
  ed.On(0, row);
  EXPECT_EQ(ed.Guard().decision, Decision::kNo);
  EXPECT_EQ(ed.Guard().reason, GuardReason::kSuppressed);
  EXPECT_EQ(ed.stage(), Stage::kSeed);
  for (int channel = 0; channel <= 6; ++channel) {
    TouchRequest request;
    request.channel = channel;
    request.now = Day(1), request.local_minute = 12 * 60;
    EXPECT_EQ(MayTouch(ed.relationship, request, ed.model, ed.policy).decision, Decision::kNo);
  }
}

TEST(FivePeopleTest, EdsRowWithdrawsWhatWasSuggested) {
  Person ed;
  ed.On(0, Form());
  ed.On(0.1, Question());
  ASSERT_TRUE(ed.IsOpen(MomentKind::kBecameReady));
  v1::Interaction row = Their();
  row.mutable_list_row_entered()->set_unsubscribed(true);
  ed.On(1, row);
  EXPECT_EQ(ed.LastClose(MomentKind::kBecameReady), CloseCause::kRefused);
}

}  // namespace
}  // namespace tend::model
