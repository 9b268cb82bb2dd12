// Where the command finds the services: options before the environment before the file.

#include "services/cli/remote/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/testing/certificates.h"

namespace tend::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kVariables[] = {"TEND_INGEST", "TEND_TOKEN", "TEND_CA", "TEND_SERVICES"};

class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() : path_(absl::StrCat(testing::TempDir(), "/connection_test.textproto")) {
    for (const char* name : kVariables) unsetenv(name);
    setenv("HOME", "/nonexistent", /*overwrite=*/1);  // no file unless the test names one
  }
  ~ConnectionTest() override {
    for (const char* name : kVariables) unsetenv(name);
    std::filesystem::remove(path_);
  }

  ServerOptions File(const std::string& text) {
    std::ofstream(path_) << text;
    ServerOptions options;
    options.config_file = path_;
    return options;
  }
  // "scoring=host:port", one a server.
  static std::vector<std::string> Services(const ServerOptions& options,
                                           const std::string& named = "") {
    std::vector<std::string> places;
    const auto servers = ResolveServices(options, named);
    for (const NamedServer& server : *servers) {
      places.push_back(absl::StrCat(server.service, "=", server.channel.address));
    }
    return places;
  }

  const std::string path_;
};

TEST_F(ConnectionTest, WithoutAnythingItIsThisMachine) {
  EXPECT_THAT(Services({}), ElementsAre("ingest=127.0.0.1:7410", "enrichment=127.0.0.1:7411",
                                        "scoring=127.0.0.1:7412", "notification=127.0.0.1:7413",
                                        "query=127.0.0.1:7414"));
  EXPECT_EQ(*ResolveBootstrap("", ""), "127.0.0.1:19092");
}

TEST_F(ConnectionTest, TheFileSaysWhereEachServiceAndKafkaAre) {
  const Certificates certificates;
  const ServerOptions options = File(absl::StrCat(R"(
    ingest_address: 'i:1' enrichment_address: 'e:1' scoring_address: 's:1,s:2'
    notification_address: 'n:1' query_address: 'q:1' bootstrap_servers: 'k:1,k:2'
    certificate_file: 'c.pem' key_file: 'k.pem' token: 'secret' ca_file: ')",
                                                  certificates.authority(), "'"));
  EXPECT_THAT(Services(options), ElementsAre("ingest=i:1", "enrichment=e:1", "scoring=s:1",
                                             "scoring=s:2", "notification=n:1", "query=q:1"));
  EXPECT_EQ(*ResolveBootstrap("", path_), "k:1,k:2");
  const auto servers = ResolveServices(options, "");
  for (const NamedServer& server : *servers) {
    EXPECT_EQ(server.channel.ca_file, certificates.authority());
    EXPECT_EQ(server.channel.certificate_file, "c.pem");
    EXPECT_EQ(server.channel.key_file, "k.pem");
    EXPECT_EQ(server.channel.token, "") << "health needs none";
  }
  EXPECT_EQ(Resolve(Service::kQuery, options)->token, "secret");
}

TEST_F(ConnectionTest, AnOptionWinsOverTheFile) {
  ServerOptions options = File("query_address: 'q:1' bootstrap_servers: 'k:1'");
  options.address = "other:2";
  EXPECT_EQ(Services(options).back(), "query=other:2");
  EXPECT_THAT(Services(options, "scoring=s:1,scoring=s:2"),
              ElementsAre("scoring=s:1", "scoring=s:2"));
  EXPECT_EQ(*ResolveBootstrap("k:2", path_), "k:2");
}

TEST_F(ConnectionTest, ATokenThatCannotBeSentIsRefusedWithoutItsText) {
  const absl::Status file = Resolve(Service::kQuery, File("token: 'a\\nb'")).status();
  EXPECT_TRUE(absl::IsInvalidArgument(file));
  EXPECT_THAT(file.message(), HasSubstr("the token of the configuration file"));
  for (const char* token : {"\xc3\xa4", "x y", "secret\tz"}) {
    setenv("TEND_TOKEN", token, /*overwrite=*/1);
    const absl::Status status = Resolve(Service::kQuery, {}).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << token;
    EXPECT_THAT(status.message(), HasSubstr("TEND_TOKEN"));
    EXPECT_EQ(status.message().find(token), absl::string_view::npos);
  }
  setenv("TEND_TOKEN", "secret\r\n", /*overwrite=*/1);
  EXPECT_EQ(Resolve(Service::kQuery, {})->token, "secret") << "a line break at its end";
}

