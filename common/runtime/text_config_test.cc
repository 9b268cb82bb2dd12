#include "common/runtime/text_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace tend {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string Write(const std::string& text) {
  std::string path = testing::TempDir() + "text_config_test.textproto";
  std::ofstream(path) << text;
  return path;
}

std::string MessageOf(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

TEST(TextConfigTest, AFileIsReadIntoItsMessage) {
  v1::RuntimeConfig config;
  ASSERT_TRUE(ReadTextConfig(Write("instance: \"a\"\nlog_level: LOG_LEVEL_DEBUG"), &config).ok());
  EXPECT_EQ(config.instance(), "a");
  EXPECT_EQ(config.log_level(), v1::LOG_LEVEL_DEBUG);
}

TEST(TextConfigTest, AnUnknownKeyFailsAndSaysWhere) {
  v1::RuntimeConfig config;
  const absl::Status status = ReadTextConfig(Write("instance: \"a\"\n  instanze: \"b\""), &config);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageOf(status),
              AllOf(HasSubstr("text_config_test.textproto:2:"), HasSubstr("instanze")));
}

TEST(TextConfigTest, AMissingFileIsNamed) {
  v1::RuntimeConfig config;
  const absl::Status status = ReadTextConfig("no/such.textproto", &config);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(MessageOf(status), HasSubstr("no/such.textproto"));
}

TEST(TextConfigTest, AllFaultsAreToldAtOnce) {
  v1::RuntimeConfig config;
  config.set_instance("a/b");
  config.set_metrics_address("0.0.0.0:9100");
  config.set_rpc_address("nowhere");
  ConfigFaults faults;
  CheckRuntime(config, faults);
  EXPECT_THAT(MessageOf(faults.ToStatus("x.textproto")),
              AllOf(HasSubstr("x.textproto: runtime.instance: \"a/b\"; allowed: "),
                    HasSubstr("runtime.kafka_bootstrap_servers: is empty"),
                    HasSubstr("runtime.metrics_address: \"0.0.0.0:9100\"; allowed: "),
                    HasSubstr("runtime.rpc_address: \"nowhere\"; allowed: ")));
}

TEST(TextConfigTest, ARightConfigurationHasNoFaults) {
  v1::RuntimeConfig config;
  config.set_instance("scoring-1");
  config.set_kafka_bootstrap_servers("127.0.0.1:9092");
  config.set_rpc_address("[::1]:7411");
  ConfigFaults faults;
  CheckRuntime(config, faults);
  EXPECT_TRUE(faults.ToStatus("x.textproto").ok());
}

TEST(TextConfigTest, OnlyThisMachineIsLoopback) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "localhost", "::1"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
  for (const char* host : {"0.0.0.0", "10.0.0.1", "127.0.0.1.evil.example", "127.0.0", "::", ""}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
  EXPECT_FALSE(ParseHostAndPort("127.0.0.1:65536").ok());
  EXPECT_FALSE(ParseHostAndPort(":80").ok());
}

}  // namespace
}  // namespace tend
