#include "common/runtime/service_main.h"

#include <sys/resource.h>

#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tend {
namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;

ServiceArguments Read(std::vector<const char*> words) {
  words.insert(words.begin(), "tend-scoring");
  return ReadServiceArguments(static_cast<int>(words.size()), const_cast<char**>(words.data()),
                              "scoring");
}

TEST(ServiceMainTest, TheFileLimitBecomesTheHighestAllowed) {
  rlimit limit = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = limit.rlim_max / 2;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  RaiseFileLimit();
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
}

TEST(ServiceMainTest, AConfigurationIsNamed) {
  const ServiceArguments arguments = Read({"--config", "a.textproto"});
  EXPECT_THAT(arguments.config_paths, ElementsAre("a.textproto"));
  EXPECT_EQ(arguments.exit_code, std::nullopt);
  EXPECT_TRUE(Read({"--check", "--config", "a.textproto"}).check_only);
}

TEST(ServiceMainTest, ConfigurationsGoOverTheOnesBefore) {
  EXPECT_THAT(Read({"--config", "a", "--config", "b"}).config_paths, ElementsAre("a", "b"));
  const auto write = [](const std::string& name, const char* text) {
    std::string path = ::testing::TempDir() + name;
    std::ofstream(path) << text;
    return path;
  };
  const std::string all = write("all.textproto", R"(
    runtime { instance: "scoring-1" kafka_bootstrap_servers: "127.0.0.1:1" rpc_address: "127.0.0.1:2" }
    policy_file: "policy")");
  const std::string mine = write("mine.textproto", R"(runtime { rpc_address: "127.0.0.1:3" })");
  const std::string bad = write("bad.textproto", R"(runtime { rpc_address: "example.com:3" })");
  v1::ScoringConfig seen;
  const auto run = [&seen](std::vector<const char*> words) {
    words.insert(words.begin(), "tend-scoring");
    return ServiceMain<v1::ScoringConfig>(
        static_cast<int>(words.size()), const_cast<char**>(words.data()), "scoring",
        [](const v1::ScoringConfig& config, ConfigFaults&) { return config; },
        [&seen](const v1::ScoringConfig& config, const std::stop_token&) {
          seen = config;
          return absl::OkStatus();
        });
  };
  EXPECT_EQ(run({"--config", all.c_str(), "--config", mine.c_str()}), kExitStopped);
  EXPECT_EQ(seen.runtime().rpc_address(), "127.0.0.1:3");
  EXPECT_EQ(seen.runtime().instance(), "scoring-1");
  EXPECT_EQ(seen.policy_file(), "policy");
  EXPECT_EQ(run({"--config", all.c_str(), "--config", bad.c_str()}), kExitConfiguration);
}

TEST(ServiceMainTest, WhatIsNotUnderstoodIsAFaultOfTheCommandLine) {
  EXPECT_EQ(Read({}).exit_code, kExitConfiguration);
  EXPECT_EQ(Read({"--config"}).exit_code, kExitConfiguration);
  EXPECT_EQ(Read({"--konfig", "a.textproto"}).exit_code, kExitConfiguration);
  EXPECT_EQ(Read({"--help"}).exit_code, kExitStopped);
}

TEST(ServiceMainTest, TheVersionIsOneLine) {
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(Read({"--version"}).exit_code, kExitStopped);
  EXPECT_THAT(::testing::internal::GetCapturedStdout(),
              MatchesRegex("tend-scoring [0-9]+\\.[0-9]+\\.[0-9]+ \\([^\n]+\\)\n"));
}

template <typename Config>
void ExpectRight(const std::string& path) {
  Config config;
  ASSERT_TRUE(ReadTextConfig(path, &config).ok()) << ReadTextConfig(path, &config);
  ConfigFaults faults;
  CheckRuntime(config.runtime(), faults);
  EXPECT_TRUE(faults.ToStatus({path.data(), path.size()}).ok());
}

TEST(ServiceMainTest, TheShippedConfigurationsAreRight) {
  ExpectRight<v1::IngestConfig>("deploy/config/ingest.textproto");
  ExpectRight<v1::EnrichmentConfig>("deploy/config/enrichment.textproto");
  ExpectRight<v1::ScoringConfig>("deploy/config/scoring.textproto");
  ExpectRight<v1::NotificationConfig>("deploy/config/notification.textproto");
}

}  // namespace
}  // namespace tend
