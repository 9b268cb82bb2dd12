// Connect's unary protocol over real HTTP, to a real gRPC server. The cases are those of Connect's
// conformance suite (connect_server_unexpected.yaml), as far as they are unary.

#include "common/rpc/http/connect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "common/base/digest.h"
#include "common/rpc/http/server.h"
#include "common/testing/http_call.h"
#include "tend/v1/inbox_service.grpc.pb.h"
#include "tend/v1/ingest_service.grpc.pb.h"

namespace tend::rpc {
namespace {

using ::testing::HasSubstr;

constexpr char kAnswer[] = "/tend.v1.InboxService/AnswerNudge";
constexpr char kJson[] = "Content-Type: application/json";

class Inbox final : public v1::InboxService::Service {
 public:
  grpc::Status AnswerNudge(grpc::ServerContext* context, const v1::AnswerNudgeRequest* request,
                           v1::AnswerNudgeResponse* response) override {
    if (request->nudge_id() == "wait") {
      while (!context->IsCancelled()) usleep(1000);
      return grpc::Status::CANCELLED;
    }
    if (request->nudge_id() != "n1") {
      return {grpc::StatusCode::NOT_FOUND, "no nudge \"" + request->nudge_id() + "\""};
    }
    response->mutable_position()->set_offset(7);
    response->mutable_position()->set_topic(request->comment());
    return grpc::Status::OK;
  }
};

class ConnectTest : public ::testing::Test {
 protected:
  void Start() {
    config_.set_rpc_address("127.0.0.1:0");
    config_.set_http_address("127.0.0.1:0");
    access_ = std::make_unique<Access>(config_);
    server_ = *Server::Start(config_, {&inbox_, &ingest_});
    http_ = *HttpServer::Start(
        config_,
        ConnectRoutes(*server_, *access_, {"tend.v1.InboxService", "tend.v1.IngestService"}));
  }
  HttpAnswer Post(const std::string& path, const std::vector<std::string>& headers,
                  const std::string& body) {
    return HttpPost(http_->port(), path, headers, body);
  }

  Inbox inbox_;
  v1::IngestService::Service ingest_;
  v1::RuntimeConfig config_;
  std::unique_ptr<Access> access_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<HttpServer> http_;
};

TEST_F(ConnectTest, JsonGoesInAndComesOut) {
  Start();
  const HttpAnswer answer =
      Post(kAnswer, {"Content-Type: Application/JSON ; charset=utf-8", "Connect-Timeout-Ms: 5000"},
           R"({"nudgeId":"n1","comment":"höflich"})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"position":{"topic":"höflich","offset":"7"}})");
  EXPECT_THAT(answer.head, HasSubstr("Content-Type: application/json"));
}

TEST_F(ConnectTest, BinaryGoesInAndComesOut) {
  Start();
  v1::AnswerNudgeRequest request;
  request.set_nudge_id("n1");
  const HttpAnswer answer =
      Post(kAnswer, {"Content-Type: application/proto"}, request.SerializeAsString());
  v1::AnswerNudgeResponse response;
  ASSERT_TRUE(response.ParseFromString(answer.body));
  EXPECT_EQ(response.position().offset(), 7);
}

TEST_F(ConnectTest, AnErrorHasItsCodeAndStatus) {
  Start();
  const HttpAnswer answer = Post(kAnswer, {kJson}, R"({"nudgeId":"n2"})");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, R"({"code":"not_found","message":"no nudge \"n2\""})");
  const HttpAnswer unbuilt = Post("/tend.v1.InboxService/SnoozeNudge", {kJson}, "{}");
  EXPECT_EQ(unbuilt.status, 501);
  EXPECT_THAT(unbuilt.body, HasSubstr("this method is not built yet"));
}

TEST_F(ConnectTest, ABadBodyIsTheCallersFault) {
  Start();
  for (const char* body : {"", "{", "[]", "7", R"({"nudgeId":7,"x":1})", R"({"nudge":"n1"})"}) {
    const HttpAnswer answer = Post(kAnswer, {kJson}, body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(answer.body, HasSubstr("invalid_argument")) << body;
  }
}

TEST_F(ConnectTest, WhatTheProtocolDoesNotKnowIsRefused) {
  Start();
  EXPECT_EQ(Post("/tend.v1.InboxService/Nothing", {kJson}, "{}").status, 404);
  EXPECT_EQ(Post("/tend.v1.NoService/Nothing", {kJson}, "{}").status, 404);
  EXPECT_EQ(Post(kAnswer, {"Content-Type: image/jpeg"}, "{}").status, 415);
  EXPECT_EQ(Post(kAnswer, {}, "{}").status, 415);
  EXPECT_EQ(Post("/tend.v1.IngestService/StreamInteractions", {kJson}, "{}").status, 415);
  EXPECT_EQ(Post(kAnswer, {kJson, "Content-Encoding: foo"}, "{}").status, 501);
  EXPECT_EQ(Post(kAnswer, {kJson, "Connect-Timeout-Ms: soon"}, "{}").status, 400);
  const HttpAnswer deleted = HttpRaw(
      http_->port(), std::string("DELETE ") + kAnswer + " HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(deleted.status, 405);
  EXPECT_THAT(deleted.head, HasSubstr("Allow: POST"));
}

TEST_F(ConnectTest, TheDeadlineIsTheCallers) {
  Start();
  const HttpAnswer answer =
      Post(kAnswer, {kJson, "Connect-Timeout-Ms: 50"}, R"({"nudgeId":"wait"})");
  EXPECT_EQ(answer.status, 504);
  EXPECT_THAT(answer.body, HasSubstr("deadline_exceeded"));
}

TEST_F(ConnectTest, TokensAreThoseOfGrpc) {
  for (const auto& [token, scope] :
       {std::pair{"right", v1::SCOPE_ANSWER}, {"reader", v1::SCOPE_READ}}) {
    v1::AccessToken* added = config_.add_tokens();
    added->set_sha256(absl::BytesToHexString(Sha256(token)));
    added->add_scopes(scope);
  }
  Start();
  const char* body = R"({"nudgeId":"n1"})";
  EXPECT_EQ(Post(kAnswer, {kJson}, body).status, 401);
  EXPECT_EQ(Post(kAnswer, {kJson, "Authorization: Bearer reader"}, body).status, 403);
  EXPECT_EQ(Post(kAnswer, {kJson, "Authorization: Bearer right"}, body).status, 200);
}

}  // namespace
}  // namespace tend::rpc
