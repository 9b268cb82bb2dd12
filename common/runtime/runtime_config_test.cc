#include "common/runtime/runtime_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/certificates.h"

namespace tend {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string MessageOf(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

v1::RuntimeConfig Secured() {
  v1::RuntimeConfig config;
  config.set_instance("ingest-1");
  config.set_kafka_bootstrap_servers("127.0.0.1:9092");
  config.set_rpc_address("0.0.0.0:7410");
  config.set_http_address("0.0.0.0:7430");
  static const Certificates kMade;
  config.mutable_tls()->set_certificate_file(kMade.server());
  config.mutable_tls()->set_key_file(kMade.server_key());
  v1::AccessToken* token = config.add_tokens();
  token->set_name("crm");
  token->set_sha256(std::string(64, 'a'));
  token->add_scopes(v1::SCOPE_INGEST);
  return config;
}

std::string FaultsOf(const v1::RuntimeConfig& config) {
  ConfigFaults faults;
  CheckRuntime(config, faults);
  return MessageOf(faults.ToStatus("x"));
}

TEST(RuntimeConfigTest, AllFaultsAreToldAtOnce) {
  v1::RuntimeConfig config;
  config.set_instance("a/b");
  config.set_metrics_address("0.0.0.0:9100");
  config.set_rpc_address("nowhere");
  ConfigFaults faults;
  CheckRuntime(config, faults);
  EXPECT_THAT(MessageOf(faults.ToStatus("x.textproto")),
              AllOf(HasSubstr("x.textproto: runtime.instance: \"a/b\"; allowed: "),
                    HasSubstr("runtime.kafka_bootstrap_servers: \"\"; allowed: "),
                    HasSubstr("runtime.metrics_address: \"0.0.0.0:9100\"; allowed: "),
                    HasSubstr("runtime.rpc_address: \"nowhere\"; allowed: ")));
}

TEST(RuntimeConfigTest, ARightConfigurationHasNoFaults) {
  v1::RuntimeConfig config;
  config.set_instance("scoring-1");
  config.set_kafka_bootstrap_servers("127.0.0.1:9092");
  config.set_rpc_address("[::1]:7411");
  ConfigFaults faults;
  CheckRuntime(config, faults);
  EXPECT_TRUE(faults.ToStatus("x.textproto").ok());
}

TEST(RuntimeConfigTest, EachServerOfKafkaCanBeConnectedTo) {
  v1::RuntimeConfig config = Secured();
  for (const char* wrong :
       {"kafka-2", "kafka-2:0", " :9092", "kafka-2: 9092", "PLAINTEXT://kafka-2:9092"}) {
    config.set_kafka_bootstrap_servers(absl::StrCat("kafka-1:9092,", wrong));
    EXPECT_EQ(FaultsOf(config),
              absl::StrCat("x: runtime.kafka_bootstrap_servers: \"", wrong,
                           "\"; allowed: host:port with a port of 1 to 65535, several with commas "
                           "and no blanks"));
  }
}

TEST(RuntimeConfigTest, WhatListensHasAPortOfItsOwn) {
  v1::RuntimeConfig config = Secured();
  config.set_metrics_address("127.0.0.1:7410");
  EXPECT_EQ(FaultsOf(config),
            "x: runtime.metrics_address: \"127.0.0.1:7410\"; allowed: another port than "
            "runtime.rpc_address's");
  config.set_rpc_address("127.0.0.1:0");
  config.set_metrics_address("127.0.0.1:0");
  EXPECT_EQ(FaultsOf(config), "");  // 0: any free one
}

TEST(RuntimeConfigTest, OnePortOfTwoAddressesIsTwoPlaces) {
  const auto fit = [](const char* rpc, const char* metrics) {
    v1::RuntimeConfig config = Secured();
    config.set_rpc_address(absl::StrCat(rpc, ":7414"));
    config.set_metrics_address(absl::StrCat(metrics, ":7414"));
    return FaultsOf(config).empty();
  };
  EXPECT_TRUE(fit("127.0.0.1", "127.0.0.2"));
  EXPECT_TRUE(fit("127.0.0.2", "localhost"));
  EXPECT_TRUE(fit("[::1]", "127.0.0.1"));
  EXPECT_FALSE(fit("127.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(fit("127.0.0.1", "localhost"));
  EXPECT_FALSE(fit("localhost", "[::1]"));
  EXPECT_FALSE(fit("0.0.0.0", "127.0.0.2"));
  EXPECT_FALSE(fit("[::]", "127.0.0.1"));
}

TEST(RuntimeConfigTest, OtherMachinesReachOnlyWhatHasTlsAndTokens) {
  EXPECT_EQ(FaultsOf(Secured()), "");
  v1::RuntimeConfig config = Secured();
  config.clear_tokens();
  EXPECT_THAT(FaultsOf(config), HasSubstr("runtime.rpc_address: \"0.0.0.0:7410\"; allowed: "));
  config = Secured();
  config.clear_tls();
  EXPECT_THAT(FaultsOf(config),
              AllOf(HasSubstr("runtime.rpc_address"), HasSubstr("runtime.http_address")));
}

TEST(RuntimeConfigTest, EachFaultOfATokenIsTold) {
  v1::RuntimeConfig config = Secured();
  *config.add_tokens() = config.tokens(0);
  config.mutable_tokens(1)->set_sha256("secret");
  config.mutable_tokens(1)->clear_scopes();
  const std::string faults = FaultsOf(config);
  EXPECT_THAT(faults, AllOf(HasSubstr("runtime.tokens[1].name: \"crm\"; allowed: "),
                            HasSubstr("runtime.tokens[1].sha256: \"***\"; allowed: "),
                            HasSubstr("runtime.tokens[1].scopes: \"\"; allowed: ")));
  EXPECT_EQ(faults.find("secret"), std::string::npos);
}

TEST(RuntimeConfigTest, FilesOfTlsAreReadToo) {
  v1::RuntimeConfig config = Secured();
  config.mutable_tls()->set_key_file("no/such.key");
  EXPECT_EQ(FaultsOf(config), "x: runtime.tls.key_file: no/such.key: cannot be read");
}

}  // namespace
}  // namespace tend
