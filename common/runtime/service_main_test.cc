#include "common/runtime/service_main.h"

#include <gtest/gtest.h>

#include <vector>

namespace tend {
namespace {

ServiceArguments Read(std::vector<const char*> words) {
  words.insert(words.begin(), "tend-scoring");
  return ReadServiceArguments(static_cast<int>(words.size()), const_cast<char**>(words.data()),
                              "scoring");
}

TEST(ServiceMainTest, AConfigurationIsNamed) {
  const ServiceArguments arguments = Read({"--config", "a.textproto"});
  EXPECT_EQ(arguments.config_path, "a.textproto");
  EXPECT_EQ(arguments.exit_code, std::nullopt);
  EXPECT_TRUE(Read({"--check", "--config", "a.textproto"}).check_only);
}

TEST(ServiceMainTest, WhatIsNotUnderstoodIsAFaultOfTheCommandLine) {
  EXPECT_EQ(Read({}).exit_code, kExitConfiguration);
  EXPECT_EQ(Read({"--config"}).exit_code, kExitConfiguration);
  EXPECT_EQ(Read({"--konfig", "a.textproto"}).exit_code, kExitConfiguration);
  EXPECT_EQ(Read({"--help"}).exit_code, kExitStopped);
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
