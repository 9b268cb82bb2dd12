#include "common/rpc/access.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"

namespace tend::rpc {
namespace {

v1::RuntimeConfig TwoTokens() {
  v1::RuntimeConfig config;
  for (const auto& [token, scope] :
       {std::pair{"for-ingest", v1::SCOPE_INGEST}, {"for-questions", v1::SCOPE_READ}}) {
    v1::AccessToken* added = config.add_tokens();
    added->set_name(token);
    added->set_sha256(absl::BytesToHexString(Sha256(token)));
    added->add_scopes(scope);
  }
  return config;
}

absl::StatusCode CodeOf(const char* method, const char* authorization) {
  return Access(TwoTokens()).Check(method, authorization).code();
}

TEST(AccessTest, ATokenOpensWhatItsScopeAllowsAndNothingElse) {
  const char* publish = "/tend.v1.IngestService/PublishInteractions";
  const char* get = "/tend.v1.NudgeService/GetNudge";
  EXPECT_EQ(CodeOf(publish, "Bearer for-ingest"), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(get, "bearer  for-questions "), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(get, "Bearer for-ingest"), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(CodeOf(publish, "Bearer for-questions"), absl::StatusCode::kPermissionDenied);
}

TEST(AccessTest, WhoShowsNoKnownTokenIsNobody) {
  const char* get = "/tend.v1.NudgeService/GetNudge";
  for (const char* authorization :
       {"", "Bearer", "Bearer ", "Bearer wrong", "Basic for-questions", "for-questions",
        "Bearer for-questions2", "Bearer for-question"}) {
    EXPECT_EQ(CodeOf(get, authorization), absl::StatusCode::kUnauthenticated) << authorization;
  }
}

TEST(AccessTest, TheRefusalNamesTheScope) {
  const absl::Status status =
      Access(TwoTokens()).Check("/tend.v1.PrivacyService/ErasePerson", "Bearer for-ingest");
  EXPECT_NE(status.message().find("SCOPE_OPERATE"), absl::string_view::npos);
}

TEST(AccessTest, HealthNeedsNothingAndTheUnknownTheMost) {
  EXPECT_EQ(ScopeOf("/grpc.health.v1.Health/Check"), std::nullopt);
  EXPECT_EQ(ScopeOf("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"),
            v1::SCOPE_READ);
  EXPECT_EQ(ScopeOf("/tend.v1.NewService/Do"), v1::SCOPE_OPERATE);
  // A webhook's token brings in what happened, and answers for nobody.
  EXPECT_EQ(ScopeOf("/tend.v1.IngestService/StreamInteractions"), v1::SCOPE_INGEST);
  EXPECT_EQ(ScopeOf("/tend.v1.InboxService/AnswerNudge"), v1::SCOPE_ANSWER);
}

TEST(AccessTest, WithoutTokensEverybodyMay) {
  EXPECT_TRUE(Access({}).open());
  EXPECT_TRUE(Access({}).Check("/tend.v1.PrivacyService/ErasePerson", "").ok());
}

}  // namespace
}  // namespace tend::rpc
