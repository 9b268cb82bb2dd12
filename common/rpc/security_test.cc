// TLS, tokens and limits over real gRPC on loopback.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/digest.h"
#include "common/rpc/channel.h"
#include "common/rpc/health.h"
#include "common/rpc/server.h"
#include "common/testing/certificates.h"
#include "tend/v1/inbox_service.grpc.pb.h"
#include "tend/v1/ingest_service.grpc.pb.h"

namespace tend::rpc {
namespace {

constexpr absl::Duration kLimit = absl::Seconds(20);

class CountingInbox final : public v1::InboxService::Service {
 public:
  grpc::Status AnswerNudge(grpc::ServerContext* /*context*/, const v1::AnswerNudgeRequest* /*in*/,
                           v1::AnswerNudgeResponse* /*out*/) override {
    ++calls;
    return grpc::Status::OK;
  }
  std::atomic<int> calls = 0;
};

class SecurityTest : public ::testing::Test {
 protected:
  SecurityTest() { config_.set_rpc_address("127.0.0.1:0"); }

  void UseTls(const Certificates& made) {
    config_.mutable_tls()->set_certificate_file(made.server());
    config_.mutable_tls()->set_key_file(made.server_key());
  }
  void AllowToken(const std::string& token, v1::Scope scope) {
    v1::AccessToken* added = config_.add_tokens();
    added->set_name(token);
    added->set_sha256(absl::BytesToHexString(Sha256({token.data(), token.size()})));
    added->add_scopes(scope);
  }
  void Start() {
    auto started = Server::Start(config_, {&inbox_});
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
    client_.address = absl::StrCat("127.0.0.1:", server_->port());
  }

  grpc::StatusCode Call(const std::string& comment = "") {
    auto channel = MakeChannel(client_);
    EXPECT_TRUE(channel.ok()) << channel.status();
    const auto stub = v1::InboxService::NewStub(*channel);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kLimit));
    v1::AnswerNudgeRequest request;
    request.set_comment(comment);
    v1::AnswerNudgeResponse response;
    return stub->AnswerNudge(&context, request, &response).error_code();
  }

  CountingInbox inbox_;
  v1::RuntimeConfig config_;
  std::unique_ptr<Server> server_;
  ChannelOptions client_;
};

TEST_F(SecurityTest, TlsIsAnsweredByTlsAlone) {
  const Certificates made;
  UseTls(made);
  Start();
  EXPECT_EQ(Call(), grpc::StatusCode::UNAVAILABLE);
  client_.ca_file = made.authority();
  EXPECT_EQ(Call(), grpc::StatusCode::OK);
  const Certificates others;
  client_.ca_file = others.authority();
  EXPECT_EQ(Call(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(SecurityTest, MutualTlsAsksTheClientForACertificateOfItsAuthority) {
  const Certificates made;
  UseTls(made);
  config_.mutable_tls()->set_client_ca_file(made.authority());
  Start();
  client_.ca_file = made.authority();
  EXPECT_EQ(Call(), grpc::StatusCode::UNAVAILABLE);
  client_.certificate_file = made.client();
  client_.key_file = made.client_key();
  EXPECT_EQ(Call(), grpc::StatusCode::OK);
  const Certificates others;
  client_.certificate_file = others.client();
  client_.key_file = others.client_key();
  EXPECT_EQ(Call(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(SecurityTest, AMethodNeedsATokenOfItsScope) {
  AllowToken("right", v1::SCOPE_ANSWER);
  AllowToken("reader", v1::SCOPE_READ);
  Start();
  EXPECT_EQ(Call(), grpc::StatusCode::UNAUTHENTICATED);
  client_.token = "wrong";
  EXPECT_EQ(Call(), grpc::StatusCode::UNAUTHENTICATED);
  client_.token = "reader";
  EXPECT_EQ(Call(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(inbox_.calls, 0);
  client_.token = "right";
  EXPECT_EQ(Call(), grpc::StatusCode::OK);
  EXPECT_EQ(inbox_.calls, 1);
}

TEST_F(SecurityTest, TokensAreAskedForOverTlsToo) {
  const Certificates made;
  UseTls(made);
  AllowToken("right", v1::SCOPE_ANSWER);
  Start();
  client_.ca_file = made.authority();
  EXPECT_EQ(Call(), grpc::StatusCode::UNAUTHENTICATED);
  client_.token = "right";
  EXPECT_EQ(Call(), grpc::StatusCode::OK);
}

TEST_F(SecurityTest, HealthIsForEverybody) {
  AllowToken("right", v1::SCOPE_ANSWER);
  Start();
  server_->SetServing(true);
  EXPECT_EQ(*IsServing(client_, kLimit), true);
}

TEST_F(SecurityTest, TheServerItselfNeedsNoToken) {
  AllowToken("right", v1::SCOPE_ANSWER);
  Start();
  const auto stub = v1::InboxService::NewStub(server_->InProcessChannel());
  grpc::ClientContext context;
  v1::AnswerNudgeResponse response;
  EXPECT_TRUE(stub->AnswerNudge(&context, {}, &response).ok());
}

TEST_F(SecurityTest, OtherMachinesNeedTlsAndTokens) {
  const Certificates made;
  config_.set_rpc_address("0.0.0.0:0");
  const auto code = [&] { return Server::Start(config_, {&inbox_}).status().code(); };
  EXPECT_EQ(code(), absl::StatusCode::kInvalidArgument);
  UseTls(made);
  EXPECT_EQ(code(), absl::StatusCode::kInvalidArgument);
  AllowToken("right", v1::SCOPE_ANSWER);
  EXPECT_EQ(code(), absl::StatusCode::kOk);
}

TEST_F(SecurityTest, AMissingCertificateIsNamed) {
  config_.mutable_tls()->set_certificate_file("no/such.pem");
  config_.mutable_tls()->set_key_file("no/such.key");
  const absl::Status status = Server::Start(config_).status();
  EXPECT_NE(status.message().find("no/such.key"), absl::string_view::npos) << status;
}

TEST_F(SecurityTest, AHugeMessageDoesNoHarm) {
  Start();
  EXPECT_EQ(Call(std::string(100 << 20, 'x')), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Call(), grpc::StatusCode::OK);
  EXPECT_EQ(inbox_.calls, 1);
}

TEST_F(SecurityTest, AThousandSilentConnectionsDoNoHarm) {
  Start();
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(server_->port()));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::vector<int> silent;
  for (int i = 0; i < 1000; ++i) {
    silent.push_back(socket(AF_INET, SOCK_STREAM, 0));
    ASSERT_EQ(connect(silent.back(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  EXPECT_EQ(Call(), grpc::StatusCode::OK);
  for (const int socket : silent) close(socket);
}

}  // namespace
}  // namespace tend::rpc
