// Standard Webhooks signatures (standard-webhooks/standard-webhooks spec/standard-webhooks.md at
// b2fa7b8, read 2026-11-24): HMAC-SHA256 over "{id}.{timestamp}.{raw body}", in constant time.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_WEBHOOK_SIGNATURE_H_
#define TEND_SERVICES_INGEST_CONNECTORS_WEBHOOK_SIGNATURE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace tend::ingest {

// A delivery's time may differ by this much from ours, either way.
inline constexpr absl::Duration kSignatureWindow = absl::Minutes(5);

// The keys in a text of secrets, "whsec_" and base64 of 24 to 64 bytes, with blanks or lines
// between them. Several: all are good, while one replaces another.
// Errors: INVALID_ARGUMENT naming the secret by its place, never by its text.
absl::StatusOr<std::vector<std::string>> ParseSecrets(absl::string_view text);

// What came in the headers webhook-id, webhook-timestamp and webhook-signature.
struct SignedHeaders {
  absl::string_view id;
  absl::string_view timestamp;   // unix seconds
  absl::string_view signatures;  // "v1,<base64> v1,<base64>"; other versions count nothing
};

// OK when one of the signatures is that of one of the keys. Errors: UNAUTHENTICATED, saying what is
// missing or wrong.
absl::Status VerifySignature(absl::Span<const std::string> keys, const SignedHeaders& headers,
                             absl::string_view body, absl::Time now);

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_WEBHOOK_SIGNATURE_H_
