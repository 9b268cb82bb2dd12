#include "services/enrichment/domain/email.h"

#include <unicode/casemap.h>
#include <unicode/idna.h>
#include <unicode/normalizer2.h>

#include <array>
#include <cstdint>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/model/utf8.h"

namespace tend::enrichment {
namespace {

constexpr ptrdiff_t kMaxLocal = 64;  // RFC 5321 4.5.3.1.1
constexpr size_t kMaxAddress = 254;
constexpr ptrdiff_t kMaxLabel = 63;
constexpr size_t kMaxRaw = 1024;  // a display form around the address; longer is no address

// What a byte may be in a plain address, and its lower-case form.
enum Class : uint8_t { kNeither = 0, kLocal = 1, kDomain = 2 };
struct ByteTable {
  std::array<uint8_t, 256> classes{};
  std::array<char, 256> lower{};
};

constexpr ByteTable MakeByteTable() {
  ByteTable table;
  for (int c = 0; c < 256; ++c) table.lower[c] = static_cast<char>(c);
  for (int c = 'a'; c <= 'z'; ++c) table.classes[c] = kLocal | kDomain;
  for (int c = 'A'; c <= 'Z'; ++c) {
    table.classes[c] = kLocal | kDomain;
    table.lower[c] = static_cast<char>(c + ('a' - 'A'));
  }
  for (int c = '0'; c <= '9'; ++c) table.classes[c] = kLocal | kDomain;
  for (char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '/', '=', '?', '^', '_', '`', '{', '|',
                 '}', '~'}) {
    table.classes[static_cast<uint8_t>(c)] = kLocal;
  }
  table.classes['-'] = kLocal | kDomain;
  return table;
}
constexpr ByteTable kBytes = MakeByteTable();

// Copies dot-separated, non-empty runs of a local part's bytes to `to`, folded, from `from` until
// the first other byte. Returns where it stopped, or nullptr at an empty run.
const char* CopyLocal(const char* from, const char* end, char*& to) {
  const char* run = from;
  for (; from != end; ++from) {
    const auto byte = static_cast<uint8_t>(*from);
    if ((kBytes.classes[byte] & kLocal) == 0) {
      if (*from != '.') break;
      if (from == run) return nullptr;
      run = from + 1;
    }
    *to++ = kBytes.lower[byte];
  }
  return from == run ? nullptr : from;
}

// Copies a domain to `to`, lower-cased. False unless it has at least two labels of the right length
// and letters, without hyphens at their ends, and the last one is not a number.
bool CopyDomain(const char* from, const char* end, char*& to) {
  const char* label = from;
  bool dotted = false, numeric = true;
  for (; from != end; ++from) {
    const auto byte = static_cast<uint8_t>(*from);
    if (*from == '.') {
      if (from == label || from - label > kMaxLabel || *label == '-' || from[-1] == '-')
        return false;
      label = from + 1;
      dotted = numeric = true;
    } else if ((kBytes.classes[byte] & kDomain) == 0) {
      return false;
    } else {
      numeric &= kBytes.lower[byte] <= '9';  // '-' is below '9' too, and no end of a label
    }
    *to++ = kBytes.lower[byte];
  }
  return dotted && !numeric && end != label && end - label <= kMaxLabel && *label != '-' &&
         end[-1] != '-';
}

// Plain ASCII. False: not plain, or not an address.
bool NormalizePlain(absl::string_view raw, std::string& out) {
  if (raw.size() > kMaxAddress) return false;
  std::array<char, kMaxAddress> buffer;
  char* to = buffer.data();
  const char* const end = raw.data() + raw.size();
  const char* at = CopyLocal(raw.data(), end, to);
  if (at == nullptr || at == end || *at != '@' || at - raw.data() > kMaxLocal) return false;
  *to++ = '@';
  if (!CopyDomain(at + 1, end, to)) return false;
  out.assign(buffer.data(), to);
  return true;
}

// "Ann <ann@example.com>", "mailto:ann@example.com?subject=x" -> the address in it.
absl::string_view Unwrap(absl::string_view raw) {
  raw = absl::StripAsciiWhitespace(raw);
  if (!raw.empty() && raw.back() == '>') {
    const size_t open = raw.rfind('<');
    if (open != absl::string_view::npos) raw = raw.substr(open + 1, raw.size() - open - 2);
  }
  if (absl::StartsWithIgnoreCase(raw, "mailto:")) {
    raw.remove_prefix(7);
    raw = raw.substr(0, raw.find('?'));
  }
  return absl::StripAsciiWhitespace(raw);
}

const icu::IDNA* Idna() {
  static const icu::IDNA* const kIdna = [] {
    UErrorCode error = U_ZERO_ERROR;
    return icu::IDNA::createUTS46Instance(
        UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
            UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE,
        error);
  }();
  return kIdna;
}

bool DomainToAscii(absl::string_view domain, std::string& out) {
  UErrorCode error = U_ZERO_ERROR;
  icu::IDNAInfo info;
  icu::StringByteSink<std::string> sink(&out);
  out.clear();
  Idna()->nameToASCII_UTF8({domain.data(), static_cast<int32_t>(domain.size())}, sink, info, error);
  if (U_FAILURE(error) || info.hasErrors() || out.size() > kMaxAddress) return false;
  std::array<char, kMaxAddress> copy;
  char* to = copy.data();
  return CopyDomain(out.data(), out.data() + out.size(), to);
}

// `quoted` without its quotes where an atom would do; false where it is no quoted string.
bool Unquote(absl::string_view quoted, std::string& out) {
  std::string content;
  bool atom = true;
  char before = '.';
  for (size_t i = 1; i + 1 < quoted.size(); ++i) {
    char c = quoted[i];
    if (c == '"') return false;
    if (c == '\\') {
      if (i + 2 >= quoted.size()) return false;
      c = quoted[++i];
    }
    if (!absl::ascii_isprint(c)) return false;
    const bool dot = c == '.' && before != '.';
    if (!dot && (kBytes.classes[static_cast<uint8_t>(c)] & kLocal) == 0) atom = false;
    before = c;
    content.push_back(absl::ascii_tolower(c));
  }
  if (content.empty()) return false;
  out = atom && before != '.'
            ? content
            : absl::StrCat("\"", absl::StrReplaceAll(content, {{"\\", "\\\\"}, {"\"", "\\\""}}),
                           "\"");
  return true;
}

// A local part beyond ASCII (RFC 6531): composed (NFC), folded; its ASCII bytes must be plain.
bool FoldLocal(absl::string_view local, std::string& out) {
  char before = '.';
  for (char c : local) {
    const auto byte = static_cast<uint8_t>(c);
    const bool fits =
        byte >= 0x80 || (kBytes.classes[byte] & kLocal) != 0 || (c == '.' && before != '.');
    if (!fits) return false;
    before = c;
  }
  if (before == '.' || !model::IsUtf8(local)) return false;
  UErrorCode error = U_ZERO_ERROR;
  std::string folded;
  icu::StringByteSink<std::string> fold_sink(&folded);
  icu::CaseMap::utf8Fold(0, {local.data(), static_cast<int32_t>(local.size())}, fold_sink, nullptr,
                         error);
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(error);
  if (U_FAILURE(error)) return false;
  out.clear();
  icu::StringByteSink<std::string> sink(&out);
  nfc->normalizeUTF8(0, folded, sink, nullptr, error);
  return U_SUCCESS(error);
}

bool NormalizeOther(absl::string_view raw, std::string& out) {
  const size_t at = raw.rfind('@');
  if (at == absl::string_view::npos || at == 0 || at > size_t{kMaxLocal} || raw.size() > kMaxRaw)
    return false;
  std::string local;
  const absl::string_view raw_local = raw.substr(0, at);
  const bool quoted = raw_local.size() > 2 && raw_local.front() == '"' && raw_local.back() == '"';
  if (!(quoted ? Unquote(raw_local, local) : FoldLocal(raw_local, local))) return false;
  std::string domain;
  if (!DomainToAscii(raw.substr(at + 1), domain)) return false;
  if (local.size() > size_t{kMaxLocal} || local.size() + 1 + domain.size() > kMaxAddress)
    return false;
  out = absl::StrCat(local, "@", domain);
  return true;
}

bool IsGmail(absl::string_view domain) {
  return domain == "gmail.com" || domain == "googlemail.com";
}

// Providers that deliver "name+tag" to "name" and say so.
bool IgnoresTags(absl::string_view domain) {
  static constexpr absl::string_view kProviders[] = {
      "outlook.com", "hotmail.com",    "live.com",   "fastmail.com", "fastmail.fm", "proton.me",
      "pm.me",       "protonmail.com", "icloud.com", "me.com",       "mac.com",     "posteo.de"};
  for (absl::string_view provider : kProviders) {
    if (domain == provider) return true;
  }
  return false;
}

}  // namespace

bool NormalizeEmail(absl::string_view raw, std::string& out) {
  if (NormalizePlain(raw, out)) return true;
  const absl::string_view address = Unwrap(raw);
  return (address.size() != raw.size() && NormalizePlain(address, out)) ||
         NormalizeOther(address, out);
}

absl::string_view EmailLocal(absl::string_view normalized) {
  return normalized.substr(0, normalized.rfind('@'));
}

absl::string_view EmailDomain(absl::string_view normalized) {
  const size_t at = normalized.rfind('@');
  return at == absl::string_view::npos ? absl::string_view() : normalized.substr(at + 1);
}

std::string MailCanonKey(absl::string_view normalized) {
  const absl::string_view domain = EmailDomain(normalized);
  absl::string_view local = EmailLocal(normalized);
  if (!IsGmail(domain) && !IgnoresTags(domain)) return {normalized.data(), normalized.size()};
  if (const size_t plus = local.find('+'); plus != 0) local = local.substr(0, plus);
  if (!IsGmail(domain)) return absl::StrCat(local, "@", domain);
  return absl::StrCat(absl::StrReplaceAll(local, {{".", ""}}), "@gmail.com");
}

}  // namespace tend::enrichment
