// The door over real HTTP on loopback, with the log in memory.

#include "services/ingest/web/source_door.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/rpc/http/server.h"
#include "common/stream/memory_log.h"
#include "common/testing/http_call.h"
#include "common/testing/messages_of.h"
#include "services/ingest/connectors/ready_mappings.h"
#include "services/ingest/connectors/webhook_signature.h"
#include "services/ingest/domain/timestamp.h"

namespace tend::ingest {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);
constexpr char kPath[] = "/v1/sources/web";
constexpr char kJson[] = "Content-Type: application/json";
constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr char kForm[] = R"({"id":"f1","at":"2026-01-01T00:00:00Z","mail":"ann@example.com"})";
constexpr char kMapping[] = R"(
  name: "forms" description: "test" source_system: "web"
  json_lines {}
  time { value: "{/time|/at}" }
  interactions {
    constants { form_sent {} }
    id: "{/id}" record_id: "{/id}"
    parties { role: PARTY_ROLE_FROM identifiers { kind: IDENTIFIER_KIND_EMAIL value: "{/data/mail|/mail}" } }
  })";

class SourceDoorTest : public ::testing::Test {
 protected:
  SourceDoorTest() {
    source_.name = "web";
    source_.options.file = "sources/web";
    source_.mapping = *ParseMapping(kMapping, "test");
    runtime_.set_http_address("127.0.0.1:0");
  }

  void Start(bool with_topics = true) {
    for (const char* topic : {"tend.interactions.v1", "tend.rejects.v1"}) {
      if (!with_topics) break;
      ASSERT_TRUE(log_.CreateTopic({topic, 1, stream::Cleanup::kDelete}).ok());
    }
    access_ = std::make_unique<rpc::Access>(runtime_);
    door_ = std::make_unique<SourceDoor>(source_, *access_, publisher_, clock_);
    server_ = *rpc::HttpServer::Start(runtime_, {door_->Route()});
  }

  HttpAnswer Post(const std::string& body, const std::vector<std::string>& headers = {kJson}) {
    return HttpPost(server_->port(), kPath, headers, body);
  }
  HttpAnswer PostSigned(const std::string& body, const std::string& signed_body) {
    const std::string time = absl::StrCat(absl::ToUnixSeconds(kNow));
    const std::string key = ParseSecrets(kSecret)->front();
    const std::string signature =
        absl::Base64Escape(HmacSha256(key, {"m1", ".", time, ".", signed_body}));
    return Post(body, {kJson, "Webhook-Id: m1", absl::StrCat("Webhook-Timestamp: ", time),
                       absl::StrCat("Webhook-Signature: v1,", signature)});
  }

  // How many records a topic has.
  int64_t Count(const std::string& topic) {
    return log_.Offsets({topic, 0}, stream::Isolation::kReadCommitted)->end.value();
  }

  Source source_;
  v1::RuntimeConfig runtime_;
  stream::ManualClock clock_{kNow};
  stream::MemoryLog log_{clock_};
  Publisher publisher_{log_};
  std::unique_ptr<rpc::Access> access_;
  std::unique_ptr<SourceDoor> door_;
  std::unique_ptr<rpc::HttpServer> server_;
};

