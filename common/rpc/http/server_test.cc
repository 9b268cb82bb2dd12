#include "common/rpc/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/runtime/runtime_config.h"
#include "common/testing/certificates.h"
#include "common/testing/http_call.h"

namespace tend::rpc {
namespace {

using ::testing::HasSubstr;

constexpr size_t kMaxBody = 1000;

HttpRoute Echo() {
  HttpRoute route;
  route.prefix = "/echo/";
  route.max_body_bytes = kMaxBody;
  route.answer = [](const HttpRequest& request) {
    HttpResponse response;
    response.body = absl::StrCat(request.method, " ", request.path, " ", request.Header("x-one"),
                                 " ", request.body);
    return response;
  };
  return route;
}

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() { config_.set_http_address("127.0.0.1:0"); }

  void Start(std::vector<HttpRoute> routes = {Echo()}) {
    auto started = HttpServer::Start(config_, std::move(routes));
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
  }
  HttpAnswer Post(const std::string& path, const std::string& body) {
    return HttpPost(server_->port(), path, {"X-One: 1"}, body);
  }

  v1::RuntimeConfig config_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, ARequestReachesItsRoute) {
  Start();
  const HttpAnswer answer = Post("/echo/a?b=c", "hello");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "POST /echo/a 1 hello");
}

