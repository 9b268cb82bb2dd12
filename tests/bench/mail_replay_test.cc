#include "tests/bench/mail_replay.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/model/readiness.h"
#include "common/testing/model_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend::bench {
namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;

constexpr absl::string_view kEvents = "seq,ts,from,to\n";
constexpr absl::string_view kTruth = "seq,ts,from,to,split,episode_start,cold,y\n";

// z of each row "ts,from,to", all of them labelled, as it was sent.
std::vector<double> SentZ(const std::vector<std::string>& rows,
                          SeveralOwners several = SeveralOwners::kOneActEach) {
  std::string events(kEvents), truth(kTruth);
  for (size_t i = 0; i < rows.size(); ++i) {
    absl::StrAppend(&events, i, ",", rows[i], "\n");
    absl::StrAppend(&truth, i, ",", rows[i], ",valid,1,0,0\n");
  }
  const std::vector<Mail> mails = *ParseMailLog(events, truth);
  std::vector<double> z;
  for (const Asked& a : Replay(mails, several, model::ShippedModel(), model::ShippedPolicy()))
    z.push_back(a.z_sent);
  return z;
}

TEST(MailReplayTest, NobodyHasEvidenceAtFirst) {
  EXPECT_THAT(model::Sigma(SentZ({"0,1,2"})[0]), DoubleNear(0.254, 0.001));
}

TEST(MailReplayTest, AMessageOfThePersonRaisesTheNextScore) {
  const std::vector<double> z = SentZ({"0,1,2", "60,2,1", "120,1,2"});
  EXPECT_GT(z[2], z[0] + 0.5);
}

TEST(MailReplayTest, ATouchWithoutAnswerLowersTheNextScore) {
  const std::vector<double> z = SentZ({"0,1,2", "60,1,2", "120,1,2"});
  EXPECT_LT(z[1], z[0]);
  EXPECT_LT(z[2], z[1]);
}

TEST(MailReplayTest, RowsOfOneSecondSeeNothingOfEachOther) {
  const std::vector<double> z = SentZ({"5,2,1", "5,1,2", "5,1,2"});
  EXPECT_EQ(z[1], z[2]);
  EXPECT_THAT(z[0], DoubleNear(SentZ({"5,2,1"})[0], 1e-12));
}

TEST(MailReplayTest, RecipientsAreTheRowsOfOneSenderAndSecond) {
  const double one = SentZ({"0,1,2"})[0];
  const double three = SentZ({"0,1,2", "0,1,3", "0,1,4", "0,5,6", "1,1,7"})[0];
  EXPECT_THAT(three - one, DoubleNear(-0.483 * std::log(4.0 / 2), 1e-9));
}

TEST(MailReplayTest, OneActToSeveralOfUsCountsAsOneMessageToAnybody) {
  // Person 1 writes to owners 2 and 3; owner 4 asks.
  const std::vector<std::string> rows = {"0,1,2", "0,1,3", "60,4,1"};
  const double each = SentZ(rows)[2];
  const double once = SentZ(rows, SeveralOwners::kOneAct)[2];
  EXPECT_THAT(each - once, DoubleNear(0.15 * std::log(3.0 / 2), 1e-4));
}

TEST(MailLogTest, TruthBelongsToItsRow) {
  const auto mails = ParseMailLog(absl::StrCat(kEvents, "0,7,1,2\n1,8,2,1\n"),
                                  absl::StrCat(kTruth, "1,8,2,1,train,1,0,1\n"));
  ASSERT_TRUE(mails.ok());
  EXPECT_FALSE((*mails)[0].labelled);
  EXPECT_TRUE((*mails)[1].labelled && (*mails)[1].episode_start && (*mails)[1].answered);
  EXPECT_FALSE((*mails)[1].valid || (*mails)[1].cold);
}

TEST(MailLogTest, SaysWhichLineDoesNotFit) {
  const auto parse = [](absl::string_view events, absl::string_view truth) {
    return std::string(ParseMailLog(absl::StrCat(kEvents, events), absl::StrCat(kTruth, truth))
                           .status()
                           .message());
  };
  EXPECT_THAT(parse("0,7,1\n", ""), HasSubstr("events:2:"));
  EXPECT_THAT(parse("0,7,1,2\n1,6,1,2\n", ""), HasSubstr("events:3:"));  // back in time
  EXPECT_THAT(parse("0,7,1,2\n", "0,7,1,3,valid,1,0,0\n"), HasSubstr("truth:2:"));
  EXPECT_THAT(parse("0,7,1,2\n", "0,7,1,2,test,1,0,0\n"), HasSubstr("truth:2:"));
  EXPECT_THAT(parse("0,7,1,2\n", "0,7,1,2,valid,1,0,x\n"), HasSubstr("truth:2:"));
}

}  // namespace
}  // namespace tend::bench
