#include "common/rpc/grpc_log.h"

#include <gmock/gmock.h>
#include <grpc/support/log.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "common/rpc/server.h"

namespace tend::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// gRPC's core says a line, and the process ends.
[[noreturn]] void SayAndExit() {
  gpr_log(GPR_ERROR, "handshake failed: %d", 7);
  std::_Exit(0);
}

// Of a process the first word counts: each has one of its own here.
TEST(GrpcLogDeathTest, AServersLinesAreEventsOfTheLog) {
  EXPECT_EXIT(
      {
        const auto server = Server::Start("127.0.0.1:0");
        SetGrpcLog(GrpcLog::kSilent);
        SayAndExit();
      },
      testing::ExitedWithCode(0), HasSubstr("grpc said message=handshake failed: 7"));
}

TEST(GrpcLogDeathTest, ACommandsLinesAreNotWritten) {
  EXPECT_EXIT(
      {
        SetGrpcLog(GrpcLog::kSilent);
        SayAndExit();
      },
      testing::ExitedWithCode(0), IsEmpty());
}

}  // namespace
}  // namespace tend::rpc
