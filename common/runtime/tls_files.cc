#include "common/runtime/tls_files.h"

#include "common/base/pem.h"
#include "common/base/status_macros.h"

namespace tend {
namespace {

constexpr char kCertificateKey[] = "runtime.tls.certificate_file";
constexpr char kKeyKey[] = "runtime.tls.key_file";
constexpr char kClientCaKey[] = "runtime.tls.client_ca_file";

using CheckPem = absl::Status (*)(absl::string_view);

// Empty where there is a fault.
std::string ReadPem(absl::string_view key, const std::string& path, CheckPem check,
                    ConfigFaults& faults) {
  faults.RequireSet(key, {path.data(), path.size()});
  if (path.empty()) return "";
  const absl::StatusOr<std::string> text = ReadConfigFile(path);
  if (!faults.Check(key, text.status())) return "";
  const bool right =
      faults.Check(key, check({text->data(), text->size()}), {path.data(), path.size()});
  return right ? *text : "";
}

}  // namespace

TlsFiles ReadTlsFiles(const v1::TlsConfig& config, ConfigFaults& faults) {
  TlsFiles files;
  files.certificates =
      ReadPem(kCertificateKey, config.certificate_file(), CheckCertificates, faults);
  files.key = ReadPem(kKeyKey, config.key_file(), CheckPrivateKey, faults);
  if (!files.certificates.empty() && !files.key.empty()) {
    faults.Check(kKeyKey,
                 CheckKeyOfCertificate({files.key.data(), files.key.size()},
                                       {files.certificates.data(), files.certificates.size()}),
                 {config.key_file().data(), config.key_file().size()});
  }
  if (!config.client_ca_file().empty()) {
    files.client_ca = ReadPem(kClientCaKey, config.client_ca_file(), CheckCertificates, faults);
  }
  return files;
}

absl::StatusOr<TlsFiles> ReadTlsFiles(const v1::TlsConfig& config) {
  ConfigFaults faults;
  TlsFiles files = ReadTlsFiles(config, faults);
  TEND_RETURN_IF_ERROR(faults.ToStatus("TLS"));
  return files;
}

}  // namespace tend
