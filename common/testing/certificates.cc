#include "common/testing/certificates.h"

#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace tend {
namespace {

// Elliptic keys take milliseconds to make; RSA's would take seconds.
constexpr char kNewKey[] = "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

void Must(const std::string& command) {
  TEND_CHECK(std::system(absl::StrCat(command, " 2>/dev/null").c_str()) == 0);
}

}  // namespace

Certificates::Certificates() {
  std::string pattern = std::filesystem::temp_directory_path() / "tend-certificates-XXXXXX";
  TEND_CHECK(mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  Must(absl::StrCat(kNewKey, " -x509 -days 2 -subj /CN=test-authority -keyout ", folder_,
                    "/ca.key -out ", authority()));
  Sign("server");
  Sign("client");
}

Certificates::~Certificates() { std::filesystem::remove_all(folder_); }

void Certificates::Sign(const std::string& name) {
  const std::string path = absl::StrCat(folder_, "/", name);
  Must(absl::StrCat(kNewKey, " -subj /CN=", name,
                    " -addext subjectAltName=IP:127.0.0.1,DNS:localhost -keyout ", path,
                    ".key -out ", path, ".csr"));
  Must(absl::StrCat("openssl x509 -req -copy_extensions copy -days 2 -CAcreateserial -in ", path,
                    ".csr -CA ", authority(), " -CAkey ", folder_, "/ca.key -out ", path, ".pem"));
}

}  // namespace tend
