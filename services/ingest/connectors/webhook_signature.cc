#include "services/ingest/connectors/webhook_signature.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/digest.h"

namespace tend::ingest {
namespace {

constexpr absl::string_view kSecretPrefix = "whsec_";
constexpr absl::string_view kVersion = "v1,";
constexpr size_t kMinKeyBytes = 24;
constexpr size_t kMaxKeyBytes = 64;
constexpr int kMaxSignatures = 16;

bool IsDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

// Whether the timestamp is whole seconds within the window.
absl::Status CheckTime(absl::string_view timestamp, absl::Time now) {
  int64_t seconds = 0;
  if (!IsDigits(timestamp) || !absl::SimpleAtoi(timestamp, &seconds)) {
    return absl::UnauthenticatedError("webhook-timestamp is no number of seconds");
  }
  if (absl::AbsDuration(now - absl::FromUnixSeconds(seconds)) > kSignatureWindow) {
    return absl::UnauthenticatedError("webhook-timestamp is over five minutes from now");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseSecrets(absl::string_view text) {
  std::vector<std::string> keys;
  for (absl::string_view secret :
       absl::StrSplit(text, absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty())) {
    std::string key;
    if (!absl::ConsumePrefix(&secret, kSecretPrefix) || !absl::Base64Unescape(secret, &key) ||
        key.size() < kMinKeyBytes || key.size() > kMaxKeyBytes) {
      return absl::InvalidArgumentError(absl::StrCat("secret ", keys.size() + 1,
                                                     " is not whsec_ and base64 of ", kMinKeyBytes,
                                                     " to ", kMaxKeyBytes, " bytes"));
    }
    keys.push_back(std::move(key));
  }
  if (keys.empty()) return absl::InvalidArgumentError("there is no secret");
  return keys;
}

absl::Status VerifySignature(absl::Span<const std::string> keys, const SignedHeaders& headers,
                             absl::string_view body, absl::Time now) {
  if (headers.id.empty() || headers.timestamp.empty() || headers.signatures.empty()) {
    return absl::UnauthenticatedError(
        "send the headers webhook-id, webhook-timestamp and webhook-signature");
  }
  if (absl::Status status = CheckTime(headers.timestamp, now); !status.ok()) return status;
  std::vector<std::string> right;
  for (const std::string& key : keys) {
    right.push_back(absl::Base64Escape(
        HmacSha256({key.data(), key.size()}, {headers.id, ".", headers.timestamp, ".", body})));
  }
  int seen = 0;
  bool found = false;
  for (absl::string_view signature : absl::StrSplit(headers.signatures, ' ', absl::SkipEmpty())) {
    if (++seen > kMaxSignatures) break;
    if (!absl::ConsumePrefix(&signature, kVersion)) continue;
    for (const std::string& expected : right) {
      found = EqualInConstantTime(signature, {expected.data(), expected.size()}) || found;
    }
  }
  return found ? absl::OkStatus() : absl::UnauthenticatedError("webhook-signature is not ours");
}

}  // namespace tend::ingest
