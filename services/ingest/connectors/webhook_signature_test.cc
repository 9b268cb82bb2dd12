// Vectors: the official tests of Standard Webhooks (libraries/go and rust at b2fa7b8).

#include "services/ingest/connectors/webhook_signature.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "absl/strings/str_cat.h"

namespace tend::ingest {
namespace {

constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr char kOther[] = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
constexpr char kId[] = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr char kTime[] = "1614265330";
constexpr char kBody[] = R"({"test": 2432232314})";
constexpr char kRight[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

absl::Time At(int64_t seconds) { return absl::FromUnixSeconds(seconds); }

bool Good(absl::string_view signatures, absl::string_view body = kBody,
          absl::string_view secrets = kSecret, absl::Time now = At(1614265330)) {
  const absl::Status status =
      VerifySignature(*ParseSecrets(secrets), {kId, kTime, signatures}, body, now);
  EXPECT_TRUE(status.ok() || absl::IsUnauthenticated(status)) << status;
  return status.ok();
}

TEST(WebhookSignatureTest, TheOfficialVectorsHold) {
  EXPECT_TRUE(Good(kRight));
  EXPECT_TRUE(VerifySignature(*ParseSecrets(kOther),
                              {"msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", "1649367553",
                               "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="},
                              R"({"email":"test@example.com","username":"test_user"})",
                              At(1649367553))
                  .ok());
}

TEST(WebhookSignatureTest, WhatIsMissingPartialOrOfAnotherVersionIsNoSignature) {
  for (const char* signatures :
       {"", " ", "v1,", "v1", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE",
        "v1,g0hM9SsE+OTPJTGt/dmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}) {
    EXPECT_FALSE(Good(signatures)) << signatures;
  }
  EXPECT_FALSE(Good(kRight, "{\"test\": 2432232315}"));
}

TEST(WebhookSignatureTest, ALaterEntryOfTheListCounts) {
  EXPECT_TRUE(Good(absl::StrCat("v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,x ", kRight)));
}

TEST(WebhookSignatureTest, BothSecretsAreGoodWhileOneReplacesTheOther) {
  EXPECT_TRUE(Good(kRight, kBody, absl::StrCat(kOther, "\n", kSecret, "\n")));
  EXPECT_TRUE(Good(kRight, kBody, absl::StrCat(kSecret, " ", kOther)));
  EXPECT_FALSE(Good(kRight, kBody, kOther));
}

TEST(WebhookSignatureTest, TheTimeMayDifferByFiveMinutesEitherWay) {
  EXPECT_TRUE(Good(kRight, kBody, kSecret, At(1614265330 + 300)));
  EXPECT_TRUE(Good(kRight, kBody, kSecret, At(1614265330 - 300)));
  EXPECT_FALSE(Good(kRight, kBody, kSecret, At(1614265330 + 301)));
  EXPECT_FALSE(Good(kRight, kBody, kSecret, At(1614265330 - 301)));
}

TEST(WebhookSignatureTest, ATimeThatIsNoWholeNumberIsNoTime) {
  for (const char* time : {"", "-1614265330", "1614265330.5", "soon", "99999999999999999999"}) {
    EXPECT_FALSE(
        VerifySignature(*ParseSecrets(kSecret), {kId, time, kRight}, kBody, At(1614265330)).ok())
        << time;
  }
}

TEST(WebhookSignatureTest, ASecretIsWrittenAsTheStandardSays) {
  for (const char* secrets :
       {"", "  \n", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!!!",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw whsec_"}) {
    EXPECT_FALSE(ParseSecrets(secrets).ok()) << secrets;
  }
  const absl::Status status = ParseSecrets("whsec_private").status();
  EXPECT_EQ(status.message().find("private"), absl::string_view::npos);
}

TEST(WebhookSignatureTest, NoChangedByteIsGood) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string signature = kRight;
    std::string body = kBody;
    std::string& changed = i % 2 == 0 ? signature : body;
    const size_t place = random() % changed.size();
    const char byte = static_cast<char>(random());
    if (changed[place] == byte) continue;
    changed[place] = byte;
    // A blank after the right signature ends it, and more may follow.
    EXPECT_FALSE(Good(signature, body)) << i;
  }
}

}  // namespace
}  // namespace tend::ingest
