#include "services/enrichment/domain/record_id.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace tend::enrichment {
namespace {

constexpr size_t kMaxLength = 256;
constexpr absl::string_view kSuffixDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

bool IsSalesforce(absl::string_view system) {
  return absl::StartsWithIgnoreCase(system, "salesforce") &&
         (system.size() == 10 || system[10] == ':');
}

// Each of the three suffix characters holds, lowest bit first, which of five characters are
// capitals.
bool NormalizeSalesforce(absl::string_view raw, std::string& out) {
  if (raw.size() != 15 && raw.size() != 18) return false;
  for (char c : raw) {
    if (!absl::ascii_isalnum(c)) return false;
  }
  out.assign(raw.data(), 15);
  for (size_t block = 0; block < 3; ++block) {
    size_t bits = 0;
    if (raw.size() == 18) bits = kSuffixDigits.find(absl::ascii_toupper(raw[15 + block]));
    if (bits == absl::string_view::npos) return false;
    for (size_t i = 0; i < 5; ++i) {
      char& c = out[block * 5 + i];
      if (raw.size() == 18) c = (bits >> i) & 1 ? absl::ascii_toupper(c) : absl::ascii_tolower(c);
      if (raw.size() == 15 && absl::ascii_isupper(c)) bits |= size_t{1} << i;
    }
    out.push_back(kSuffixDigits[bits]);
  }
  return true;
}

}  // namespace

bool NormalizeRecordId(absl::string_view system, absl::string_view raw, std::string& out) {
  raw = absl::StripAsciiWhitespace(raw);
  if (raw.empty() || raw.size() > kMaxLength) return false;
  if (IsSalesforce(system)) return NormalizeSalesforce(raw, out);
  for (char c : raw) {
    if (absl::ascii_iscntrl(c)) return false;
  }
  out.assign(raw.data(), raw.size());
  return true;
}

}  // namespace tend::enrichment
