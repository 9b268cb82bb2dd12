#include "common/runtime/text_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "tend/v1/service_config.pb.h"

namespace tend {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
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

TEST(TextConfigTest, AFolderIsNoFile) {
  EXPECT_EQ(ReadConfigFile(testing::TempDir()).status().code(), absl::StatusCode::kNotFound);
}

TEST(TextConfigTest, WhatIsWrongWithANamedFileIsAFaultOfItsKey) {
  ConfigFaults faults;
  v1::RuntimeConfig config;
  EXPECT_FALSE(faults.Read("policy_file", "no/such.textproto", &config));
  EXPECT_FALSE(faults.Read("roster_file", "", &config));
  EXPECT_FALSE(faults.Read("model_file", Write("a: 1\nb: 2"), &config));
  EXPECT_EQ(faults.Take<int>("key_file", absl::InvalidArgumentError("too short"), "etc/key"), 0);
  EXPECT_EQ(faults.Take<int>("instance", 7), 7);
  EXPECT_THAT(MessageOf(faults.ToStatus("x")),
              AllOf(HasSubstr("x: policy_file: no/such.textproto: cannot be read\n"),
                    HasSubstr("x: roster_file: is empty\n"),
                    ContainsRegex("x: model_file: [^\n]*text_config_test.textproto:1:2: "),
                    HasSubstr("x: key_file: etc/key: too short")));
}

absl::StatusOr<std::string> NameOf(const v1::RuntimeConfig& config) {
  if (config.instance().empty()) return absl::InvalidArgumentError("has no name");
  return config.instance();
}

TEST(TextConfigTest, WhatCannotBeMadeOfANamedFileIsAFaultOfItsKey) {
  ConfigFaults faults;
  EXPECT_EQ(faults.Make("right", Write("instance: \"a\""), NameOf), "a");
  const std::string nameless = Write("rpc_address: \"b\"");
  EXPECT_EQ(faults.Make("wrong", nameless, NameOf), "");
  EXPECT_EQ(faults.Make("gone", "no/such.textproto", NameOf), "");
  EXPECT_EQ(MessageOf(faults.ToStatus("x")),
            absl::StrCat("x: wrong: ", nameless, ": has no name\n",
                         "x: gone: no/such.textproto: cannot be read"));
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