TEST_F(HttpServerTest, OneConnectionServesManyRequests) {
  Start();
  const HttpAnswer answers =
      HttpRaw(server_->port(),
              "POST /echo/1 HTTP/1.1\r\nContent-Length: 1\r\n\r\nA"
              "POST /echo/2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nB\r\n0\r\n\r\n"
              "GET /echo/3 HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answers.body, HasSubstr("POST /echo/1  A"));
  EXPECT_THAT(answers.body, HasSubstr("POST /echo/2  B"));
  EXPECT_THAT(answers.body, HasSubstr("GET /echo/3"));
}

TEST_F(HttpServerTest, WhatIsNotThereIs404) {
  Start();
  EXPECT_EQ(Post("/other", "").status, 404);
  EXPECT_EQ(Post("/ech", "").status, 404);
}

TEST_F(HttpServerTest, MoreRequestsAtATimeThanItAnswersAre429AndMayComeAgain) {
  constexpr int kAtATime = 64, kTooMany = 6;
  std::latch refused(kTooMany), end(1);
  HttpRoute slow = Echo();
  slow.answer = [&](const HttpRequest&) {
    end.wait();
    return HttpResponse();
  };
  Start({slow});
  std::atomic<int> answered = 0;
  std::vector<std::jthread> callers;
  callers.reserve(kAtATime + kTooMany);
  for (int i = 0; i < kAtATime + kTooMany; ++i) {
    callers.emplace_back([&] {
      const HttpAnswer answer = Post("/echo/", "");
      if (answer.status == 200) {
        ++answered;
        return;
      }
      EXPECT_EQ(answer.status, 429);
      EXPECT_THAT(answer.head, HasSubstr("Retry-After"));
      refused.count_down();
    });
  }
  refused.wait();
  EXPECT_EQ(answered, 0);
  end.count_down();
  callers.clear();
  EXPECT_EQ(answered, kAtATime);
  EXPECT_EQ(Post("/echo/", "").status, 200);
}

TEST_F(HttpServerTest, ALongBodyIs413HoweverItIsSent) {
  Start();
  EXPECT_EQ(Post("/echo/", std::string(kMaxBody, 'x')).status, 200);
  EXPECT_EQ(Post("/echo/", std::string(kMaxBody + 1, 'x')).status, 413);
  EXPECT_EQ(Post("/echo/", std::string(100 << 20, 'x')).status, 413);
  const HttpAnswer chunked =
      HttpRaw(server_->port(),
              absl::StrCat("POST /echo/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7D0\r\n",
                           std::string(2000, 'x'), "\r\n0\r\n\r\n"));
  EXPECT_EQ(chunked.status, 413);
}

TEST_F(HttpServerTest, NonsenseIs400AndLongHeadersAre431) {
  Start();
  EXPECT_EQ(HttpRaw(server_->port(), "nonsense\r\n\r\n").status, 400);
  EXPECT_EQ(
      HttpRaw(server_->port(),
              absl::StrCat("GET /echo/ HTTP/1.1\r\nX: ", std::string(20'000, 'x'), "\r\n\r\n"))
          .status,
      431);
}

TEST_F(HttpServerTest, WhatIsNotAdmittedIsAnsweredBeforeItsBody) {
  HttpRoute route = Echo();
  route.admit = [](const HttpRequest&) {
    return HttpError(401, "unauthenticated", "who \"are\" you");
  };
  Start({route});
  // The body never comes.
  const HttpAnswer answer =
      HttpRaw(server_->port(), "POST /echo/ HTTP/1.1\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.body, R"({"code":"unauthenticated","message":"who \"are\" you"})");
}

TEST_F(HttpServerTest, WhoExpectsAContinueGetsIt) {
  Start();
  const HttpAnswer answer =
      HttpRaw(server_->port(),
              "POST /echo/ HTTP/1.1\r\nContent-Length: 1\r\nExpect: 100-continue\r\nConnection: "
              "close\r\n\r\nA");
  EXPECT_EQ(answer.status, 100);
  EXPECT_THAT(answer.body, HasSubstr("200 OK"));
}

TEST_F(HttpServerTest, AThousandSilentConnectionsDoNoHarm) {
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
  EXPECT_EQ(Post("/echo/", "x").status, 200);
  for (const int socket : silent) close(socket);
}

TEST_F(HttpServerTest, OtherMachinesNeedTlsAndTokens) {
  config_.set_http_address("0.0.0.0:0");
  EXPECT_EQ(HttpServer::Start(config_, {}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(HttpServerTest, ATakenPortIsSaid) {
  Start();
  config_.set_http_address(absl::StrCat("127.0.0.1:", server_->port()));
  EXPECT_EQ(HttpServer::Start(config_, {}).status(),
            CannotListen("runtime.http_address", config_.http_address(), "Address already in use"));
}

TEST_F(HttpServerTest, ItEndsWhileConnectionsAreOpen) {
  Start();
  EXPECT_EQ(Post("/echo/", "x").status, 200);
  const int port = server_->port();
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  server_ = nullptr;
  char byte = 0;
  EXPECT_LE(recv(fd, &byte, 1, 0), 0);
  close(fd);
}

// The status of a POST over TLS; 0 when there was no answer. client: a certificate to show.
unsigned TlsPost(int port, const std::string& authority, const Certificates* client) {
  namespace asio = boost::asio;
  namespace beast = boost::beast;
  asio::io_context io;
  asio::ssl::context context(asio::ssl::context::tls_client);
  context.load_verify_file(authority);
  context.set_verify_mode(asio::ssl::verify_peer);
  if (client != nullptr) {
    context.use_certificate_chain_file(client->client());
    context.use_private_key_file(client->client_key(), asio::ssl::context::pem);
  }
  beast::ssl_stream<beast::tcp_stream> stream(io, context);
  beast::error_code error;
  beast::get_lowest_layer(stream).connect(
      {asio::ip::make_address("127.0.0.1"), static_cast<uint16_t>(port)}, error);
  if (!error) stream.handshake(asio::ssl::stream_base::client, error);
  if (error) return 0;
  beast::http::request<beast::http::string_body> request(beast::http::verb::post, "/echo/", 11);
  request.prepare_payload();
  beast::http::write(stream, request, error);
  beast::flat_buffer buffer;
  beast::http::response<beast::http::string_body> response;
  if (!error) beast::http::read(stream, buffer, response, error);
  return error ? 0 : response.result_int();
}

TEST_F(HttpServerTest, TlsIsAnsweredByTlsAlone) {
  const Certificates made;
  config_.mutable_tls()->set_certificate_file(made.server());
  config_.mutable_tls()->set_key_file(made.server_key());
  Start();
  EXPECT_EQ(TlsPost(server_->port(), made.authority(), nullptr), 200u);
  EXPECT_EQ(Post("/echo/", "x").status, 0);
}

TEST_F(HttpServerTest, MutualTlsAsksTheClientForACertificate) {
  const Certificates made;
  config_.mutable_tls()->set_certificate_file(made.server());
  config_.mutable_tls()->set_key_file(made.server_key());
  config_.mutable_tls()->set_client_ca_file(made.authority());
  Start();
  EXPECT_EQ(TlsPost(server_->port(), made.authority(), nullptr), 0u);
  EXPECT_EQ(TlsPost(server_->port(), made.authority(), &made), 200u);
}

TEST_F(HttpServerTest, AMissingCertificateIsNamed) {
  config_.mutable_tls()->set_certificate_file("no/such.pem");
  config_.mutable_tls()->set_key_file("no/such.key");
  const absl::Status status = HttpServer::Start(config_, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("no/such.pem"), absl::string_view::npos) << status;
}

}  // namespace
}  // namespace tend::rpc
