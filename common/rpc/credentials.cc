#include "common/rpc/credentials.h"

#include <grpcpp/security/auth_metadata_processor.h>

#include <string>

#include "common/base/status_macros.h"
#include "common/rpc/access.h"
#include "common/rpc/status.h"
#include "common/runtime/tls_files.h"

namespace tend::rpc {
namespace {

constexpr char kAuthorization[] = "authorization";
constexpr char kMethod[] = ":path";

absl::string_view ValueOf(const grpc::AuthMetadataProcessor::InputMetadata& metadata,
                          const char* name) {
  const auto found = metadata.find(name);
  if (found == metadata.end()) return {};
  return {found->second.data(), found->second.size()};
}

// Asked for every call before its handler is.
class TokenProcessor final : public grpc::AuthMetadataProcessor {
 public:
  explicit TokenProcessor(const v1::RuntimeConfig& config) : access_(config) {}

  // A hash is quick: no thread of its own.
  bool IsBlocking() const override { return false; }

  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* /*context*/,
                       OutputMetadata* consumed, OutputMetadata* /*response*/) override {
    const absl::string_view authorization = ValueOf(metadata, kAuthorization);
    if (!authorization.empty()) {  // handlers do not see it
      consumed->insert({kAuthorization, std::string(authorization.data(), authorization.size())});
    }
    return ToGrpc(access_.Check(ValueOf(metadata, kMethod), authorization));
  }

 private:
  const Access access_;
};

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeTls(const v1::TlsConfig& tls) {
  TEND_ASSIGN_OR_RETURN(TlsFiles files, ReadTlsFiles(tls));
  grpc::SslServerCredentialsOptions options(
      files.client_ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                              : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = std::move(files.client_ca);
  options.pem_key_cert_pairs.push_back({std::move(files.key), std::move(files.certificates)});
  return grpc::SslServerCredentials(options);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const v1::RuntimeConfig& config) {
  std::shared_ptr<grpc::ServerCredentials> credentials;
  if (config.has_tls()) {
    TEND_ASSIGN_OR_RETURN(credentials, MakeTls(config.tls()));
  } else if (config.tokens().empty()) {
    return grpc::InsecureServerCredentials();
  } else {
    // As good as insecure ones for a client on this machine, but these can ask for tokens.
    credentials = grpc::experimental::LocalServerCredentials(LOCAL_TCP);
  }
  if (!config.tokens().empty()) {
    credentials->SetAuthMetadataProcessor(std::make_shared<TokenProcessor>(config));
  }
  return credentials;
}

}  // namespace tend::rpc
