#include "common/rpc/server.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/rpc/health.h"
#include "common/runtime/runtime_config.h"

namespace tend::rpc {
namespace {

constexpr absl::Duration kLimit = absl::Seconds(20);

TEST(ServerTest, HealthSaysWhetherItServes) {
  auto server = Server::Start("127.0.0.1:0");
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string address = absl::StrCat("127.0.0.1:", (*server)->port());
  EXPECT_EQ(*IsServing(address, kLimit), false);
  (*server)->SetServing(true);
  EXPECT_EQ(*IsServing(address, kLimit), true);
  (*server)->SetServing(false);
  EXPECT_EQ(*IsServing(address, kLimit), false);
}

TEST(ServerTest, NobodyAnswersAfterItsEnd) {
  auto server = Server::Start("127.0.0.1:0");
  const std::string address = absl::StrCat("127.0.0.1:", (*server)->port());
  server->reset();
  EXPECT_EQ(IsServing(address, kLimit).status().code(), absl::StatusCode::kUnavailable);
}

TEST(ServerTest, AnAddressThatOthersReachIsRefused) {
  EXPECT_EQ(Server::Start("0.0.0.0:0").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ServerTest, ATakenPortIsSaid) {
  auto first = Server::Start("127.0.0.1:0");
  const std::string taken = absl::StrCat("127.0.0.1:", (*first)->port());
  EXPECT_EQ(Server::Start(taken).status(), CannotListen("runtime.rpc_address", taken));
}

}  // namespace
}  // namespace tend::rpc