TEST_F(ConnectionTest, AnAuthorityWithoutCertificatesIsToldByItsOption) {
  const ServerOptions file = File(absl::StrCat("ca_file: '", path_, "'"));
  EXPECT_THAT(Resolve(Service::kQuery, file).status().message(),
              HasSubstr(absl::StrCat("ca_file: ", path_, ": holds no certificate")));
  ServerOptions option;
  option.ca_file = path_;
  for (const absl::Status& status :
       {Resolve(Service::kIngest, option).status(), ResolveServices(option, "").status()}) {
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(status.message(), HasSubstr(absl::StrCat("--ca: ", path_, ": holds no certific")));
  }
  option.ca_file = "/nonexistent/ca.pem";
  EXPECT_TRUE(absl::IsNotFound(Resolve(Service::kIngest, option).status()));
}

TEST_F(ConnectionTest, AnAddressIsHostAndPort) {
  for (const char* right : {"127.0.0.1:7410", "[::1]:7410", "query.example:1"}) {
    EXPECT_EQ(AddressFault(right), "");
  }
  for (const char* wrong : {"foo", ":::", "foo:", ":7410", "foo:0", "foo:65536", "foo:bar"}) {
    EXPECT_EQ(AddressFault(wrong), absl::StrCat("\"", wrong, "\" is no host:port"));
  }
  EXPECT_EQ(Resolve(Service::kQuery, File("query_address: 'foo'")).status().message(),
            "query_address: \"foo\" is no host:port");
  EXPECT_EQ(ResolveServices(File("scoring_address: 's:1,foo'"), "").status().message(),
            "scoring_address: \"foo\" is no host:port");
  EXPECT_EQ(
      ResolveBootstrap("", File("bootstrap_servers: 'k:1,foo'").config_file).status().message(),
      "bootstrap_servers: \"foo\" is no host:port");
}

TEST_F(ConnectionTest, WhatTheEnvironmentSaysWrongIsToldByItsVariable) {
  ServerOptions options;
  options.ca_file = "/nonexistent/ca.pem";
  setenv("TEND_CA", options.ca_file.c_str(), /*overwrite=*/1);
  EXPECT_EQ(Resolve(Service::kQuery, options).status().message(),
            "TEND_CA: /nonexistent/ca.pem: cannot be read");
  setenv("TEND_SERVICES", "scoring=s:1,foo", /*overwrite=*/1);
  EXPECT_THAT(ResolveServices({}, "scoring=s:1,foo").status().message(),
              HasSubstr("TEND_SERVICES: \"foo\" is no name=host:port"));
  setenv("TEND_INGEST", "foo", /*overwrite=*/1);
  EXPECT_EQ(ResolveServices({}, "").status().message(), "TEND_INGEST: \"foo\" is no host:port");
}

TEST_F(ConnectionTest, WhatIsWrongIsSaid) {
  for (const char* named : {"bogus", "scoring=", "scoring=foo", "=s:1"}) {
    EXPECT_EQ(ResolveServices({}, named).status().message(),
              absl::StrCat("--services: \"", named,
                           "\" is no name=host:port, like scoring=127.0.0.1:7412"));
  }
  const ServerOptions half = File("certificate_file: 'c.pem'");
  EXPECT_THAT(Resolve(Service::kQuery, half).status().message(), HasSubstr("key_file"));
  ServerOptions absent;
  absent.config_file = "/nonexistent/tend.textproto";
  EXPECT_TRUE(absl::IsNotFound(ResolveServices(absent, "").status()));
}

}  // namespace
}  // namespace tend::cli
