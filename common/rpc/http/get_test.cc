#include "common/rpc/http/get.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/rpc/http/server.h"

namespace tend::rpc {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kLong = absl::Seconds(10);

class HttpGetTest : public ::testing::Test {
 protected:
  HttpGetTest() {
    v1::RuntimeConfig config;
    config.set_http_address("127.0.0.1:0");
    HttpRoute route;
    route.prefix = "/page";
    route.answer = [this](const HttpRequest& request) {
      HttpResponse response;
      response.body = absl::StrCat(request.method, " ", request.path, " ", body_);
      return response;
    };
    server_ = *HttpServer::Start(config, {route});
    address_ = absl::StrCat("127.0.0.1:", server_->port());
  }

  std::string body_ = "hello";
  std::unique_ptr<HttpServer> server_;
  std::string address_;
};

TEST_F(HttpGetTest, ThePageIsGiven) {
  const auto page = HttpGet(address_, "/page/1", kLong);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(*page, "GET /page/1 hello");
}

TEST_F(HttpGetTest, AnotherAnswerThan200IsUnavailable) {
  const absl::Status status = HttpGet(address_, "/nothing", kLong).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("404"));
  EXPECT_THAT(status.message(), HasSubstr(address_));
}

TEST_F(HttpGetTest, APageWithoutAnEndIsNotRead) {
  body_.assign(5 << 20, 'x');
  EXPECT_TRUE(absl::IsUnavailable(HttpGet(address_, "/page", kLong).status()));
}

TEST_F(HttpGetTest, NobodyThereIsUnavailable) {
  server_ = nullptr;
  EXPECT_TRUE(absl::IsUnavailable(HttpGet(address_, "/page", kLong).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(HttpGet("nowhere", "/page", kLong).status()));
}

TEST_F(HttpGetTest, WhoDoesNotAnswerInTimeIsUnavailable) {
  v1::RuntimeConfig config;
  config.set_http_address("127.0.0.1:0");
  HttpRoute slow;
  slow.prefix = "/";
  std::promise<void> end;
  slow.answer = [&end](const HttpRequest& /*request*/) {
    end.get_future().wait();
    return HttpResponse();
  };
  const auto server = *HttpServer::Start(config, {slow});
  const absl::Status status =
      HttpGet(absl::StrCat("127.0.0.1:", server->port()), "/", absl::Milliseconds(20)).status();
  end.set_value();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
}

}  // namespace
}  // namespace tend::rpc
