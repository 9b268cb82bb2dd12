#include "common/service/up.h"

#include <gtest/gtest.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "common/rpc/health.h"

namespace tend::service {
namespace {

class UpTest : public ::testing::Test {
 protected:
  bool Serves() {
    rpc::ChannelOptions client;
    client.address = absl::StrCat("127.0.0.1:", server_->port());
    return rpc::IsServing(client, absl::Seconds(20)).value();
  }
  void Fail() { up_.Looked(absl::UnavailableError("away")); }

  Metrics metrics_{"test"};
  std::unique_ptr<rpc::Server> server_ = rpc::Server::Start("127.0.0.1:0").value();
  Up up_{metrics_, *server_};
};

TEST_F(UpTest, NotBeforeTheWorkerWorks) {
  up_.Looked(absl::OkStatus());
  EXPECT_FALSE(Serves());
  up_.SetWorks(true);
  EXPECT_TRUE(Serves());
  up_.SetWorks(false);
  EXPECT_FALSE(Serves());
}

TEST_F(UpTest, OneFailedLookMayBeASlowServerTwoAreNot) {
  up_.SetWorks(true);
  Fail();
  EXPECT_TRUE(Serves());
  up_.Looked(absl::OkStatus());
  Fail();
  EXPECT_TRUE(Serves());
  Fail();
  EXPECT_FALSE(Serves());
}

TEST_F(UpTest, ALookThatSucceedsEndsIt) {
  up_.SetWorks(true);
  Fail();
  Fail();
  up_.SetWorks(true);  // the worker knows nothing of it
  EXPECT_FALSE(Serves());
  up_.Looked(absl::OkStatus());
  EXPECT_TRUE(Serves());
}

}  // namespace
}  // namespace tend::service