TEST_F(SourceDoorTest, WhatIsDeliveredIsInTheLogWhenItIsAnswered) {
  Start();
  const HttpAnswer answer = Post(absl::StrCat("[", kForm, ",{\"id\":\"x\"}]"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("accepted":"1","rejected":"1","ignored":"0")"));
  EXPECT_THAT(answer.body, HasSubstr(R"("reason":"REJECT_REASON_TIME_INVALID")"));
  EXPECT_THAT(answer.body, HasSubstr(R"("position":{"topic":"tend.interactions.v1")"));
  EXPECT_EQ(Count("tend.interactions.v1"), 1);
  EXPECT_EQ(Count("tend.rejects.v1"), 1);
}

TEST_F(SourceDoorTest, ARowOfAListHappensAsItComes) {
  source_.mapping->clear_time();
  source_.mapping->set_list(true);
  Start();
  Post(R"([{"id":"l1","mail":"ann@example.com"}])");
  const auto rows = stream::MessagesOf<v1::Interaction>(log_, "tend.interactions.v1");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(TimeOf(rows[0].occur_time()), kNow);
}

TEST_F(SourceDoorTest, ARejectSaysWhichRowOfWhichSourceItWas) {
  Start();
  const char* of_nobody =
      R"({"specversion":"1.0","id":"e2","source":"/crm","type":"tend.v1.Interaction","data":{"id":"i",)"
      R"("source":{"system":"crm","recordId":"r"},"occurTime":"2026-01-01T00:00:00Z","messageSent":{}}})";
  const HttpAnswer answer =
      Post(absl::StrCat("[", of_nobody, "]"), {"Content-Type: application/cloudevents-batch+json"});
  EXPECT_THAT(answer.body, HasSubstr(R"("reason":"REJECT_REASON_PARTY_UNKNOWN")"));
  EXPECT_THAT(answer.body, HasSubstr(R"("file":{"file":"sources/web","line":"1")"));
}

TEST_F(SourceDoorTest, CloudEventsOfEachModeAreTaken) {
  Start();
  const char* event =
      R"({"specversion":"1.0","id":"e1","source":"/web","type":"form","time":"2026-01-01T00:00:00Z",)"
      R"("data":{"mail":"ann@example.com"}})";
  EXPECT_EQ(Post(event, {"Content-Type: application/cloudevents+json"}).status, 200);
  EXPECT_EQ(
      Post(absl::StrCat("[", event, "]"), {"Content-Type: application/cloudevents-batch+json"})
          .status,
      200);
  EXPECT_EQ(Post(R"({"mail":"ann@example.com"})",
                 {kJson, "CE-SpecVersion: 1.0", "ce-id: b1", "ce-source: /web", "ce-type: form",
                  "ce-time: 2026-01-01T00:00:00Z"})
                .status,
            200);
  EXPECT_EQ(Count("tend.interactions.v1"), 3);
}

TEST_F(SourceDoorTest, BadContentIsKeptAndAnswered200) {
  Start();
  EXPECT_THAT(Post("{\"id\":").body, HasSubstr("REJECT_REASON_MALFORMED"));
  EXPECT_EQ(Count("tend.rejects.v1"), 1);
  EXPECT_EQ(Post("").status, 400);
  EXPECT_EQ(Post("x", {"Content-Type: text/plain"}).status, 415);
  EXPECT_EQ(Post("x", {kJson, "Content-Encoding: gzip"}).status, 415);
  EXPECT_EQ(Post(std::string((1 << 20) + 1, ' ')).status, 413);
  EXPECT_EQ(Count("tend.rejects.v1"), 1);
}

TEST_F(SourceDoorTest, ASignedSourceTakesNothingUnsigned) {
  source_.keys = *ParseSecrets(kSecret);
  Start();
  EXPECT_EQ(Post(kForm).status, 401);
  EXPECT_EQ(PostSigned(kForm, "{}").status, 401);
  EXPECT_EQ(Count("tend.interactions.v1") + Count("tend.rejects.v1"), 0);
  EXPECT_EQ(PostSigned(kForm, kForm).status, 200);
  EXPECT_EQ(Count("tend.interactions.v1"), 1);
}

TEST_F(SourceDoorTest, AnUnsignedSourceAsksForATokenWhereThereAreAny) {
  for (const auto& [token, scope] :
       {std::pair{"right", v1::SCOPE_INGEST}, {"reader", v1::SCOPE_READ}}) {
    v1::AccessToken* added = runtime_.add_tokens();
    added->set_sha256(absl::BytesToHexString(Sha256(token)));
    added->add_scopes(scope);
  }
  Start();
  EXPECT_EQ(Post(kForm).status, 401);
  EXPECT_EQ(Post(kForm, {kJson, "Authorization: Bearer reader"}).status, 403);
  EXPECT_EQ(Post(kForm, {kJson, "Authorization: Bearer right"}).status, 200);
}

TEST_F(SourceDoorTest, WhenTheLogDoesNotAnswerTheSenderIsToldToComeAgain) {
  Start(/*with_topics=*/false);
  const HttpAnswer answer = Post(kForm);
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.head, HasSubstr("Retry-After: "));
}

TEST_F(SourceDoorTest, OtherPathsAndMethodsAreRefused) {
  Start();
  EXPECT_EQ(HttpPost(server_->port(), "/v1/sources/web2", {kJson}, kForm).status, 404);
  EXPECT_EQ(HttpRaw(server_->port(), absl::StrCat("GET ", kPath, " HTTP/1.1\r\n\r\n")).status, 405);
}

}  // namespace
}  // namespace tend::ingest
