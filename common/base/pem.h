// What a server proves itself with, as PEM: certificates and a private key. Looked at before
// anybody connects, since TLS libraries say little of what is wrong. Pure; no message has a part of
// the text.

#ifndef TEND_COMMON_BASE_PEM_H_
#define TEND_COMMON_BASE_PEM_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tend {

// One certificate or more. Errors: INVALID_ARGUMENT saying which one, from 1, cannot be read.
absl::Status CheckCertificates(absl::string_view pem);

// A private key without a passphrase. Errors: INVALID_ARGUMENT.
absl::Status CheckPrivateKey(absl::string_view pem);

// Whether the key is that of the first certificate. Errors: INVALID_ARGUMENT.
absl::Status CheckKeyOfCertificate(absl::string_view key, absl::string_view certificates);

}  // namespace tend

#endif  // TEND_COMMON_BASE_PEM_H_
