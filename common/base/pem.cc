#include "common/base/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "absl/strings/str_cat.h"
#include "common/base/owned.h"

namespace tend {
namespace {

using Bio = Owned<BIO, BIO_free>;
using Certificate = Owned<X509, X509_free>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;

Bio Open(absl::string_view text) {
  ERR_clear_error();
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Without it OpenSSL would ask the terminal.
int NoPassphrase(char* /*out*/, int /*size*/, int /*writing*/, void* /*user*/) { return -1; }

Certificate NextCertificate(BIO* text) {
  return Certificate(PEM_read_bio_X509(text, nullptr, NoPassphrase, nullptr));
}

Key ReadKey(absl::string_view pem) {
  return Key(PEM_read_bio_PrivateKey(Open(pem).get(), nullptr, NoPassphrase, nullptr));
}

// Whether the last read found that there is no more, rather than something bad.
bool AtEnd() { return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE; }

}  // namespace

absl::Status CheckCertificates(absl::string_view pem) {
  const Bio text = Open(pem);
  int read = 0;
  while (NextCertificate(text.get()) != nullptr) ++read;
  const bool all = AtEnd();
  ERR_clear_error();
  if (!all) {
    return absl::InvalidArgumentError(absl::StrCat("certificate ", read + 1, " cannot be read"));
  }
  return read > 0 ? absl::OkStatus() : absl::InvalidArgumentError("holds no certificate in PEM");
}

absl::Status CheckPrivateKey(absl::string_view pem) {
  const Key key = ReadKey(pem);
  ERR_clear_error();
  if (key != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError("holds no private key in PEM without a passphrase");
}

absl::Status CheckKeyOfCertificate(absl::string_view key, absl::string_view certificates) {
  const Key read = ReadKey(key);
  const Certificate first = NextCertificate(Open(certificates).get());
  const bool matches =
      read != nullptr && first != nullptr && X509_check_private_key(first.get(), read.get()) == 1;
  ERR_clear_error();
  return matches ? absl::OkStatus()
                 : absl::InvalidArgumentError("is not the key of the first certificate");
}

}  // namespace tend
