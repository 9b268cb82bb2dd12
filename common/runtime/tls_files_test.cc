#include "common/runtime/tls_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/certificates.h"

namespace tend {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TlsFilesTest : public ::testing::Test {
 protected:
  TlsFilesTest() {
    config_.set_certificate_file(made_.server());
    config_.set_key_file(made_.server_key());
    config_.set_client_ca_file(made_.authority());
  }

  std::string Faults() const {
    const absl::Status status = ReadTlsFiles(config_).status();
    return {status.message().data(), status.message().size()};
  }
  static std::string Write(const std::string& name, const std::string& text) {
    std::string path = ::testing::TempDir() + name;
    std::ofstream(path) << text;
    return path;
  }

  const Certificates made_;
  v1::TlsConfig config_;
};

TEST_F(TlsFilesTest, RightOnesAreRead) {
  const absl::StatusOr<TlsFiles> files = ReadTlsFiles(config_);
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(files->certificates, HasSubstr("BEGIN CERTIFICATE"));
  EXPECT_THAT(files->key, HasSubstr("PRIVATE KEY"));
  EXPECT_THAT(files->client_ca, HasSubstr("BEGIN CERTIFICATE"));
}

TEST_F(TlsFilesTest, WhoeverNeedsNoClientCertificateNamesNoAuthority) {
  config_.clear_client_ca_file();
  EXPECT_EQ(Faults(), "");
}

TEST_F(TlsFilesTest, AllMissingOnesAreNamedAtOnce) {
  config_.set_certificate_file("no/such.pem");
  config_.set_key_file("no/such.key");
  config_.set_client_ca_file("no/such_ca.pem");
  EXPECT_EQ(Faults(),
            "TLS: runtime.tls.certificate_file: no/such.pem: cannot be read\n"
            "TLS: runtime.tls.key_file: no/such.key: cannot be read\n"
            "TLS: runtime.tls.client_ca_file: no/such_ca.pem: cannot be read");
}

TEST_F(TlsFilesTest, AKeyOfAnotherCertificateIsAFault) {
  config_.set_key_file(made_.client_key());
  EXPECT_EQ(Faults(), absl::StrCat("TLS: runtime.tls.key_file: ", made_.client_key(),
                                   ": is not the key of the first certificate"));
}

TEST_F(TlsFilesTest, WhatIsNoPemIsAFaultThatTellsNothingOfIt) {
  config_.set_certificate_file(Write("bad.pem", "secret one"));
  config_.set_key_file(Write("bad.key", "secret two"));
  config_.set_client_ca_file(Write("empty.pem", ""));
  EXPECT_THAT(Faults(),
              AllOf(HasSubstr("bad.pem: holds no certificate in PEM"),
                    HasSubstr("bad.key: holds no private key in PEM"),
                    HasSubstr("empty.pem: holds no certificate in PEM"), Not(HasSubstr("secret"))));
}

TEST_F(TlsFilesTest, ABrokenCertificateOfAChainIsToldByItsPlace) {
  const std::string server = ReadConfigFile(made_.server()).value();
  config_.set_certificate_file(Write("chain.pem", server + server.substr(0, server.size() / 2)));
  EXPECT_THAT(Faults(), HasSubstr("chain.pem: certificate 2 cannot be read"));
}

TEST_F(TlsFilesTest, ACertificateAndItsKeyAreBothNeeded) {
  config_.clear_key_file();
  config_.clear_certificate_file();
  EXPECT_THAT(Faults(), AllOf(HasSubstr("runtime.tls.certificate_file: is empty"),
                              HasSubstr("runtime.tls.key_file: is empty")));
}

}  // namespace
}  // namespace tend
